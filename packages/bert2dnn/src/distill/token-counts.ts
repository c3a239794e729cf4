// Counts of tokens in memory: occurrences, and where asked the examples that have the token and the sum of their labels.
// Whole numbers only, so that counts of parts can be added in any order. What does not fit is `token-runs.ts`'s matter.

/** A token and its figures: occurrences; with labels also examples that have it, and their label sum for each output. */
export interface TokenEntry {
  token: string;
  values: Float64Array;
}

/** Labels 0..1 are counted in these units, so that their sums are whole numbers, exact to 2^33 examples. */
export const LABEL_UNITS = 1 << 20;

/** Counts tokens by example. */
export class TokenCounts {
  readonly #places = new Map<string, number>();
  readonly #numValues: number;
  #values: Float64Array;
  /** Of each token: number of the last example that had it. */
  #lastExample = new Int32Array(0);
  #numExamples = 0;

  /** @param numLabels label sums beside the counts: 0 for none, which also leaves out the number of examples */
  constructor(private readonly numLabels = 0) {
    this.#numValues = numLabels === 0 ? 1 : 2 + numLabels;
    this.#values = new Float64Array(1024 * this.#numValues);
    if (numLabels > 0) this.#lastExample = new Int32Array(1024);
  }

  /** Distinct tokens held now. */
  get size(): number {
    return this.#places.size;
  }

  /** Begins an example: tokens from here on belong to it. */
  beginExample(): void {
    this.#numExamples++;
  }

  /**
   * Counts each of the tokens once more.
   * @param labels in `LABEL_UNITS` by output, of the example; absent: its tokens count as occurrences only
   */
  add(tokens: readonly string[], labels?: ArrayLike<number>): void {
    for (const token of tokens) {
      const place = this.#placeOf(token);
      const first = place * this.#numValues;
      this.#values[first]++;
      if (this.numLabels === 0 || labels === undefined) continue;
      if (this.#lastExample[place] === this.#numExamples) continue;
      this.#lastExample[place] = this.#numExamples;
      this.#values[first + 1]++;
      for (let label = 0; label < this.numLabels; label++) {
        this.#values[first + 2 + label] += labels[label];
      }
    }
  }

  /** All tokens in the order of their UTF-16 units. */
  *sorted(): Generator<TokenEntry> {
    for (const token of [...this.#places.keys()].sort()) {
      const first = this.#places.get(token)! * this.#numValues;
      yield { token, values: this.#values.slice(first, first + this.#numValues) };
    }
  }

  /** Forgets everything and keeps the memory. */
  clear(): void {
    this.#places.clear();
    this.#values.fill(0);
    this.#lastExample.fill(0);
    this.#numExamples = 0;
  }

  #placeOf(token: string): number {
    const known = this.#places.get(token);
    if (known !== undefined) return known;
    const place = this.#places.size;
    this.#places.set(token, place);
    if ((place + 1) * this.#numValues > this.#values.length) {
      const larger = new Float64Array(this.#values.length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    if (this.numLabels > 0 && place === this.#lastExample.length) {
      const larger = new Int32Array(this.#lastExample.length * 2);
      larger.set(this.#lastExample);
      this.#lastExample = larger;
    }
    return place;
  }
}
