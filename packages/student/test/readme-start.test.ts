// The starts of the README for Node, CommonJS and edge runtimes, run as they stand. Browser and worker: test/chromium.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { explanationToText } from '../src/explain/index.js';
import { serializeModel } from '../src/format/model-file.js';
import { loadStudent } from '../src/node/index.js';
import { readmeCode } from './readme-code.js';
import { fullStudent } from './tiny-student.js';

const PACKAGE = join(import.meta.dirname, '..');
const student = fullStudent();
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'readme-start-'));
  writeFileSync(join(folder, 'model.b2d'), await serializeModel(student));
  mkdirSync(join(folder, 'node_modules/@bert2dnn'), { recursive: true });
  symlinkSync(PACKAGE, join(folder, 'node_modules/@bert2dnn/student'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What `node` prints for a file of this name and content, in a project that has the package. */
function runFile(name: string, code: string): string {
  writeFileSync(join(folder, name), code);
  return execFileSync(process.execPath, [name], { cwd: folder, encoding: 'utf8' });
}

describe('the README', () => {
  it('starts in Node', () => {
    const code = readmeCode('Node').replace(
      'console.log(score, logit, scores)',
      'console.log(JSON.stringify({ score, logit, scores }))',
    );
    const got = JSON.parse(runFile('start.mjs', code));
    const pairs = [
      ['cordless drill', 'DeWalt 20V Max Drill'],
      ['cordless drill', 'Garden hose'],
    ];
    expect(got.logit).toBeCloseTo(student.score(pairs[0]).logit, 5);
    expect(got.scores.map(({ logit }: { logit: number }) => logit)).toEqual([
      expect.closeTo(student.score(pairs[0]).logit, 5),
      expect.closeTo(student.score(pairs[1]).logit, 5),
    ]);
  });

  it('explains a score', async () => {
    const pair: Record<string, string> = {
      query: 'cordless drill',
      title: 'DeWalt 20V Max Drill',
    };
    const loaded = await loadStudent(join(folder, 'model.b2d'));
    const explanation = await loaded.explain(pair);
    const words = explanation.words.map(({ field, word, start, end, contribution }) => {
      return `${field} ${word} ${pair[field].slice(start, end)} ${contribution}\n`;
    });
    const text = explanationToText(explanation, { color: true, top: 10 });
    const printed = runFile('explain.mjs', readmeCode('Explain'));
    expect(printed.startsWith(`${text}\n${words.join('')}`)).toBe(true);
    expect(words.join('')).toContain('title dewalt DeWalt ');
    expect(printed).toContain(`feature: '${explanation.features[0].feature}`);
  });

  it('has the modules for browsers under names of the package', () => {
    const code = `
      import { readFileSync } from 'node:fs';
      import { loadStudent } from '@bert2dnn/student/browser';
      import { explain } from '@bert2dnn/student/browser/explain';
      const student = await loadStudent(readFileSync('model.b2d'));
      console.log(explain(student, ['red', 'red']).words.length);`;
    expect(runFile('browser.mjs', code)).toBe('2\n');
  });

  it('can be required from CommonJS', () => {
    const code = `
      const { loadStudent } = require('@bert2dnn/student/node');
      const { splitWords } = require('@bert2dnn/student');
      loadStudent('model.b2d').then((student) => {
        console.log(JSON.stringify([student.score(['red', 'red']).logit, splitWords('red drill')]));
      });`;
    expect(JSON.parse(runFile('start.cjs', code))).toEqual([
      expect.closeTo(student.score(['red', 'red']).logit, 5),
      ['red', 'drill'],
    ]);
  });

  it('starts at the edge: no Node, no WebAssembly from bytes', () => {
    const output = execFileSync(
      process.execPath,
      [
        '--experimental-vm-modules',
        '--no-warnings',
        join(import.meta.dirname, 'edge/edge-realm.mjs'),
        join(PACKAGE, 'dist/browser/student.min.js'),
        join(folder, 'model.b2d'),
      ],
      { input: readmeCode('Edge'), encoding: 'utf8' },
    );
    const { requests, answers } = JSON.parse(output);
    expect(answers).toHaveLength(2);
    for (const [index, request] of requests.entries()) {
      expect(answers[index].logit).toBeCloseTo(student.score(request).logit, 5);
    }
  });
});
