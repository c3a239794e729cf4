// A bounded run of the fuzzers, with the watchdog and the bound on memory: `npm run fuzz` runs them at length.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createStudent, parseModel, type Student } from '../../src/index.js';
// @ts-expect-error The fuzzers are plain JavaScript.
import { checkAgreement } from './executor-agreement.mjs';
// @ts-expect-error The fuzzers are plain JavaScript.
import { makeSeeds } from './seed-students.mjs';

const MAIN = fileURLToPath(new URL('./main.mjs', import.meta.url));

/** What a fuzzer prints. @throws Error with that if a case fails. */
function fuzz(what: string, cases: number): string {
  const options = ['--what', what, '--cases', String(cases), '--seed', '1', '--threads', '1'];
  return execFileSync(process.execPath, [MAIN, ...options], { encoding: 'utf8' });
}

async function seedStudents(): Promise<{ name: string; student: Student }[]> {
  const seeds: { name: string; form: string; bytes: Uint8Array }[] = await makeSeeds();
  const models = seeds.filter(({ form }) => form === 'b2d');
  return Promise.all(
    models.map(async ({ name, bytes }) => ({
      name,
      student: await parseModel(bytes, name, { executor: 'reference' }),
    })),
  );
}

describe('fuzzers', () => {
  it('load mutated files or refuse them', { timeout: 300_000 }, () => {
    const printed = fuzz('loader', 20_000);
    expect(printed).toMatch(/^student +[1-9]/m);
    expect(printed).toMatch(/^STUDENT_INVALID +[1-9]/m);
    expect(printed).toMatch(/^0 failures$/m);
  });

  it('score arbitrary texts', { timeout: 300_000 }, () => {
    const printed = fuzz('scorer', 700);
    expect(printed).toMatch(/^scored +[1-9]/m);
    expect(printed).toMatch(/^EXAMPLE_INVALID +[1-9]/m);
    expect(printed).toMatch(/^0 failures$/m);
  });

  it('read plain texts as the tokenizer does', { timeout: 300_000 }, () => {
    const printed = fuzz('reader', 200_000);
    expect(printed).toMatch(/^read +1[5-9]\d{4}$/m);
    expect(printed).toMatch(/^left +[1-9]/m);
    expect(printed).toMatch(/^0 failures$/m);
  });

  it('make ids in WebAssembly as in plain JavaScript', { timeout: 300_000 }, () => {
    const printed = fuzz('features', 3000);
    expect(printed).toMatch(/^same +3000$/m);
    expect(printed).toMatch(/^0 failures$/m);
  });

  it('notice an executor that computes something else', async () => {
    for (const { name, student } of await seedStudents()) {
      if (!name.includes('float')) continue;
      const { definition, vocabularies, parameters } = student;
      const last = Object.keys(parameters)
        .filter((key) => key.endsWith('bias'))
        .at(-1)!;
      const bias = (parameters[last] as Float32Array).map((value) => value + 0.25);
      const changed = { definition, vocabularies, parameters: { ...parameters, [last]: bias } };
      const other = createStudent(changed, { executor: 'simd' });
      const examples = [definition.fields.map(() => 'red drill')];
      expect(() => checkAgreement(student, other, examples), name).toThrow('expected within');
    }
  });
});

describe('huge batches', () => {
  it('of 100,000 pairs score as the same pairs in small ones', { timeout: 120_000 }, async () => {
    const students = await seedStudents();
    for (const precision of ['float32', 'int8']) {
      const { student } = students.find(({ name }) => name === `pair ${precision} b2d`)!;
      const simd = createStudent(student, { executor: 'simd' });
      const pairs = Array.from({ length: 1000 }, (_, index) => [
        `drill ${index % 7}`,
        `red ${index}`,
      ]);
      const few = simd.logits(pairs);
      const many = simd.logits(Array.from({ length: 100_000 }, (_, index) => pairs[index % 1000]));
      expect(many.length).toBe(100_000);
      expect(many.every((logit, index) => logit === few[index % 1000])).toBe(true);
    }
  });
});
