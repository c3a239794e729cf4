// What a metric is here: a number from rows that may be weighted. The sums that several metrics share.
// A weight is how often a row was drawn (bootstrap) or how much it counts; without weights every row counts once.

/**
 * A metric whose sorting is already done: called once for the value, and again for every bootstrap resample.
 * Gives NaN where the rows do not define the metric (for example one class only).
 */
export type PreparedMetric = (weights?: Float64Array) => number;

/** Any list of numbers: a plain array or a typed one. */
export type Numbers = ArrayLike<number>;

/** Mean of `values [N]` under `weights [N]`; NaN without rows. Rows of value NaN are left out. */
export function weightedMean(values: Numbers, weights?: Float64Array): number {
  let sum = 0;
  let total = 0;
  for (let row = 0; row < values.length; row++) {
    const value = values[row];
    if (Number.isNaN(value)) continue;
    const weight = weights === undefined ? 1 : weights[row];
    sum += weight * value;
    total += weight;
  }
  return sum / total;
}

/** The prepared form of a mean over rows. */
export function prepareMean(values: Float64Array): PreparedMetric {
  return (weights) => weightedMean(values, weights);
}

/** 1 / (1 + e^-x), without overflow. */
export function sigmoid(logit: number): number {
  if (logit >= 0) return 1 / (1 + Math.exp(-logit));
  const exponential = Math.exp(logit);
  return exponential / (1 + exponential);
}
