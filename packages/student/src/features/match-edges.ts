// Where buckets of the match features begin. A part of the file format, as their rows are.

/** Bucket i holds values from `edges[i - 1]` up to, but not including, `edges[i]`; k edges make k + 1 buckets. */
export function bucketIndex(value: number, edges: readonly number[]): number {
  let bucket = 0;
  while (bucket < edges.length && value >= edges[bucket]) bucket++;
  return bucket;
}

/** Words of a title. */
export const TITLE_LENGTH_EDGES = [1, 4, 7, 10, 14, 20] as const;
/** None, up to a third, up to half, up to two thirds, more, all. */
export const SHARE_EDGES = [0.001, 0.334, 0.501, 0.667, 0.999] as const;
/** Shares of weight, finer than shares of words. */
export const WEIGHT_EDGES = [0.001, 0.2, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 0.999] as const;
/** How alike two words are in letters. */
export const LIKENESS_EDGES = [0.15, 0.3, 0.4, 0.5, 0.6, 0.75] as const;
/** Shares of a query's letters. */
export const SPELLING_EDGES = [0.15, 0.3, 0.45, 0.6, 0.7, 0.8, 0.9, 0.999] as const;
/** Number offered / number asked, where the unit is the same. */
export const RATIO_EDGES = [0.5, 0.8, 1, 1.25, 2] as const;
