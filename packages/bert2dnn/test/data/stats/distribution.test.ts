// Distributions from counted values: equal to what sorting all values gives, and bins that cover them.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeCounts } from '../../../src/data/stats/distribution.js';

/** By definition: the smallest value that at least `share` of the values do not exceed. */
function naiveQuantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.max(0, Math.ceil(Number((share * sorted.length).toFixed(6))) - 1)];
}

function countsOf(values: readonly number[]): [number, number][] {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts];
}

describe('describeCounts', () => {
  it('gives the figures of a small distribution', () => {
    // 1 2 2 3 3 3 3 3 3 30: the fifth is 3, the ninth 3, the tenth (99 %) 30.
    const described = describeCounts(countsOf([1, 2, 2, 3, 3, 3, 3, 3, 3, 30]));
    expect(described).toMatchObject({ count: 10, sum: 53, mean: 5.3, p50: 3, p90: 3, p99: 30 });
    expect(described.max).toBe(30);
    expect(described.bins).toEqual([
      { low: 1, high: 1, count: 1 },
      { low: 2, high: 2, count: 2 },
      { low: 3, high: 3, count: 6 },
      // 21..26 (a quarter wider) comes first.
      { low: 27, high: 33, count: 1 },
    ]);
  });

  it('is all zeros without a value', () => {
    const nothing = { count: 0, sum: 0, mean: 0, p50: 0, p90: 0, p99: 0, max: 0, bins: [] };
    expect(describeCounts([])).toEqual(nothing);
  });

  it('equals sorting the values, whatever their order', () => {
    const value = fc.oneof(fc.nat({ max: 25 }), fc.nat({ max: 5000 }));
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 200 }), (values) => {
        const described = describeCounts(countsOf(values));
        expect(described.count).toBe(values.length);
        expect(described.sum).toBe(values.reduce((sum, next) => sum + next, 0));
        expect(described.max).toBe(Math.max(...values));
        expect(described.p50).toBe(naiveQuantile(values, 0.5));
        expect(described.p90).toBe(naiveQuantile(values, 0.9));
        expect(described.p99).toBe(naiveQuantile(values, 0.99));
      }),
      { seed: 1 },
    );
  });

  it('has bins in order that do not overlap and hold what lies in them', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 100_000 }), { maxLength: 100 }), (values) => {
        const { bins } = describeCounts(countsOf(values));
        let end = -1;
        for (const { low, high, count } of bins) {
          expect(low).toBeGreaterThan(end);
          expect(high).toBeGreaterThanOrEqual(low);
          expect(count).toBe(values.filter((value) => value >= low && value <= high).length);
          expect(count).toBeGreaterThan(0);
          end = high;
        }
        expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(values.length);
      }),
      { seed: 1 },
    );
  });
});
