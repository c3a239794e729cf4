// Batches: every row once, of like length, within the budget, and the same for the same seed.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/foundation/random.js';
import { planScoringBatches, planTrainingBatches } from '../../src/teacher/batches.js';

const lengths = fc.array(fc.integer({ min: 1, max: 64 }), { maxLength: 300 });
const rowsOf = (batches: Int32Array[]) => batches.flatMap((batch) => [...batch]);

describe('scoring batches', () => {
  it('hold every row once, longest first, within budget and row limit', () => {
    fc.assert(
      fc.property(lengths, fc.integer({ min: 1, max: 500 }), (sizes, tokenBudget) => {
        const batches = planScoringBatches(sizes, { tokenBudget, maxRows: 16 });
        const rows = rowsOf(batches);
        expect([...rows].sort((a, b) => a - b)).toEqual(sizes.map((_, row) => row));
        for (let at = 1; at < rows.length; at++) {
          expect(sizes[rows[at]]).toBeLessThanOrEqual(sizes[rows[at - 1]]);
        }
        for (const batch of batches) {
          const padded = batch.length * sizes[batch[0]];
          expect(batch.length === 1 || padded <= tokenBudget).toBe(true);
          expect(batch.length).toBeLessThanOrEqual(16);
        }
      }),
    );
  });
});

describe('training batches', () => {
  it('hold every row once and repeat for the same seed only', () => {
    fc.assert(
      fc.property(lengths, fc.integer({ min: 1, max: 40 }), (sizes, batchSize) => {
        const plan = (seed: number) =>
          rowsOf(
            planTrainingBatches(sizes, { batchSize, random: createRandom(seed), blockBatches: 3 }),
          );
        expect([...plan(1)].sort((a, b) => a - b)).toEqual(sizes.map((_, row) => row));
        expect(plan(1)).toEqual(plan(1));
        if (sizes.length > 20) expect(plan(2)).not.toEqual(plan(1));
      }),
    );
  });

  it('pad less than unsorted batches would', () => {
    const random = createRandom(5, 'lengths');
    const sizes = Array.from({ length: 2000 }, () => 4 + random.nextInt(60));
    const batches = planTrainingBatches(sizes, { batchSize: 32, random });
    const padded = batches.reduce(
      (sum, batch) => sum + batch.length * Math.max(...[...batch].map((row) => sizes[row])),
      0,
    );
    const real = sizes.reduce((sum, size) => sum + size, 0);
    expect(padded / real).toBeLessThan(1.1);
  });
});
