// The bundles dist/browser/student.min.js and explain.min.js: their size, that they need nothing of Node, and that they
// belong together.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { explain, explanationToText } from '../src/explain/index.js';
import { serializeModel } from '../src/format/model-file.js';
import { extendedStudent, fullStudent } from './tiny-student.js';

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

  it('checks a student on a page that has no crypto.subtle', async () => {
    const model = await serializeModel(fullStudent());
    const changed = model.slice();
    changed[changed.length - 1] ^= 1;
    const studentModule: typeof import('../src/browser.js') = await load(STUDENT);
    vi.stubGlobal('crypto', {});
    try {
      expect((await studentModule.loadStudent(model)).executor).toMatch(/^simd/);
      await expect(studentModule.loadStudent(changed)).rejects.toThrow('sha256');
    } finally {
      vi.unstubAllGlobals();
    }
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
