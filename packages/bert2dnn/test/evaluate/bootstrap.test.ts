// The bootstrap: its draws, its coverage of a known truth, its pairing and its repeatability.
import { describe, expect, it } from 'vitest';
import {
  percentileInterval,
  quantile,
  type Resample,
  resampleStatistics,
} from '../../src/evaluate/bootstrap.js';
import { weightedMean } from '../../src/evaluate/metrics/metric.js';
import { indexGroups } from '../../src/evaluate/metrics/ranking.js';
import { createRandom } from '../../src/foundation/random.js';

describe('resampleStatistics', () => {
  it('draws as many rows as there are, and the same ones for the same seed', () => {
    const totals = (draw?: Resample) => draw!.rows.reduce((sum, count) => sum + count, 0);
    const first = (draw?: Resample) => draw!.rows[0];
    const run = (seed: number) =>
      resampleStatistics({ totals, first }, { numRows: 50, numResamples: 20, seed });
    const samples = run(1);
    expect([...samples['totals']]).toEqual(new Array(20).fill(50));
    expect(run(1)).toEqual(samples);
    expect(run(2)['first']).not.toEqual(samples['first']);
  });

  it('draws whole groups', () => {
    const groups = indexGroups(['a', 'b', 'a', 'c', 'b', 'a']);
    const together = (draw?: Resample) => {
      const { rows, groups: counts } = draw!;
      expect(rows[0]).toBe(rows[2]);
      expect(rows[0]).toBe(rows[5]);
      expect(rows[1]).toBe(rows[4]);
      expect([...counts]).toEqual([rows[0], rows[1], rows[3]]);
      return counts.reduce((sum, count) => sum + count, 0);
    };
    const samples = resampleStatistics(
      { together },
      { numRows: 6, groups, numResamples: 30, seed: 3 },
    );
    expect([...samples['together']]).toEqual(new Array(30).fill(3));
  });

  it('gives an interval of a mean that the normal formula predicts', () => {
    const random = createRandom(5, 'test');
    const values = Float64Array.from({ length: 400 }, () => random.nextNormal());
    const value = weightedMean(values);
    const { samples } = resampleStatistics(
      { samples: (draw) => weightedMean(values, draw?.rows) },
      { numRows: 400, numResamples: 2000, seed: 6 },
    );
    const interval = percentileInterval(value, samples);
    const spread = Math.sqrt(weightedMean(values.map((each) => (each - value) ** 2)) / 400);
    // 2,000 draws know an end of the interval to about 5 % of the spread.
    expect(Math.abs(interval.low - (value - 1.96 * spread))).toBeLessThan(0.15 * spread);
    expect(Math.abs(interval.high - (value + 1.96 * spread))).toBeLessThan(0.15 * spread);
  });
});

describe('percentileInterval', () => {
  it('leaves out draws without a value', () => {
    const samples = Float64Array.from([Number.NaN, 1, 1, Number.NaN]);
    expect(percentileInterval(2, samples)).toEqual({ value: 2, low: 1, high: 1 });
    expect(percentileInterval(2, new Float64Array(0))).toEqual({ value: 2, low: 2, high: 2 });
  });

  it('interpolates quantiles as numpy does', () => {
    // numpy.quantile([1, 2, 4, 8], [0, .025, .5, .9, 1])
    const sorted = [1, 2, 4, 8];
    expect([0, 0.025, 0.5, 0.9, 1].map((share) => quantile(sorted, share))).toEqual([
      1,
      1.075,
      3,
      expect.closeTo(6.8, 12),
      8,
    ]);
  });
});
