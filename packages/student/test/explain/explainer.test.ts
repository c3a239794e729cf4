import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FeatureDescriber } from '../../src/explain/feature-describer.js';
import { explain } from '../../src/explain/index.js';
import { IdBags } from '../../src/features/feature-buffer.js';
import { Featurizer } from '../../src/features/featurizer.js';
import { decodeParameters } from '../../src/model/decode-parameters.js';
import { ForwardPass } from '../../src/model/forward.js';
import { embeddingName, tableOf } from '../../src/model/parameters.js';
import type { Student } from '../../src/model/student.js';
import { TowerPass } from '../../src/model/towers.js';
import { refusal, refusalOf } from '../refusal.js';
import { deepStudent, examplesOf, paperStudent, STUDENTS } from './explained-students.js';

const sumOf = (items: readonly { contribution: number }[]): number =>
  items.reduce((sum, { contribution }) => sum + contribution, 0);

describe.each(Object.entries(STUDENTS))('an explanation of a student: %s', (_, create) => {
  const student = create();

  it('adds up: base, features, words, logit', () => {
    fc.assert(
      fc.property(examplesOf(student), (example) => {
        const explanation = explain(student, example);
        const { logit, score } = student.score(example);
        expect(explanation).toMatchObject({ logit, score, method: 'integrated-gradients' });
        const { base, features, words, residual } = explanation;
        expect(residual).toBeCloseTo(logit - base - sumOf(features), 12);
        expect(Math.abs(residual)).toBeLessThan(1e-5 * (1 + Math.abs(logit)));
        expect(sumOf(words)).toBeCloseTo(sumOf(features), 9);
        const sizes = features.map(({ contribution }) => Math.abs(contribution));
        expect(sizes).toEqual([...sizes].sort((left, right) => right - left));
      }),
      { seed: 71, numRuns: 100 },
    );
  });

  it('gives the base to an example without words, and no features', () => {
    if (student.definition.text.tokenizer === 'paper') return;
    const explanation = explain(
      student,
      student.definition.fields.map(() => ' , '),
    );
    expect(explanation).toMatchObject({ features: [], words: [] });
    expect(explanation.base).toBeCloseTo(explanation.logit, 5);
  });

  it('by leaving one out says what the logit is without it', () => {
    fc.assert(
      fc.property(examplesOf(student), fc.nat(), (example, pick) => {
        const { features, logit, base, residual, words } = explain(student, example, {
          method: 'leave-one-out',
        });
        expect(residual).toBeCloseTo(logit - base - sumOf(features), 12);
        expect(sumOf(words)).toBeCloseTo(sumOf(features), 9);
        if (features.length === 0) return;
        const feature = features[pick % features.length];
        const without = logitWithout(student, example, feature);
        expect(feature.contribution).toBeCloseTo(logit - without, 4);
      }),
      { seed: 72, numRuns: 60 },
    );
  });
});

/** The logit of the same output by the float32 reference, from the featurizer's ids less those of one feature. */
function logitWithout(
  student: Student,
  example: readonly string[],
  { block, feature }: { block: string; feature: string },
): number {
  const { definition, vocabularies } = student;
  const parameters = decodeParameters(student.parameters, definition);
  const featurizer = new Featurizer(definition, vocabularies);
  const buffer = featurizer.createBuffer();
  featurizer.featurize(example, buffer);
  const blockIndex = definition.blocks.findIndex(({ name }) => name === block);
  const left = new FeatureDescriber(definition, vocabularies)
    .describe(example)
    .occurrences.filter((each) => each.blockIndex === blockIndex && each.feature === feature);
  const bag = buffer.blocks[blockIndex];
  const ids = [...bag.ids.subarray(0, bag.numIds)];
  for (const { id } of left) ids.splice(ids.indexOf(id), 1);
  const kept = new IdBags();
  for (const id of ids) kept.push(id);
  kept.endExample();
  const without = { ...buffer, blocks: buffer.blocks.map((b, i) => (i === blockIndex ? kept : b)) };
  const Pass = definition.head === 'towers' ? TowerPass : ForwardPass;
  const logits = new Pass(definition, parameters).run({ ...without, numExamples: 1, clear() {} });
  const all = student.logits([example]);
  return logits[all.indexOf(Math.max(...all))];
}

describe('an explanation of a linear student', () => {
  const student = deepStudent({ hiddenLayers: [], combiner: 'sum', products: [] });

  it('is the rows times the weights, by both methods', () => {
    fc.assert(
      fc.property(examplesOf(student), (example) => {
        const { definition, vocabularies } = student;
        const parameters = decodeParameters(student.parameters, definition);
        const { embeddingSize: D, blocks } = definition;
        const { occurrences } = new FeatureDescriber(definition, vocabularies).describe(example);
        const expected = new Map<string, number>();
        for (const { blockIndex, id, feature } of occurrences) {
          const table = parameters[embeddingName(tableOf(blocks[blockIndex]))];
          const key = `${blocks[blockIndex].name} ${feature}`;
          let sum = expected.get(key) ?? 0;
          for (let column = 0; column < D; column++) {
            sum += table[id * D + column] * parameters['layer.0.weight'][blockIndex * D + column];
          }
          expected.set(key, sum);
        }
        for (const method of ['integrated-gradients', 'leave-one-out'] as const) {
          const { features, residual } = explain(student, example, { method });
          expect(features.length).toBe(expected.size);
          for (const { block, feature, contribution } of features) {
            expect(contribution).toBeCloseTo(expected.get(`${block} ${feature}`)!, 9);
          }
          expect(Math.abs(residual)).toBeLessThan(1e-4);
        }
      }),
      { seed: 73, numRuns: 60 },
    );
  });
});

describe('what is explained of a student with classes', () => {
  const student = paperStudent();
  const { logits, probabilities } = student.score(['a red drill']);

  it('is the most probable one, or the one that is asked for', () => {
    const best = student.score(['a red drill']);
    expect(explain(student, ['a red drill'])).toMatchObject({
      label: best.label,
      logit: best.logit,
    });
    const asked = { label: 'maybe', logit: logits![1], score: probabilities![1] };
    expect(explain(student, ['a red drill'], { output: 'maybe' })).toMatchObject(asked);
    expect(explain(student, ['a red drill'], { output: 1 })).toMatchObject(asked);
  });

  it('is refused where there is no such output or method', () => {
    const say = (options: object): string => refusal(() => explain(student, ['a'], options));
    expect(say({ output: 'never' })).toBe(
      'EXAMPLE_INVALID explain.output: got never, expected one of no, maybe, yes',
    );
    expect(say({ output: 3 })).toContain('got 3');
    expect(say({ method: 'shap' })).toBe(
      'EXAMPLE_INVALID explain.method: got shap, expected integrated-gradients or leave-one-out',
    );
    expect(refusal(() => explain(student, { title: 'a' }))).toContain('EXAMPLE_INVALID example 0');
  });
});

describe('Student.explain', () => {
  const student = deepStudent();

  it('promises what the function gives', async () => {
    const example = { query: 'red drill', title: 'Drill, red' };
    expect(await student.explain(example)).toEqual(explain(student, example));
    const options = { method: 'leave-one-out' } as const;
    expect(await student.explain(example, options)).toEqual(explain(student, example, options));
  });

  it('rejects what the function refuses', async () => {
    expect(await refusalOf(student.explain({ title: 'a' }))).toContain('EXAMPLE_INVALID example 0');
    expect(await refusalOf(student.explain(['a', 'b'], { output: 1 }))).toContain('got 1');
  });
});

describe('words of an explanation', () => {
  it('stand where the text has them', () => {
    const title = 'Drill, 1-1/2in (Kohler™)';
    const { words } = explain(deepStudent(), ['red', title]);
    const spans = words
      .filter(({ field }) => field === 'title')
      .map(({ word, start, end }) => [word, title.slice(start, end)]);
    expect(spans).toEqual([
      ['drill', 'Drill'],
      ['1.5', '1-1/2'],
      ['in', 'in'],
      ['kohler', 'Kohler'],
    ]);
    expect(words[0]).toMatchObject({ field: 'query', index: 0, word: 'red', start: 0, end: 3 });
  });
});
