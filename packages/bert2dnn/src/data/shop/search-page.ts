// The shop's own search as the log saw it: a page of products for a query, found partly by words, partly by
// department, and ranked by words. It is mediocre on purpose: clicks on it are biased towards shared words.
import { type Random, shuffle } from '../../foundation/random.js';
import type { ShopProduct } from './product.js';
import type { ShopQuery } from './query.js';
import { countBrokenWishes } from './relevance.js';

/** How many products of a page come from where. The rest of a page is random. */
export interface PageMix {
  /** Found by the query's words. */
  byWords: number;
  /** Of the wanted kind, whatever they are called. */
  byKind: number;
  /** Of the wanted kind, the ones that break the fewest wishes of a handful. */
  byWishes: number;
  /** Of the same department. */
  byDepartment: number;
}

const NUM_FOUND_BY_WORDS = 60;
const NUM_WISH_TRIALS = 12;
/** A bound on memory: an answer may name thousands of products. */
const NUM_ANSWERS_KEPT = 1_000;

/** What the words of a query find. */
interface WordAnswer {
  /** Product index -> score; products without a shared word are absent. */
  scores: Map<number, number>;
  /** Indices of the best. */
  found: readonly number[];
}

/** Searches one catalogue; holds its inverted index. */
export class ShopSearch {
  readonly #products: readonly ShopProduct[];
  readonly #postings = new Map<string, number[]>();
  readonly #byKind = new Map<string, number[]>();
  readonly #byDepartment = new Map<string, number[]>();
  /** Answers by query text, since a log asks the same queries again. */
  readonly #answers = new Map<string, WordAnswer>();

  constructor(products: readonly ShopProduct[]) {
    this.#products = products;
    const append = (map: Map<string, number[]>, key: string, index: number): void => {
      const list = map.get(key);
      if (list === undefined) map.set(key, [index]);
      else if (list[list.length - 1] !== index) list.push(index);
    };
    products.forEach((product, index) => {
      for (const word of wordsOf(product.title)) append(this.#postings, word, index);
      append(this.#byKind, product.kind.id, index);
      append(this.#byDepartment, product.kind.department.name, index);
    });
  }

  /** A page of `pageSize` different products, first position first. */
  findPage(query: ShopQuery, pageSize: number, mix: PageMix, random: Random): ShopProduct[] {
    const { scores, found } = this.#answer(query.text);
    const chosen = new Set<number>();
    const take = (count: number, draw: () => number | undefined): void => {
      const wanted = Math.min(pageSize, chosen.size + count);
      for (let trial = 0; trial < 4 * count && chosen.size < wanted; trial++) {
        const index = draw();
        if (index !== undefined) chosen.add(index);
      }
    };
    const drawFrom = (list: readonly number[] | undefined): number | undefined =>
      list === undefined ? undefined : list[random.nextInt(list.length)];
    const sameKind = this.#byKind.get(query.intent.kind.id);
    take(mix.byWords, () => drawFrom(found));
    take(mix.byWishes, () => this.#drawByWishes(query, sameKind, random));
    take(mix.byKind, () => drawFrom(sameKind));
    take(mix.byDepartment, () =>
      drawFrom(this.#byDepartment.get(query.intent.kind.department.name)),
    );
    take(pageSize, () => random.nextInt(this.#products.length));
    return this.#rank([...chosen], scores, random);
  }

  #drawByWishes(
    query: ShopQuery,
    sameKind: readonly number[] | undefined,
    random: Random,
  ): number | undefined {
    if (sameKind === undefined) return undefined;
    let best: number | undefined;
    let fewest = Number.POSITIVE_INFINITY;
    for (let trial = 0; trial < NUM_WISH_TRIALS; trial++) {
      const index = sameKind[random.nextInt(sameKind.length)];
      const numBroken = countBrokenWishes(query.intent, this.#products[index]);
      if (numBroken < fewest) {
        fewest = numBroken;
        best = index;
      }
    }
    return best;
  }

  #answer(text: string): WordAnswer {
    let answer = this.#answers.get(text);
    if (answer === undefined) {
      const scores = this.#scoreWords(text);
      answer = { scores, found: bestOf(scores, NUM_FOUND_BY_WORDS) };
      if (this.#answers.size < NUM_ANSWERS_KEPT) this.#answers.set(text, answer);
    }
    return answer;
  }

  #scoreWords(text: string): Map<number, number> {
    const scores = new Map<number, number>();
    for (const word of wordsOf(text)) {
      const postings = this.#postings.get(word);
      if (postings === undefined) continue;
      const weight = Math.log(1 + this.#products.length / postings.length);
      for (const index of postings) scores.set(index, (scores.get(index) ?? 0) + weight);
    }
    return scores;
  }

  #rank(indices: number[], scores: Map<number, number>, random: Random): ShopProduct[] {
    shuffle(indices, random);
    const keys = new Map(
      indices.map((index) => [index, (scores.get(index) ?? 0) + 3 * random.nextNormal()]),
    );
    indices.sort((left, right) => keys.get(right)! - keys.get(left)!);
    return indices.map((index) => this.#products[index]);
  }
}

/** The words of a text as the shop's search sees them: lower-case, letters and digits. */
export function wordsOf(text: string): Set<string> {
  return new Set(text.toLowerCase().match(/[a-z0-9]+/g) ?? []);
}

function bestOf(scores: Map<number, number>, count: number): number[] {
  return [...scores]
    .sort((left, right) => right[1] - left[1] || left[0] - right[0])
    .slice(0, count)
    .map(([index]) => index);
}
