// One number per row out of a teacher's logits.

/**
 * Margin of logits [N, C]: the logit of a single output, positive minus negative of two.
 * @throws RangeError for three or more outputs, which have no single margin.
 */
export function marginOf(logits: Float32Array, numOutputs: number): Float32Array {
  if (numOutputs === 1) return logits;
  if (numOutputs !== 2) {
    throw new RangeError(`a margin needs one or two logits a row, got ${numOutputs}`);
  }
  return Float32Array.from(
    { length: logits.length / 2 },
    (_, row) => logits[2 * row + 1] - logits[2 * row],
  );
}
