// Position bias of a click log: how often each position is looked at, relative to the first, and what a pair's clicks
// say once that is taken out. Works on sums; who counts them (and throws out robots before) is not known here.
//
// The model is the position-based one: P(click) = examination(position) x attraction(pair). A pair that was shown at
// two positions has the same attraction at both, so the ratio of its click rates is the ratio of the examinations,
// however the shop ranked: nothing has to be randomised.

/** Clicks at two positions of the pairs that were shown at both, summed as a Mantel-Haenszel risk ratio needs them. */
export interface PositionContrast {
  /** The two positions, counted from 1, low < high. */
  low: number;
  high: number;
  /** Sum over the pairs of c_low * n_high / (n_low + n_high); n impressions, c clicks at a position. In any unit. */
  lowSum: number;
  /** Sum over the pairs of c_high * n_low / (n_low + n_high), in the same unit. */
  highSum: number;
  /** Clicks of these pairs at the low and at the high position: how sure the ratio is. */
  lowClicks: number;
  highClicks: number;
}

/** Options of `estimateExamination`. */
export interface ExaminationOptions {
  /** Positions to estimate: 1..maxPosition. Contrasts with a position beyond it are left out. */
  maxPosition: number;
}

/**
 * How firmly neighbouring positions hold on to one another, as the weight of a contrast: 1 is that of two clicks on
 * either side. Next to any real log it is nothing; without evidence it gives a position its neighbour's value.
 */
const NEIGHBOUR_WEIGHT = 1;

/**
 * Examination by position, relative to position 1: `result[position]`, 0 < value <= 1, `result[1]` = 1. Entry 0 stands
 * for no position and is 0. Length maxPosition + 1.
 *
 * Each contrast gives log(lowSum / highSum) as an estimate of log examination(low) - log examination(high) with the
 * variance 1 / lowClicks + 1 / highClicks (of Poisson counts). The logs by position are fitted to all of them by least
 * squares with the inverse variances as weights. A contrast without a click on one of its sides has no ratio and is
 * left out: it would weigh less than one click.
 *
 * Source: intervention harvesting, Agarwal et al., "Estimating Position Bias without Intrusive Interventions", WSDM
 * 2019 (arXiv:1812.05161) and Fang, Agarwal, Joachims, "Intervention Harvesting for Context-Dependent Examination-Bias
 * Estimation", SIGIR 2019 (arXiv:1811.01802); pooled over strata as in Mantel and Haenszel, J. Natl. Cancer Inst. 22,
 * 1959, in the risk ratio form of Greenland and Robins, Biometrics 41, 1985.
 */
export function estimateExamination(
  contrasts: readonly PositionContrast[],
  { maxPosition }: ExaminationOptions,
): Float64Array {
  // Unknown index = position - 2: the log of position 1 is 0.
  const numUnknown = Math.max(0, maxPosition - 1);
  const system = new NormalEquations(numUnknown);
  for (const { low, high, lowSum, highSum, lowClicks, highClicks } of contrasts) {
    if (high > maxPosition || !(lowSum > 0 && highSum > 0)) continue;
    const weight = 1 / (1 / lowClicks + 1 / highClicks);
    system.addDifference(low - 2, high - 2, { value: Math.log(lowSum / highSum), weight });
  }
  for (let position = 1; position < maxPosition; position++) {
    system.addDifference(position - 2, position - 1, { value: 0, weight: NEIGHBOUR_WEIGHT });
  }
  const logs = system.solve();
  return Float64Array.from({ length: maxPosition + 1 }, (_, position) => {
    if (position < 2) return position;
    return Math.min(1, Math.max(Number.MIN_VALUE, Math.exp(logs[position - 2])));
  });
}

/** What is known of a pair's clicks. */
export interface ClickEvidence {
  clicks: number;
  /** Impressions, each counted by the examination of its position: sum of examination(position). */
  examined: number;
  /** Attraction that is expected before a click is seen: clicks / examined of all pairs. */
  mean: number;
  /** Examined impressions that this expectation is worth, 0 or more; with 0 a pair without any has no estimate (NaN). */
  strength: number;
}

/**
 * Attraction of a pair, 0..1: the clicks in the impressions that were looked at, drawn towards the mean where there
 * are few. It is the mean of a Beta distribution: prior Beta(strength * mean, strength * (1 - mean)), then `clicks`
 * successes in `examined` trials; a trial may be a fraction. Clipped to 1, since clicks can exceed what was examined
 * on average.
 */
export function clickEstimate({ clicks, examined, mean, strength }: ClickEvidence): number {
  return Math.min(1, Math.max(0, (clicks + strength * mean) / (examined + strength)));
}

/** Weighted least squares over differences of unknowns x[0..n); index -1 stands for the known value 0. */
class NormalEquations {
  readonly #size: number;
  /** Sum of weights [n, n], symmetric; only the lower triangle is kept. */
  readonly #matrix: Float64Array;
  readonly #right: Float64Array;

  constructor(size: number) {
    this.#size = size;
    this.#matrix = new Float64Array(size * size);
    this.#right = new Float64Array(size);
  }

  /** Adds the observation x[first] - x[second] = value; first < second. */
  addDifference(
    first: number,
    second: number,
    { value, weight }: { value: number; weight: number },
  ): void {
    const size = this.#size;
    this.#matrix[second * size + second] += weight;
    this.#right[second] -= weight * value;
    if (first < 0) return;
    this.#matrix[first * size + first] += weight;
    this.#matrix[second * size + first] -= weight;
    this.#right[first] += weight * value;
  }

  /** The unknowns, by Cholesky in place. Every unknown is tied to the known value by the chain of neighbours. */
  solve(): Float64Array {
    const size = this.#size;
    const matrix = this.#matrix;
    const values = this.#right;
    for (let row = 0; row < size; row++) {
      for (let column = 0; column <= row; column++) {
        let sum = matrix[row * size + column];
        for (let index = 0; index < column; index++) {
          sum -= matrix[row * size + index] * matrix[column * size + index];
        }
        matrix[row * size + column] =
          row === column ? Math.sqrt(sum) : sum / matrix[column * size + column];
      }
      for (let index = 0; index < row; index++) {
        values[row] -= matrix[row * size + index] * values[index];
      }
      values[row] /= matrix[row * size + row];
    }
    for (let row = size - 1; row >= 0; row--) {
      for (let index = row + 1; index < size; index++) {
        values[row] -= matrix[index * size + row] * values[index];
      }
      values[row] /= matrix[row * size + row];
    }
    return values;
  }
}
