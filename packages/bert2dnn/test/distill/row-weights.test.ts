// Weights of rows from a column and from classes, against counts by hand.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openExamples } from '../../src/data/index.js';
import { readHardLabels } from '../../src/distill/hard-labels.js';
import { type RowWeightSources, weighTargets } from '../../src/distill/row-weights.js';
import type { ClassWeights } from '../../src/teacher/class-weights.js';
import { makeTestFolder, writeTsv } from '../labels/score-fixture.js';

const folder = await makeTestFolder();
const ROWS = [
  ['a', 1, 2],
  ['b', 0, 1],
  ['c', 0, 0],
  ['d', 0, 3],
];
const file = await writeTsv(join(folder, 'rows.tsv'), ['text', 'label', 'count'], ROWS);
const open = (weight?: string) => openExamples([file], { weight }, { label: true });
const LABELS = Float32Array.of(1, 0, 0, 0);

async function weigh(
  weight: string | undefined,
  classWeights: ClassWeights | undefined,
  more: Partial<RowWeightSources> = {},
) {
  const set = await open(weight);
  const hard = await readHardLabels(set);
  const targets = { targets: LABELS };
  const loss = 'soft-cross-entropy' as const;
  return weighTargets({ set, targets, hard, numOutputs: 1, loss, classWeights, ...more });
}

const rounded = (values: Iterable<number> | undefined) =>
  values && [...values].map((value) => Number(value.toFixed(5)));

describe('weighTargets', () => {
  it('gives the targets back where all rows count the same', async () => {
    const targets = { targets: LABELS };
    expect(await weigh(undefined, undefined, { targets })).toBe(targets);
  });

  it('scales a column to a mean of 1 and leaves out rows that count nothing', async () => {
    const { weights, rows } = await weigh('count', undefined);
    // Sum 6 over the 3 rows that count.
    expect(rounded(weights)).toEqual([1, 0.5, 0, 1.5]);
    expect([...rows!]).toEqual([0, 1, 3]);
  });

  it('balances the classes', async () => {
    // N / (C n_c): 4 / (2 * 1) = 2 and 4 / (2 * 3).
    const { weights, rows } = await weigh(undefined, 'balanced');
    expect(rounded(weights)).toEqual([2, 0.66667, 0.66667, 0.66667]);
    expect(rows).toBeUndefined();
  });

  it('multiplies the column by the weight of the class', async () => {
    const { weights } = await weigh('count', { positive: 4 });
    // 8, 1, 0, 3: sum 12 over 3.
    expect(rounded(weights)).toEqual([2, 0.25, 0, 0.75]);
  });

  it('gives a soft label the mean weight of its classes, probabilities and logits', async () => {
    const soft = { targets: Float32Array.of(1, 0.5, 0, 0.5) };
    const byHand = [3, 2, 1, 2].map((weight) => weight / 2);
    const found = await weigh(undefined, { positive: 3 }, { targets: soft, hard: undefined });
    expect(rounded(found.weights)).toEqual(byHand);
    const logits = { targets: Float32Array.of(40, 0, -40, 0) };
    const more = { targets: logits, hard: undefined, loss: 'margin-mse' as const };
    expect(rounded((await weigh(undefined, { positive: 3 }, more)).weights)).toEqual(byHand);
  });

  it('counts only the rows that are trained on', async () => {
    const targets = { targets: Float32Array.of(1, 0, Number.NaN, 0), rows: Int32Array.of(0, 1, 3) };
    const { weights, rows } = await weigh(undefined, 'balanced', { targets, hard: undefined });
    // 3 / (2 * 1) and 3 / (2 * 2).
    expect(rounded(weights)).toEqual([1.5, 0.75, 0, 0.75]);
    expect([...rows!]).toEqual([0, 1, 3]);
  });

  it('refuses an unknown class and weights of nothing', async () => {
    await expect(weigh(undefined, { positiv: 2 })).rejects.toMatchObject({
      code: 'USAGE',
      hint: 'Did you mean "positive"?',
    });
    await expect(weigh(undefined, { positive: 0, negative: 0 })).rejects.toMatchObject({
      code: 'WEIGHT_INVALID',
    });
  });
});
