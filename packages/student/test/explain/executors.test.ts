// Explanations of students however they are stored and run, and of texts that are cut.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ExecutorChoice } from '../../src/executors/executor.js';
import { explain } from '../../src/explain/index.js';
import { decodeParameters } from '../../src/model/decode-parameters.js';
import { quantizeStudent } from '../../src/model/quantize-student.js';
import { PRECISIONS } from '../../src/model/stored-parameters.js';
import { createStudent, type Student } from '../../src/model/student.js';
import { deepStudent, examplesOf, STUDENTS } from './explained-students.js';

const EXECUTORS: ExecutorChoice[] = ['reference', 'simd', 'relaxed'];

const sizeOf = (items: readonly { contribution: number }[]): number =>
  items.reduce((sum, { contribution }) => sum + Math.abs(contribution), 0);

/** The numbers that a stored student stands for, as float32 and in plain JavaScript. */
function decoded({ definition, vocabularies, parameters }: Student): Student {
  const floats = decodeParameters(parameters, definition);
  return createStudent({ definition, vocabularies, parameters: floats });
}

describe.each(Object.entries(STUDENTS))('an explanation of a stored student: %s', (_, create) => {
  const original = create();
  const cases = PRECISIONS.flatMap((precision) =>
    EXECUTORS.map((executor) => [precision, executor] as const),
  );

  it.each(cases)('in %s, run by %s, is that of the numbers that it stands for', (...how) => {
    const [precision, executor] = how;
    const student = createStudent(quantizeStudent(original, precision), { executor });
    const twin = decoded(student);
    // Of these executors only the one for int8 rounds more than float32 does: vectors between layers to 8 bits.
    const bound = student.executor.endsWith('int8') ? 0.02 : 1e-5;
    fc.assert(
      fc.property(examplesOf(student), (example) => {
        const explanation = explain(student, example, { output: 0 });
        const expected = explain(twin, example, { output: 0 });
        const { base, features, words, logit, residual } = explanation;
        expect({ base, features, words }).toEqual({
          base: expected.base,
          features: expected.features,
          words: expected.words,
        });
        expect(logit).toBe(student.logits([example])[0]);
        expect(residual).toBeCloseTo(expected.residual + logit - expected.logit, 9);
        expect(Math.abs(residual)).toBeLessThanOrEqual(bound * (1 + sizeOf(features)));
      }),
      { seed: 74, numRuns: 25 },
    );
  });
});

describe('an explanation of a text that is too long', () => {
  const { definition, vocabularies, parameters } = deepStudent();
  const short = createStudent({ definition, vocabularies, parameters }, { maxTextLength: 12 });

  it('is that of the part that is scored', () => {
    const title = 'Drill, red drill bit';
    const cut = explain(short, ['red', title]);
    expect(cut).toEqual(explain(short, ['red', 'Drill, red d']));
    expect(cut.logit).toBe(short.score(['red', title]).logit);
    const spans = cut.words.filter(({ field }) => field === 'title');
    expect(spans.map(({ start, end }) => title.slice(start, end))).toEqual(['Drill', 'red', 'd']);
  });

  it('does not end within a character', () => {
    const { words } = explain(short, ['red', 'drill bits \u{20bb7}']);
    expect(words.map(({ word }) => word)).toEqual(['red', 'drill', 'bits']);
  });
});
