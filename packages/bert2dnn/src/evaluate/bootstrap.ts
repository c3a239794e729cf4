// Seeded percentile bootstrap: how far a metric would move on another draw of the same size.
// Draws groups where there are groups, because the rows of one query are not independent.

import { createRandom } from '../foundation/random.js';
import type { GroupIndex } from './metrics/ranking.js';

/** One draw: how often each row and each group was drawn. `groups` counts rows where there are no groups. */
export interface Resample {
  rows: Float64Array;
  groups: Float64Array;
}

/** A number to put an interval around; called without a draw for its value on the data itself. */
export type Statistic = (draw?: Resample) => number;

/** A value with its 95 % interval. */
export interface Interval {
  value: number;
  low: number;
  high: number;
}

export interface BootstrapOptions {
  numRows: number;
  /** Draws whole groups when given. */
  groups?: GroupIndex;
  /** How many draws; 0 gives intervals of no width. */
  numResamples: number;
  seed: number;
  /** Called after each draw, for progress. */
  onDraw?: () => void;
}

/**
 * The statistics on each draw: `samples[name] [numResamples]`. All statistics see the same draws, so ratios and
 * differences of them are paired. Time: one pass of every statistic a draw; nothing is sorted again.
 * Source: Efron & Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13.
 */
export function resampleStatistics(
  statistics: Record<string, Statistic>,
  options: BootstrapOptions,
): Record<string, Float64Array> {
  const { numRows, groups, numResamples, seed } = options;
  const random = createRandom(seed, 'bootstrap');
  const rows = new Float64Array(numRows);
  const draw: Resample = {
    rows,
    groups: groups === undefined ? rows : new Float64Array(groups.numGroups),
  };
  const numUnits = draw.groups.length;
  const samples = Object.fromEntries(
    Object.keys(statistics).map((name) => [name, new Float64Array(numResamples)]),
  );
  for (let resample = 0; resample < numResamples; resample++) {
    draw.groups.fill(0);
    for (let unit = 0; unit < numUnits; unit++) draw.groups[random.nextInt(numUnits)]++;
    if (groups !== undefined) {
      for (let row = 0; row < numRows; row++) rows[row] = draw.groups[groups.groupOfRow[row]];
    }
    for (const name of Object.keys(statistics)) samples[name][resample] = statistics[name](draw);
    options.onDraw?.();
  }
  return samples;
}

/**
 * The middle 95 % of the samples around `value`. Samples that are not finite (a draw with one class only, say)
 * are left out; without any the interval has no width.
 */
export function percentileInterval(value: number, samples: Float64Array): Interval {
  const sorted = samples.filter((sample) => Number.isFinite(sample)).sort();
  if (sorted.length === 0) return { value, low: value, high: value };
  return { value, low: quantile(sorted, 0.025), high: quantile(sorted, 0.975) };
}

/** Quantile of ascending numbers, linear between neighbours. Source: Hyndman & Fan 1996, type 7 (numpy's default). */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}
