// Counts of tokens in memory: occurrences, and where asked the examples that have the token and the sum of their labels.
// Whole numbers only, so that counts of parts can be added in any order. A token is a path of words in a tree of numbers:
// its text is made when it leaves. What does not fit is `token-partitions.ts`'s matter.
import { type BoundaryMarks, DEFAULT_MARKS } from '@bert2dnn/student';

/** A token and its figures: occurrences; with labels also examples that have it, and their label sum for each output. */
export interface TokenEntry {
  token: string;
  values: Float64Array;
}

/** Labels 0..1 are counted in these units, so that their sums are whole numbers, exact to 2^33 examples. */
export const LABEL_UNITS = 1 << 20;

/** What is counted. */
export interface TokenCountsOptions {
  /** Longest n-gram. */
  highest: number;
  marks?: BoundaryMarks;
  /** Label sums beside the counts: 0 for none (default), which also leaves out the number of examples. */
  numLabels?: number;
}

const ROOT = 0;
/** The marks' places among the words. */
const [START_MARK, END_MARK] = [0, 1];

/** Counts the n-grams of texts by example, as `ngrams` of @bert2dnn/student makes them. */
export class TokenCounts {
  readonly #highest: number;
  readonly #marks: BoundaryMarks;
  readonly #numLabels: number;
  readonly #numValues: number;
  readonly #places = new Map<string, number>();
  readonly #words: string[] = [];
  /** Words of the text that is counted, with the marks. */
  #path = new Int32Array(64);
  #numNodes = 1;
  /** Of each node: the node of its n-gram without the last word, and that word. */
  #parents = new Int32Array(1024);
  #lastWords = new Int32Array(1024);
  #values: Float64Array;
  /** Of each node: number of the last example that had it. */
  #lastExample: Int32Array;
  /** Nodes by the hash of parent and word, 0 for none; at most half full. */
  #slots = new Int32Array(2048);
  #numExamples = 0;

  constructor({ highest, marks = DEFAULT_MARKS, numLabels = 0 }: TokenCountsOptions) {
    this.#highest = highest;
    this.#marks = marks;
    this.#numLabels = numLabels;
    this.#numValues = numLabels === 0 ? 1 : 2 + numLabels;
    this.#values = new Float64Array(1024 * this.#numValues);
    this.#lastExample = new Int32Array(numLabels === 0 ? 0 : 1024);
    this.#learnMarks();
  }

  /** Distinct n-grams held now. */
  get size(): number {
    return this.#numNodes - 1;
  }

  /** Begins an example: texts from here on belong to it. */
  beginExample(): void {
    this.#numExamples++;
  }

  /**
   * Counts each n-gram of a text once more, or `times` times.
   * @param labels in `LABEL_UNITS` by output, of the example; absent: its n-grams count as occurrences only
   */
  addText(words: readonly string[], labels?: ArrayLike<number>, times = 1): void {
    if (words.length === 0) return;
    const last = words.length + 1;
    if (last >= this.#path.length) this.#path = new Int32Array(2 * (last + 1));
    const path = this.#path;
    path[0] = START_MARK;
    for (let index = 0; index < words.length; index++) path[index + 1] = this.#intern(words[index]);
    path[last] = END_MARK;
    for (let start = 0; start < last; start++) {
      let node = this.#childOf(ROOT, path[start]);
      if (start > 0) this.#count(node, labels, times);
      for (let end = start + 1; end < start + this.#highest && end <= last; end++) {
        node = this.#childOf(node, path[end]);
        this.#count(node, labels, times);
      }
    }
  }

  /** All n-grams, each once. */
  *entries(): Generator<TokenEntry> {
    for (let node = 1; node < this.#numNodes; node++) {
      const first = node * this.#numValues;
      // A start mark alone is no n-gram.
      if (this.#values[first] === 0) continue;
      yield {
        token: this.#textOf(node),
        values: this.#values.slice(first, first + this.#numValues),
      };
    }
  }

  /** Forgets everything and keeps the memory. */
  clear(): void {
    this.#places.clear();
    this.#words.length = 0;
    this.#learnMarks();
    this.#values.fill(0, 0, this.#numNodes * this.#numValues);
    this.#lastExample.fill(0);
    this.#slots.fill(0);
    this.#numNodes = 1;
    this.#numExamples = 0;
  }

  #learnMarks(): void {
    this.#intern(this.#marks.start);
    this.#intern(this.#marks.end);
  }

  #intern(word: string): number {
    const known = this.#places.get(word);
    if (known !== undefined) return known;
    const place = this.#words.length;
    this.#places.set(word, place);
    this.#words.push(word);
    return place;
  }

  #textOf(node: number): string {
    const parent = this.#parents[node];
    const word = this.#words[this.#lastWords[node]];
    return parent === ROOT ? word : `${this.#textOf(parent)} ${word}`;
  }

  #count(node: number, labels: ArrayLike<number> | undefined, times: number): void {
    const first = node * this.#numValues;
    this.#values[first] += times;
    if (this.#numLabels === 0 || labels === undefined) return;
    if (this.#lastExample[node] === this.#numExamples) return;
    this.#lastExample[node] = this.#numExamples;
    this.#values[first + 1]++;
    for (let label = 0; label < this.#numLabels; label++) {
      this.#values[first + 2 + label] += labels[label];
    }
  }

  /** The node of an n-gram with one word more. */
  #childOf(parent: number, word: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = hashOf(parent, word) & mask;
    for (let node = slots[slot]; node !== 0; node = slots[slot]) {
      if (this.#parents[node] === parent && this.#lastWords[node] === word) return node;
      slot = (slot + 1) & mask;
    }
    const node = this.#numNodes++;
    if (node === this.#parents.length) this.#grow();
    this.#parents[node] = parent;
    this.#lastWords[node] = word;
    this.#slots[this.#freeSlot(parent, word)] = node;
    return node;
  }

  #freeSlot(parent: number, word: number): number {
    const mask = this.#slots.length - 1;
    let slot = hashOf(parent, word) & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    return slot;
  }

  #grow(): void {
    const length = this.#parents.length * 2;
    this.#parents = enlarge(this.#parents, new Int32Array(length));
    this.#lastWords = enlarge(this.#lastWords, new Int32Array(length));
    this.#values = enlarge(this.#values, new Float64Array(length * this.#numValues));
    if (this.#numLabels > 0) this.#lastExample = enlarge(this.#lastExample, new Int32Array(length));
    this.#slots = new Int32Array(2 * length);
    for (let node = 1; node < this.#numNodes - 1; node++) {
      this.#slots[this.#freeSlot(this.#parents[node], this.#lastWords[node])] = node;
    }
  }
}

function hashOf(parent: number, word: number): number {
  let hash = Math.imul(parent, 0x9e3779b1) ^ Math.imul(word, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}

function enlarge<Values extends Int32Array | Float64Array>(values: Values, larger: Values): Values {
  larger.set(values);
  return larger;
}
