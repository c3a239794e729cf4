// Which items a query is paired with, once its BM25 hits are known. What a query gets depends on the seed, its text,
// the options and the catalogue alone: not on other queries, nor on threads. So queries can be mined in any order.
import { createRandom, type Random } from '../../foundation/random.js';
import type { CategoryMembers } from './category-members.js';
import { MINED_ORIGINS, type MiningShares } from './mining-shares.js';

/** What is asked for each query. */
export interface PairChoiceOptions {
  seed: number;
  /** Different items a query gets, above 0; a fraction is rounded up or down so that it holds on average. */
  pairsPerQuery: number;
  shares: MiningShares;
  numItems: number;
}

/** What a query is to get. */
export interface PairPlan {
  /** The query's own stream; `choosePairs` goes on with it. */
  random: Random;
  numPairs: number;
  /** Pairs by origin, in the order of MINED_ORIGINS; they add up to `numPairs`. */
  wanted: readonly number[];
  /** BM25 hits that `choosePairs` may need. */
  numHits: number;
}

/** Chosen pairs of one query: `numPairs` items, and the index in MINED_ORIGINS of how each was found. */
export interface ChosenPairs {
  items: Uint32Array;
  origins: Uint8Array;
}

const [BM25, CATEGORY, RANDOM] = MINED_ORIGINS.keys();

/** Hits among which a category is looked for. */
const CATEGORY_HITS = 10;

/** Most pairs that a query can get. */
export function maxPairs({ pairsPerQuery, numItems }: PairChoiceOptions): number {
  return Math.min(Math.ceil(pairsPerQuery), numItems);
}

/** Most hits that a query can need. */
export function maxHits(options: PairChoiceOptions): number {
  return Math.max(CATEGORY_HITS, maxPairs(options));
}

/** Shares a query's pairs among the origins. */
export function planPairs(query: string, options: PairChoiceOptions): PairPlan {
  const random = createRandom(options.seed, `mine:${query}`);
  const asked = Math.floor(options.pairsPerQuery + random.next());
  const numPairs = Math.min(asked, maxPairs(options));
  const wanted = apportion(numPairs, options.shares, random.next());
  return {
    random,
    numPairs,
    wanted,
    numHits: Math.max(CATEGORY_HITS, wanted[BM25] + wanted[CATEGORY]),
  };
}

/**
 * Rounds shares of a whole number to whole numbers that add up to it. Over uniform starting points the mean of each is
 * exact, and each is its share rounded down or up.
 * @param start 0..1
 * @returns one count an origin, in the order of MINED_ORIGINS
 * Source: systematic sampling, Madow, 1949.
 */
export function apportion(numPairs: number, shares: MiningShares, start: number): number[] {
  let cumulative = 0;
  let given = 0;
  return MINED_ORIGINS.map((origin, index) => {
    cumulative += numPairs * shares[origin];
    // The sum of the shares is 1 but for rounding, so the last one takes what is left.
    const isLast = index === MINED_ORIGINS.length - 1;
    const until = isLast ? numPairs : Math.min(numPairs, Math.floor(cumulative + start));
    const count = Math.max(0, until - given);
    given += count;
    return count;
  });
}

/**
 * Chooses a query's items: the best hits, then items of the category of the best hit that has one, then items at
 * random. What the category cannot give comes from the hits, and what those cannot give comes at random.
 * @param hits item positions, the best first, as many as the plan asks if there are
 * @param into arrays of at least `numPairs`
 */
export function choosePairs(
  plan: PairPlan,
  hits: ArrayLike<number>,
  catalogue: { numItems: number; categories: CategoryMembers },
  into: ChosenPairs,
): void {
  const { random, numPairs, wanted } = plan;
  const taken = new Set<number>();
  const take = (item: number, origin: number): void => {
    into.items[taken.size] = item;
    into.origins[taken.size] = origin;
    taken.add(item);
  };
  for (let rank = 0; rank < Math.min(hits.length, wanted[BM25]); rank++) take(hits[rank], BM25);
  const { members, offsets } = catalogue.categories;
  const category = categoryOf(hits, catalogue.categories);
  for (let left = wanted[CATEGORY]; left > 0; left--) {
    const size = offsets[category + 1] - offsets[category];
    const item = drawNew(size, (place) => members[offsets[category] + place], { taken, random });
    if (item === undefined) break;
    take(item, CATEGORY);
  }
  const numFromHits = wanted[BM25] + wanted[CATEGORY];
  for (let rank = 0; rank < hits.length && taken.size < numFromHits; rank++) {
    if (!taken.has(hits[rank])) take(hits[rank], BM25);
  }
  while (taken.size < numPairs) {
    const item = drawNew(catalogue.numItems, (place) => place, { taken, random });
    if (item === undefined) break;
    take(item, RANDOM);
  }
}

/** The category of the best hit that has one, or 0. */
function categoryOf(hits: ArrayLike<number>, { categories }: CategoryMembers): number {
  for (let rank = 0; rank < Math.min(hits.length, CATEGORY_HITS); rank++) {
    if (categories[hits[rank]] !== 0) return categories[hits[rank]];
  }
  return 0;
}

/** An item of a list that is not taken: a drawn place, or the next free one after it; undefined if all are taken. */
function drawNew(
  size: number,
  itemAt: (place: number) => number,
  { taken, random }: { taken: ReadonlySet<number>; random: Random },
): number | undefined {
  if (size === 0) return undefined;
  let place = random.nextInt(size);
  for (let left = Math.min(size, taken.size + 1); left > 0; left--) {
    const item = itemAt(place);
    if (!taken.has(item)) return item;
    place = (place + 1) % size;
  }
  return undefined;
}
