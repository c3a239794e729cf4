// Spearman's rank correlation of plain rows: what chooses an epoch. Weighted, for intervals: evaluate/metrics.

/**
 * Pearson's r of the ranks of `left [N]` and `right [N]`, ties sharing the middle of their ranks; `undefined` if one of
 * them does not vary. Source: scipy.stats.spearmanr.
 */
export function spearman(left: ArrayLike<number>, right: ArrayLike<number>): number | undefined {
  const leftRanks = midranks(left);
  const rightRanks = midranks(right);
  // Midranks have the mean of all ranks, tied or not.
  const mean = (leftRanks.length + 1) / 2;
  let leftSquares = 0;
  let rightSquares = 0;
  let products = 0;
  for (let row = 0; row < leftRanks.length; row++) {
    const leftGap = leftRanks[row] - mean;
    const rightGap = rightRanks[row] - mean;
    leftSquares += leftGap * leftGap;
    rightSquares += rightGap * rightGap;
    products += leftGap * rightGap;
  }
  if (leftSquares === 0 || rightSquares === 0) return undefined;
  return products / Math.sqrt(leftSquares) / Math.sqrt(rightSquares);
}

/** Ranks from 1 by row. */
function midranks(values: ArrayLike<number>): Float64Array {
  const order = Uint32Array.from({ length: values.length }, (_, row) => row);
  order.sort((left, right) => values[left] - values[right]);
  const ranks = new Float64Array(values.length);
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && values[order[end]] === values[order[start]]) end++;
    for (let place = start; place < end; place++) ranks[order[place]] = (start + 1 + end) / 2;
    start = end;
  }
  return ranks;
}
