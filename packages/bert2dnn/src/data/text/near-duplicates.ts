// Near-duplicates: texts whose shingle sets have a Jaccard similarity of at least a threshold. Exact, not sampled: every
// candidate that the filters leave is counted. Compares whole texts; a sentence inside a review is not found.
import { Bert2dnnError } from '../../foundation/errors.js';
import { DisjointSets } from './disjoint-sets.js';
import {
  indexPrefixes,
  leastOverlap,
  leastPairOverlap,
  type PrefixPostings,
} from './prefix-postings.js';
import { ShingleSets, UNKNOWN_SHINGLE } from './shingle-sets.js';
import { Shingler } from './shingles.js';

/** What counts as near. */
export interface NearDuplicateOptions {
  /** Least Jaccard similarity of the shingle sets, above 0 and at most 1. Default 0.8; lower is slower. */
  threshold?: number;
}

/** An indexed text that is near. */
export interface NearDuplicate {
  /** Its position in the list that was indexed. */
  index: number;
  /** Shared shingles / all shingles of both, threshold..1. */
  similarity: number;
}

/** Default of `NearDuplicateOptions.threshold`. */
export const DEFAULT_NEAR_THRESHOLD = 0.8;

/** A set that is near the one that is looked for. */
type ReportSet = (set: number, similarity: number) => void;

/** What is looked for: its shingles that the index knows stand in `known`, its `prefix` rarest ones first and sorted. */
interface Search {
  size: number;
  numKnown: number;
  prefix: number;
}

/**
 * Texts that others are compared with. A set of n shingles can only be near sets of n * threshold to n / threshold, and
 * must share a shingle with them among its rarest n - ceil(n * threshold) + 1; so only those are indexed and looked up.
 * A search that finds nothing rarely gets further than counting how many of its shingles the index knows.
 * Source: Bayardo, Ma and Srikant, Scaling Up All Pairs Similarity Search, WWW 2007 (prefixes, sizes); Xiao, Wang, Lin
 * and Yu, Efficient Similarity Joins for Near Duplicate Detection, WWW 2008 (positions).
 */
export class NearDuplicateIndex {
  private readonly shingler = new Shingler();
  private readonly threshold: number;
  private readonly sets: ShingleSets;
  private readonly postings: PrefixPostings;
  private readonly minSize: number;
  private readonly maxSize: number;
  /** By rank: the number of the search whose text has this shingle. */
  private readonly marks: Uint32Array;
  /** By set: the number of the search that has looked at it. */
  private readonly seen: Uint32Array;
  private searchNumber = 0;
  private known = new Int32Array(256);

  /**
   * Indexes texts; does not keep them.
   * @throws Bert2dnnError USAGE if the threshold is not above 0 and at most 1.
   */
  constructor(texts: readonly string[], options: NearDuplicateOptions = {}) {
    const { threshold = DEFAULT_NEAR_THRESHOLD } = options;
    if (!(threshold > 0 && threshold <= 1)) {
      throw new Bert2dnnError('USAGE', `threshold: got ${threshold}, expected above 0, at most 1`);
    }
    this.threshold = threshold;
    this.sets = new ShingleSets(texts, this.shingler);
    this.postings = indexPrefixes(this.sets, threshold);
    const { firstTexts, numShingles } = this.sets;
    const sizes = firstTexts.map((_, set) => this.sizeOf(set));
    this.minSize = sizes.reduce((least, size) => Math.min(least, size), 2 ** 31 - 1);
    this.maxSize = sizes.reduce((most, size) => Math.max(most, size), 0);
    this.marks = new Uint32Array(numShingles);
    this.seen = new Uint32Array(firstTexts.length);
  }

  /**
   * The most similar indexed text, the earliest of equals; an equal text has similarity 1. `undefined` if none is near.
   * Texts without letters and digits are all alike.
   */
  find(text: string): NearDuplicate | undefined {
    const search = this.searchText(text);
    if (search === undefined) return undefined;
    let index = -1;
    let similarity = 0;
    this.visitNear(search, (set, found) => {
      const first = this.sets.firstTexts[set];
      if (found < similarity || (found === similarity && first > index)) return;
      index = first;
      similarity = found;
    });
    return index === -1 ? undefined : { index, similarity };
  }

  /**
   * By indexed text the smallest index of its cluster: texts that are near, directly or through others (single linkage).
   * @returns [number of texts]
   */
  clusters(): Int32Array {
    const { firstTexts, setOfText } = this.sets;
    const clusters = new DisjointSets(firstTexts.length);
    for (let set = 0; set < firstTexts.length; set++) {
      this.visitNear(
        this.searchSet(set),
        (other) => clusters.join(set, other),
        (other) => clusters.rootOf(other) === clusters.rootOf(set),
      );
    }
    return setOfText.map((set) => firstTexts[clusters.rootOf(set)]);
  }

  private sizeOf(set: number): number {
    return this.sets.offsets[set + 1] - this.sets.offsets[set];
  }

  /** Prepares looking for a text; `undefined` if nothing can be near it. */
  private searchText(text: string): Search | undefined {
    // One more than the largest set that can be near is read, whatever the rounding.
    const size = this.shingler.read(text, Math.ceil(this.maxSize / this.threshold));
    if (this.maxSize / size < this.threshold || size / this.minSize < this.threshold) return;
    this.startSearch(size);
    const { known, marks, searchNumber, sets } = this;
    const { shingles } = this.shingler;
    const mustShare = leastOverlap(size, this.threshold);
    let mayMiss = size - mustShare;
    let numKnown = 0;
    for (let index = 0; index < size; index++) {
      const rank = sets.rankOf(shingles[index]);
      if (rank === UNKNOWN_SHINGLE) {
        if (--mayMiss < 0) return undefined;
        continue;
      }
      marks[rank] = searchNumber;
      known[numKnown++] = rank;
    }
    // What the index does not know is rarest of all, and shared with nothing.
    const prefix = numKnown - mustShare + 1;
    sortRarest(known, numKnown, prefix);
    return { size, numKnown, prefix };
  }

  /** Prepares looking for an indexed set. */
  private searchSet(set: number): Search {
    const size = this.sizeOf(set);
    this.startSearch(size);
    const ranks = this.sets.ranks.subarray(this.sets.offsets[set], this.sets.offsets[set + 1]);
    this.known.set(ranks);
    for (const rank of ranks) this.marks[rank] = this.searchNumber;
    return { size, numKnown: size, prefix: size - leastOverlap(size, this.threshold) + 1 };
  }

  private startSearch(size: number): void {
    if (size > this.known.length) this.known = new Int32Array(2 * size);
    if (this.searchNumber === 0xffffffff) {
      this.marks.fill(0);
      this.seen.fill(0);
      this.searchNumber = 0;
    }
    this.searchNumber++;
  }

  /** Reports every set that is near, except those that `isNeedless` spares the counting. */
  private visitNear(
    search: Search,
    report: ReportSet,
    isNeedless?: (set: number) => boolean,
  ): void {
    const { postings, seen, searchNumber, sets } = this;
    for (let place = 0; place < search.prefix; place++) {
      const rank = this.known[place];
      for (let entry = postings.offsets[rank]; entry < postings.offsets[rank + 1]; entry++) {
        const set = postings.sets[entry];
        if (seen[set] === searchNumber) continue;
        const size = this.sizeOf(set);
        if (size / search.size < this.threshold) continue;
        // Entries are in order of size.
        if (search.size / size < this.threshold) break;
        seen[set] = searchNumber;
        if (isNeedless?.(set)) continue;
        const total = search.size + size;
        const needed = leastPairOverlap(total, this.threshold);
        // This shingle is the first that both have: nothing before it counts.
        if (search.numKnown - place < needed) continue;
        const start = sets.offsets[set] + postings.places[entry];
        const overlap = this.countOverlap(start, sets.offsets[set + 1], needed);
        if (overlap >= needed) report(set, overlap / (total - overlap));
      }
    }
  }

  /** Marked shingles among the ranks [start, end), or -1 once it is sure that they are fewer than `needed`. */
  private countOverlap(start: number, end: number, needed: number): number {
    const { marks, searchNumber } = this;
    const { ranks } = this.sets;
    let mayMiss = end - start - needed;
    if (mayMiss < 0) return -1;
    let overlap = 0;
    for (let index = start; index < end; index++) {
      if (marks[ranks[index]] === searchNumber) overlap++;
      else if (--mayMiss < 0) return -1;
    }
    return overlap;
  }
}

/**
 * Clusters of near-duplicates: by text the smallest index of its cluster, as `NearDuplicateIndex.clusters` gives it.
 * @returns [number of texts]
 * @throws Bert2dnnError USAGE if the threshold is not above 0 and at most 1.
 * @example clusterNearDuplicates(['garden hose 50 ft', 'drill', 'Garden Hose, 50 ft.']) // [0, 1, 0]
 */
export function clusterNearDuplicates(
  texts: readonly string[],
  options: NearDuplicateOptions = {},
): Int32Array {
  return new NearDuplicateIndex(texts, options).clusters();
}

/** Work above which sorting everything beats picking the smallest one by one. */
const MOST_PICKS = 4096;

/** Moves the `prefix` smallest of the first `count` values to the front, in order. */
function sortRarest(values: Int32Array, count: number, prefix: number): void {
  if (prefix * count > MOST_PICKS) {
    values.subarray(0, count).sort();
    return;
  }
  for (let place = 0; place < prefix; place++) {
    let least = place;
    for (let index = place + 1; index < count; index++) {
      if (values[index] < values[least]) least = index;
    }
    const held = values[place];
    values[place] = values[least];
    values[least] = held;
  }
}
