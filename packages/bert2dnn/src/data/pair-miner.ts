// Titles for a query from a catalogue: hard ones by BM25, medium ones of the same category, easy ones at random.
import { createRandom, type Random } from '../foundation/random.js';
import { Bm25Index } from './bm25.js';

/** How a mined pair was found. */
export const MINED_ORIGINS = ['bm25', 'category', 'random'] as const;
export type MinedOrigin = (typeof MINED_ORIGINS)[number];

/** Shares of the origins; they add up to 1. */
export type MiningShares = Record<MinedOrigin, number>;

export const DEFAULT_MINING: MiningShares = { bm25: 0.5, category: 0.25, random: 0.25 };

/** What can be paired with a query. */
export interface CatalogueItem {
  /** Cleaned texts of the fields beside the query. */
  texts: string[];
  /** Category, '' if there is none. */
  category: string;
}

/** A title found for a query. */
export interface MinedItem {
  item: CatalogueItem;
  origin: MinedOrigin;
}

/** Draws that may hit an item already taken before a query gets fewer than asked. */
const DRAWS_PER_ITEM = 20;

/** Hits among which a category is looked for. */
const CATEGORY_HITS = 10;

/** Finds titles for queries. What a query gets depends on the seed, the query and the catalogue, and on the shares given so far. */
export class PairMiner {
  private readonly index: Bm25Index;
  private readonly byCategory = new Map<string, number[]>();
  private readonly shares: MiningShares;
  private readonly given: MiningShares = { bm25: 0, category: 0, random: 0 };
  private numGiven = 0;

  /** Without categories in the catalogue their share goes to BM25. */
  constructor(
    private readonly items: readonly CatalogueItem[],
    private readonly options: { seed: number; shares?: MiningShares },
  ) {
    this.index = new Bm25Index(items.map((item) => item.texts.join(' ')));
    items.forEach((item, position) => {
      if (item.category === '') return;
      const members = this.byCategory.get(item.category);
      if (members === undefined) this.byCategory.set(item.category, [position]);
      else members.push(position);
    });
    const shares = options.shares ?? DEFAULT_MINING;
    this.shares =
      this.byCategory.size > 0
        ? shares
        : { bm25: shares.bm25 + shares.category, category: 0, random: shares.random };
  }

  /**
   * At most `count` different items for a query. What a category cannot give comes by BM25, and what BM25 cannot give
   * comes at random.
   */
  mine(query: string, count: number): MinedItem[] {
    const random = createRandom(this.options.seed, `mine:${query}`);
    const wanted = this.apportion(Math.min(count, this.items.length));
    const numHits = Math.max(CATEGORY_HITS, wanted.bm25 + wanted.category);
    const hits = this.index.search(query, numHits).map((hit) => hit.document);
    const taken = new Map<number, MinedOrigin>();
    for (const hit of hits.slice(0, wanted.bm25)) taken.set(hit, 'bm25');
    draw(taken, { count: wanted.category, origin: 'category', random }, this.categoryOf(hits));
    for (const hit of hits) {
      if (taken.size >= wanted.bm25 + wanted.category) break;
      if (!taken.has(hit)) taken.set(hit, 'bm25');
    }
    const missing = Math.min(count, this.items.length) - taken.size;
    draw(taken, { count: missing, origin: 'random', random }, this.items.length);
    return [...taken].map(([position, origin]) => ({ item: this.items[position], origin }));
  }

  /** Items of the category of the best hit that has one. */
  private categoryOf(hits: readonly number[]): readonly number[] {
    const hit = hits.slice(0, CATEGORY_HITS).find((each) => this.items[each].category !== '');
    return hit === undefined ? [] : (this.byCategory.get(this.items[hit].category) as number[]);
  }

  /** Shares `count` among the origins so that the totals over all queries keep to the shares. */
  private apportion(count: number): MiningShares {
    const wanted: MiningShares = { bm25: 0, category: 0, random: 0 };
    for (let slot = 0; slot < count; slot++) {
      this.numGiven++;
      let neediest: MinedOrigin = 'bm25';
      for (const origin of MINED_ORIGINS) {
        if (this.need(origin) > this.need(neediest) + 1e-9) neediest = origin;
      }
      wanted[neediest]++;
      this.given[neediest]++;
    }
    return wanted;
  }

  private need(origin: MinedOrigin): number {
    return this.numGiven * this.shares[origin] - this.given[origin];
  }
}

/** Adds items drawn from a list of positions, or from 0 up to a number, until enough are new or the draws are used up. */
function draw(
  taken: Map<number, MinedOrigin>,
  { count, origin, random }: { count: number; origin: MinedOrigin; random: Random },
  from: readonly number[] | number,
): void {
  const size = typeof from === 'number' ? from : from.length;
  const end = taken.size + count;
  for (let left = count * DRAWS_PER_ITEM; left > 0 && taken.size < end && size > 0; left--) {
    const drawn = random.nextInt(size);
    const position = typeof from === 'number' ? drawn : from[drawn];
    if (!taken.has(position)) taken.set(position, origin);
  }
}
