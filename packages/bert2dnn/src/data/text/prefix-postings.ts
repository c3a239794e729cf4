// The inverted index behind near-duplicates: of each set only its rarest shingles, enough that none near is missed.
// Bounds are computed with the very divisions that the similarity is, so that a tie at the threshold is kept.
import type { ShingleSets } from './shingle-sets.js';

/** Sets by the shingles of their prefixes. */
export interface PrefixPostings {
  /** Shingle of rank r has the entries [offsets[r], offsets[r + 1]), in order of the size of their set. */
  offsets: Uint32Array;
  /** By entry: the set. */
  sets: Int32Array;
  /** By entry: the position of the shingle in its set. */
  places: Int32Array;
}

/** The least number of shingles that a set of `size` shares with any set that is near it: overlap / size >= threshold. */
export function leastOverlap(size: number, threshold: number): number {
  let overlap = Math.ceil(threshold * size);
  while (overlap > 1 && (overlap - 1) / size >= threshold) overlap--;
  while (overlap / size < threshold) overlap++;
  return Math.max(1, overlap);
}

/** The least overlap of two near sets of `total` shingles together: overlap / (total - overlap) >= threshold. */
export function leastPairOverlap(total: number, threshold: number): number {
  let overlap = Math.ceil((threshold * total) / (1 + threshold));
  while (overlap > 1 && (overlap - 1) / (total - overlap + 1) >= threshold) overlap--;
  while (overlap / (total - overlap) < threshold) overlap++;
  return Math.max(1, overlap);
}

/** Indexes each set under its size - leastOverlap + 1 rarest shingles. */
export function indexPrefixes(sets: ShingleSets, threshold: number): PrefixPostings {
  const { offsets: setOffsets, ranks, numShingles } = sets;
  const sizeOf = (set: number) => setOffsets[set + 1] - setOffsets[set];
  const order = sets.firstTexts.map((_, set) => set);
  order.sort((left, right) => sizeOf(left) - sizeOf(right) || left - right);
  const prefixEnds = sets.firstTexts.map(
    (_, set) => setOffsets[set + 1] - leastOverlap(sizeOf(set), threshold) + 1,
  );
  const offsets = new Uint32Array(numShingles + 1);
  for (const set of order) {
    for (let index = setOffsets[set]; index < prefixEnds[set]; index++) offsets[ranks[index] + 1]++;
  }
  for (let rank = 0; rank < numShingles; rank++) offsets[rank + 1] += offsets[rank];
  const next = offsets.slice();
  const postings: PrefixPostings = {
    offsets,
    sets: new Int32Array(offsets[numShingles]),
    places: new Int32Array(offsets[numShingles]),
  };
  for (const set of order) {
    for (let index = setOffsets[set]; index < prefixEnds[set]; index++) {
      const entry = next[ranks[index]]++;
      postings.sets[entry] = set;
      postings.places[entry] = index - setOffsets[set];
    }
  }
  return postings;
}
