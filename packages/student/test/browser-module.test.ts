// The bundles dist/browser/student.min.js and explain.min.js: their size, that they need nothing of Node, and that they
// belong together.
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { explain, explanationToText } from '../src/explain/index.js';
import { serializeModel } from '../src/format/model-file.js';
import { serializeStudent } from '../src/format/student-file.js';
import { createStudent } from '../src/model/student.js';
import { extendedStudent, fullStudent, handMadeParts } from './tiny-student.js';

const FOLDER = join(import.meta.dirname, '../dist/browser');
const STUDENT = join(FOLDER, 'student.min.js');
const EXPLAIN = join(FOLDER, 'explain.min.js');

/** Everything that a module may import: `from "x"`, `import "x"`, `import("x")`, `require("x")`. */
function importsOf(file: string): string[] {
  const code = readFileSync(file, 'utf8');
  const found = code.matchAll(
    /\b(?:import(?:[\w$\s{},*]*?\bfrom)?|require)\s*(\(?)\s*["'`]([^"'`]+)["'`]/g,
  );
  const names = [...found].map(([, call, from]) => (call === '' ? from : `(${from})`));
  return [...new Set(names)];
}

const gzippedSize = (file: string): number => gzipSync(readFileSync(file), { level: 9 }).length;

describe('student.min.js', () => {
  it('is at most 30 kB gzipped', () => {
    expect(gzippedSize(STUDENT)).toBeLessThanOrEqual(30_000);
  });

  it('imports nothing but, when they are needed, explanations and what is plain', () => {
    expect(importsOf(STUDENT).sort()).toEqual(['(./explain.min.js)', '(./reference.min.js)']);
    expect(readFileSync(STUDENT, 'utf8')).toMatch(/export\{/);
  });
});

describe('reference.min.js', () => {
  it('runs a student where there is no memory for WebAssembly', async () => {
    const original = extendedStudent();
    const model = await serializeModel(original);
    const studentModule: typeof import('../src/browser.js') = await load(STUDENT);
    const engine = (globalThis as unknown as { WebAssembly: { Memory: unknown } }).WebAssembly;
    const { Memory } = engine;
    engine.Memory = class {
      constructor() {
        throw new RangeError('no memory');
      }
    };
    const example = ['red drill 12v', 'Drill, red, 12 volt'];
    try {
      const student = await studentModule.loadStudent(model);
      expect(student.executor).toBe('reference');
      expect(student.score(example)).toEqual(original.score(example));
    } finally {
      engine.Memory = Memory;
    }
    expect((await studentModule.loadStudent(model)).executor).toMatch(/^simd/);
  });

  it('checks older students, with and without crypto.subtle', async () => {
    const { json, weights } = await serializeStudent(fullStudent());
    const sha256 = hash('sha256', weights);
    const older = { json: json.replace(/"xxh64": "\w+"/, `"sha256": "${sha256}"`), weights };
    const changed = weights.slice();
    changed[changed.length - 1] ^= 1;
    const studentModule: typeof import('../src/browser.js') = await load(STUDENT);
    for (const crypto of [globalThis.crypto, {}]) {
      vi.stubGlobal('crypto', crypto);
      try {
        expect((await studentModule.loadStudent(older)).executor).toMatch(/^simd/);
        const refused = studentModule.loadStudent({ ...older, weights: changed });
        await expect(refused).rejects.toThrow('got sha256');
      } finally {
        vi.unstubAllGlobals();
      }
    }
  });

  it('says which number is wrong, and what a file is that is no model', async () => {
    const { loadStudent }: typeof import('../src/browser.js') = await load(STUDENT);
    const parts = handMadeParts();
    const broken = createStudent(parts);
    parts.parameters['layer.0.bias'][1] = Number.NaN;
    await expect(loadStudent(await serializeModel(broken))).rejects.toThrow(
      'layer.0.bias: number 1 is NaN',
    );
    const page = new TextEncoder().encode('<!doctype html><title>404</title>');
    await expect(loadStudent(page)).rejects.toThrow('got a web page');
  });
});

describe('explain.min.js', () => {
  it('is at most 25 kB gzipped', () => {
    expect(gzippedSize(EXPLAIN)).toBeLessThanOrEqual(25_000);
  });

  it('imports the student module beside it, whose errors it throws', () => {
    expect(importsOf(EXPLAIN)).toEqual(['./student.min.js']);
  });

  it('explains a student of the module as the package does', async () => {
    const studentModule: typeof import('../src/browser.js') = await load(STUDENT);
    const explainModule: typeof import('../src/explain/index.js') = await load(EXPLAIN);
    const original = extendedStudent();
    const loaded = await studentModule.loadStudent(await serializeModel(original));
    const example = ['red drill 12v', 'Drill, red, 12 volt (Kohler™)'];
    const expected = explain(original, example);
    const got = await loaded.explain(example);
    // The loaded one may run in WebAssembly, whose sums round otherwise.
    expect(got.logit).toBeCloseTo(expected.logit, 5);
    expect(got).toEqual({
      ...expected,
      logit: got.logit,
      score: got.score,
      residual: got.residual,
    });
    expect(explainModule.explain(loaded, example)).toEqual(got);
    expect(explainModule.explanationToText(got)).toBe(explanationToText(got));
    await expect(loaded.explain(['one text'])).rejects.toBeInstanceOf(studentModule.StudentError);
  });
});

/** A file as Node loads it, without what tests do to modules. */
async function load<Module>(file: string): Promise<Module> {
  return await import(/* @vite-ignore */ pathToFileURL(file).href);
}
