// The student module in a real Chromium, on the page and in a module worker: the logits of Node, from every kind of source.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  EXECUTOR_CHOICES,
  PRECISIONS,
  parseModel,
  quantizeStudent,
  type Student,
  serializeModel,
  serializeStudent,
} from '../../packages/student/src/index.js';
import { extendedStudent, fullStudent } from '../../packages/student/test/tiny-student.js';
import { CHROMIUM_MISSING } from '../../scripts/chromium.mjs';
import { openStudentSite, type StudentSite } from './student-site.js';

/** Vitest would rewrite an `import()` of the tests, so the page does it. */
const PAGE = `<!doctype html><title>student</title><script type="module">
  globalThis.studentModule = await import('./student.min.js');
</script>`;

declare global {
  var studentModule: typeof import('../../packages/student/src/browser.js');
}

/** Pairs with all that a text may hold. */
const PAIRS: [string, string][] = [
  ['red drill', 'Red Drill 12V'],
  ['crème', 'Crème brûlée 0.75in'],
  ['', ''],
  ['door bell', 'Doorbell, 2 in. x 4 in., pack of 24'],
  ['日本語 ドリル', '電動ドリル 赤'],
  ['dril', "Men's drills & bits 😀"],
];

const STUDENTS: [string, () => Student][] = [
  ['every block', fullStudent],
  ['every family', extendedStudent],
];

describe('the student module in Chromium', () => {
  let site: StudentSite;
  let folder: string;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    if (CHROMIUM_MISSING !== undefined) return;
    site = await openStudentSite();
    ({ folder, browser, page } = site);
    await writeFile(join(folder, 'index.html'), PAGE);
    await page.goto(site.url);
    await page.waitForFunction(() => globalThis.studentModule !== undefined);
  });
  afterAll(() => site?.close());
  beforeEach((context) => context.skip(CHROMIUM_MISSING !== undefined, CHROMIUM_MISSING));

  describe.each(STUDENTS)('with %s', (_, make) => {
    it.each(PRECISIONS)(
      'scores as Node does with every executor, stored in %s',
      async (precision) => {
        const model = await serializeModel(quantizeStudent(make(), precision));
        await writeFile(join(folder, 'model.b2d'), model);
        const got = await page.evaluate(
          async ({ pairs, choices }) => {
            const { loadStudent } = globalThis.studentModule;
            const loaded = choices.map(async (executor) => {
              const student = await loadStudent('model.b2d', { executor });
              const { precision } = student;
              return {
                executor,
                precision,
                name: student.executor,
                logits: [...student.logits(pairs)],
              };
            });
            return Promise.all(loaded);
          },
          { pairs: PAIRS, choices: [...EXECUTOR_CHOICES] },
        );
        const reference = await parseModel(model, 'model.b2d', { executor: 'reference' });
        const simd = await parseModel(model, 'model.b2d', { executor: 'simd' });
        const fastest = precision === 'int8' ? 'relaxed-int8' : simd.executor;
        expect(got.map(({ name }) => name)).toEqual([fastest, fastest, simd.executor, 'reference']);
        for (const { executor, logits, ...student } of got) {
          expect(student.precision).toBe(precision);
          if (executor === 'reference') expectClose(logits, reference.logits(PAIRS));
          // To the bit, on every machine.
          else expect(logits).toEqual([...simd.logits(PAIRS)]);
        }
      },
    );
  });

  it('loads a folder, bytes, a file object, and text with bytes', async () => {
    const student = fullStudent();
    const { json, weights } = await serializeStudent(student);
    await writeFile(join(folder, 'model.b2d'), await serializeModel(student));
    await writeFile(join(folder, 'student.json'), json);
    await writeFile(join(folder, 'student.safetensors'), weights);
    const all = await page.evaluate(async (pairs) => {
      const { loadStudent } = globalThis.studentModule;
      const fetchBytes = async (name: string) => (await fetch(name)).arrayBuffer();
      const model = await fetchBytes('model.b2d');
      const text = await (await fetch('student.json')).text();
      const sources = [
        new URL('./', location.href),
        model,
        new Uint8Array(model),
        new File([model], 'mine.b2d'),
        { json: text, weights: await fetchBytes('student.safetensors') },
      ];
      const students = await Promise.all(sources.map((source) => loadStudent(source)));
      return students.map((loaded) => [...loaded.logits(pairs)] as number[]);
    }, PAIRS);
    expect(all).toHaveLength(5);
    for (const logits of all) expectClose(logits, student.logits(PAIRS));
  });

  it('explains with the module beside it, which it loads when it is asked to', async () => {
    const student = extendedStudent();
    await writeFile(join(folder, 'model.b2d'), await serializeModel(student));
    const loaded = () =>
      page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name));
    expect((await loaded()).filter((name) => name.endsWith('explain.min.js'))).toEqual([]);
    const got = await page.evaluate(async (pair) => {
      const { loadStudent } = globalThis.studentModule;
      return (await loadStudent('model.b2d')).explain(pair);
    }, PAIRS[0]);
    expect((await loaded()).filter((name) => name.endsWith('explain.min.js'))).toHaveLength(1);
    const expected = await student.explain(PAIRS[0]);
    expect(got.features).toEqual(expected.features);
    expect(got.words).toEqual(expected.words);
    expectClose([got.logit], Float32Array.of(expected.logit));
  });

  it('runs without WebAssembly where a content security policy forbids it', async () => {
    const student = fullStudent();
    await writeFile(join(folder, 'model.b2d'), await serializeModel(student));
    const policy = `<meta http-equiv="Content-Security-Policy" content="script-src 'self'">`;
    await writeFile(
      join(folder, 'strict.js'),
      `globalThis.studentModule = await import('./student.min.js');`,
    );
    await writeFile(
      join(folder, 'strict.html'),
      `<!doctype html>${policy}<script type="module" src="strict.js"></script>`,
    );
    const strict = await browser.newPage();
    try {
      await strict.goto(new URL('strict.html', site.url).href);
      await strict.waitForFunction(() => globalThis.studentModule !== undefined);
      const got = await strict.evaluate(async (pairs) => {
        const loaded = await globalThis.studentModule.loadStudent('model.b2d');
        return { executor: loaded.executor, logits: [...loaded.logits(pairs)] };
      }, PAIRS);
      expect(got.executor).toBe('reference');
      expectClose(got.logits, student.logits(PAIRS));
    } finally {
      await strict.close();
    }
  });

  it('runs in a module worker', async () => {
    const student = fullStudent();
    await writeFile(join(folder, 'model.b2d'), await serializeModel(student));
    await writeFile(
      join(folder, 'scores.js'),
      `import { loadStudent } from './student.min.js';
      onmessage = async ({ data }) => {
        const student = await loadStudent(new URL('model.b2d', location.href));
        postMessage([...student.logits(data)]);
      };`,
    );
    const logits = await page.evaluate(
      (pairs) =>
        new Promise<number[]>((resolve, reject) => {
          const worker = new Worker('scores.js', { type: 'module' });
          worker.onmessage = ({ data }) => resolve(data);
          worker.onerror = ({ message }) => reject(new Error(message));
          worker.postMessage(pairs);
        }),
      PAIRS,
    );
    expectClose(logits, student.logits(PAIRS));
  });
});

/** Two engines may round a sum of a few dozen float32 numbers differently, by 1e-5 of its size at most. */
function expectClose(got: readonly number[], expected: Float32Array): void {
  expect(got).toHaveLength(expected.length);
  for (const [index, value] of expected.entries()) {
    expect(Math.abs(got[index] - value)).toBeLessThanOrEqual(1e-5 * Math.max(1, Math.abs(value)));
  }
}
