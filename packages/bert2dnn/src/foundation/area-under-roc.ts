// The area under the ROC curve of plain rows: what chooses an epoch. Weighted, for intervals: evaluate/metrics.

/**
 * The probability that a positive row scores above a negative one, ties counting half; `undefined` if a side is empty.
 * Source: Mann-Whitney U by ranks, ties given their mean rank.
 */
export function areaUnderRoc(
  scores: ArrayLike<number>,
  isPositive: (row: number) => boolean,
): number | undefined {
  const order = Uint32Array.from({ length: scores.length }, (_, row) => row);
  order.sort((left, right) => scores[left] - scores[right]);
  let numPositive = 0;
  let rankSum = 0;
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && scores[order[end]] === scores[order[start]]) end++;
    const meanRank = (start + 1 + end) / 2;
    for (let place = start; place < end; place++) {
      if (!isPositive(order[place])) continue;
      numPositive++;
      rankSum += meanRank;
    }
    start = end;
  }
  const numNegative = scores.length - numPositive;
  if (numPositive === 0 || numNegative === 0) return undefined;
  return (rankSum - (numPositive * (numPositive + 1)) / 2) / (numPositive * numNegative);
}
