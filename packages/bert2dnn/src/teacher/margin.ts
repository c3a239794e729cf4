// The margin: one number per example out of a model's logits. Not for more than two classes.

/**
 * Margins of `logits [N, C]`: C = 1 the logit itself, C = 2 positive minus negative logit (`l1 - l0`), in float64.
 * @throws RangeError for another C, which has no single margin.
 */
export function marginOf(logits: ArrayLike<number>, numOutputs: number): Float64Array {
  if (numOutputs === 1) return Float64Array.from(logits);
  if (numOutputs !== 2) {
    throw new RangeError(`a margin needs 1 or 2 logits a row, got ${numOutputs}`);
  }
  const margins = new Float64Array(logits.length / 2);
  for (let index = 0; index < margins.length; index++) {
    margins[index] = logits[2 * index + 1] - logits[2 * index];
  }
  return margins;
}
