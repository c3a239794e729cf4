// From what an endpoint says (a probability, a grade, a distribution over grades) to a margin. Pure functions.

/**
 * The logit of a probability that is first clipped: `ln(u / (1 - u))` with `u = min(max(p, clip), 1 - clip)`.
 * So a margin lies within plus or minus `ln((1 - clip) / clip)`.
 */
export function clippedLogit(probability: number, clip: number): number {
  const clipped = Math.min(Math.max(probability, clip), 1 - clip);
  return Math.log(clipped / (1 - clipped));
}

/**
 * The margin of a distribution over grades:
 * `margin = clippedLogit((sum_g p_g * g - g_min) / (g_max - g_min), clip)`.
 * A single grade is the distribution that gives it everything. With grades 1..4 and clip 0.02 grade 1 becomes -3.89,
 * 2 becomes ln(1/2) = -0.69, 3 becomes ln 2 = 0.69, 4 becomes 3.89.
 * shares [G] of the grades [G], of any sum above 0.
 */
export function gradesToMargin(
  grades: readonly number[],
  shares: readonly number[],
  clip: number,
): number {
  let sum = 0;
  let expected = 0;
  grades.forEach((grade, index) => {
    sum += shares[index];
    expected += shares[index] * grade;
  });
  const lowest = Math.min(...grades);
  const highest = Math.max(...grades);
  return clippedLogit((expected / sum - lowest) / (highest - lowest), clip);
}

/** One log-probability a class, `ln max(p, clip)`: softmax over them gives the probabilities back. */
export function classLogits(probabilities: readonly number[], clip: number): number[] {
  return probabilities.map((probability) => Math.log(Math.max(probability, clip)));
}
