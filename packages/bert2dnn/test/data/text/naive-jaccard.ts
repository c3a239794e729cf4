// Near-duplicates as they are defined: sets of strings, every pair. Shared by tests; slow.

/** Shingles of a text: 4 units of its words, with a space before, between and after them. */
export function naiveShingles(text: string): Set<string> {
  const words = text
    .toLowerCase()
    .split(/[^\p{L}\p{M}\p{N}]+/u)
    .filter((word) => word !== '');
  const spelling = words.length === 0 ? ' ' : ` ${words.join(' ')} `;
  if (spelling.length <= 4) return new Set([spelling]);
  return new Set(
    Array.from({ length: spelling.length - 3 }, (_, at) => spelling.slice(at, at + 4)),
  );
}

/** Jaccard similarity of two texts' shingles. */
export function naiveSimilarity(left: string, right: string): number {
  const leftSet = naiveShingles(left);
  const rightSet = naiveShingles(right);
  const numShared = [...leftSet].filter((shingle) => rightSet.has(shingle)).length;
  return numShared / (leftSet.size + rightSet.size - numShared);
}

/** The most similar text, the earliest of equals, if it reaches the threshold. */
export function naiveFind(
  texts: readonly string[],
  text: string,
  threshold: number,
): { index: number; similarity: number } | undefined {
  const similarities = texts.map((other) => naiveSimilarity(other, text));
  const similarity = Math.max(...similarities, Number.NEGATIVE_INFINITY);
  return similarity >= threshold
    ? { index: similarities.indexOf(similarity), similarity }
    : undefined;
}

/** By text the smallest index that is reached over near pairs. */
export function naiveClusters(texts: readonly string[], threshold: number): number[] {
  const labels = texts.map((_, index) => index);
  for (let changed = true; changed; ) {
    changed = false;
    texts.forEach((left, leftIndex) => {
      texts.forEach((right, rightIndex) => {
        if (labels[leftIndex] >= labels[rightIndex]) return;
        if (naiveSimilarity(left, right) < threshold) return;
        labels[rightIndex] = labels[leftIndex];
        changed = true;
      });
    });
  }
  return labels;
}
