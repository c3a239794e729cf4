// One query against the whole catalogue, a slice at a time, so that a newer query can stop it between two slices.
// Keeps the best and the histogram of all scores; knows neither worker nor page.

/** Bars of the histogram. */
export const NUM_BINS = 40;

/** A product and its score. */
export interface Ranked {
  index: number;
  score: number;
}

/** How products are scored: probabilities of the products `indices`, in their order. */
export type ScoreProducts = (indices: Uint32Array) => ArrayLike<number>;

/** A ranking that has begun. */
export class Ranking {
  readonly histogram: Uint32Array<ArrayBuffer> = new Uint32Array(NUM_BINS);
  readonly #order: Uint32Array;
  readonly #score: ScoreProducts;
  readonly #topK: number;
  #best: Ranked[] = [];
  #numScored = 0;

  /** `order` are the products, in the order of their scoring; the `topK` best are kept. */
  constructor(order: Uint32Array, score: ScoreProducts, topK: number) {
    this.#order = order;
    this.#score = score;
    this.#topK = topK;
  }

  /** Products scored so far. */
  get numScored(): number {
    return this.#numScored;
  }

  get isDone(): boolean {
    return this.#numScored === this.#order.length;
  }

  /** The best so far, best first, equal scores by product number. */
  get best(): readonly Ranked[] {
    return this.#best;
  }

  /** Scores the next `size` products. */
  advance(size: number): void {
    const indices = this.#order.subarray(this.#numScored, this.#numScored + size);
    const scores = this.#score(indices);
    const found: Ranked[] = [];
    const threshold = this.#best.length < this.#topK ? undefined : this.#best[this.#topK - 1];
    for (const [at, index] of indices.entries()) {
      const ranked = { index, score: scores[at] };
      this.histogram[Math.min(NUM_BINS - 1, Math.floor(ranked.score * NUM_BINS))] += 1;
      if (threshold === undefined || compareRanked(ranked, threshold) < 0) found.push(ranked);
    }
    if (found.length > 0) {
      this.#best = [...this.#best, ...found].sort(compareRanked).slice(0, this.#topK);
    }
    this.#numScored += indices.length;
  }
}

function compareRanked(left: Ranked, right: Ranked): number {
  return right.score - left.score || left.index - right.index;
}
