// How whole numbers are distributed, from how often each value occurs: exact mean and quantiles, and bins to draw.
// Knows no database: the engine counts, so that a hundred million rows are a few thousand pairs here.

/** Values with how often they occur, in any order. */
export type ValueCounts = readonly (readonly [value: number, count: number])[];

/** Rows whose value is in low..high, both included. */
export interface Bin {
  low: number;
  high: number;
  count: number;
}

/** Figures of a distribution of whole numbers of 0 or more. All are 0 where there is no value. */
export interface Distribution {
  count: number;
  sum: number;
  mean: number;
  p50: number;
  p90: number;
  p99: number;
  max: number;
  /** In order, without those of no value; each value up to 20 has its own, then they widen by a quarter. */
  bins: Bin[];
}

const LAST_SINGLE_VALUE = 20;
const WIDENING = 1.25;

/** The distribution of counted whole numbers. */
export function describeCounts(counts: ValueCounts): Distribution {
  const sorted = counts.filter(([, count]) => count > 0).sort((left, right) => left[0] - right[0]);
  const count = sorted.reduce((total, [, times]) => total + times, 0);
  const sum = sorted.reduce((total, [value, times]) => total + value * times, 0);
  return {
    count,
    sum,
    mean: count === 0 ? 0 : sum / count,
    p50: quantileOf(sorted, count, 0.5),
    p90: quantileOf(sorted, count, 0.9),
    p99: quantileOf(sorted, count, 0.99),
    max: sorted.at(-1)?.[0] ?? 0,
    bins: binCounts(sorted),
  };
}

/** The smallest value that at least `share` of all values do not exceed. @param sorted by value */
function quantileOf(sorted: ValueCounts, count: number, share: number): number {
  let seen = 0;
  for (const [value, times] of sorted) {
    seen += times;
    // The product of a share and a whole number may lie a rounding above the number that is meant.
    if (seen >= count * share - 1e-6) return value;
  }
  return 0;
}

function binCounts(sorted: ValueCounts): Bin[] {
  const bins: Bin[] = [];
  let low = 0;
  let high = 0;
  for (const [value, count] of sorted) {
    while (value > high) {
      low = high + 1;
      high = low <= LAST_SINGLE_VALUE ? low : Math.floor(low * WIDENING);
    }
    const last = bins.at(-1);
    if (last?.high === high) last.count += count;
    else bins.push({ low, high, count });
  }
  return bins;
}
