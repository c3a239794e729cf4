// Which products have a word that begins like a word of the query. It decides the order in which products are scored,
// so that likely ones are seen first; never which ones: all are scored.

/** Words of all titles, sorted, with the products that have them. */
export class WordIndex {
  readonly #words: string[];
  readonly #products: number[][];
  readonly #numProducts: number;

  /** `titleWords[product]` are the words of its title. */
  constructor(titleWords: readonly (readonly string[])[]) {
    const products = new Map<string, number[]>();
    for (const [product, words] of titleWords.entries()) {
      for (const word of words) {
        const list = products.get(word);
        if (list === undefined) products.set(word, [product]);
        else if (list.at(-1) !== product) list.push(product);
      }
    }
    this.#words = [...products.keys()].sort();
    this.#products = this.#words.map((word) => products.get(word) as number[]);
    this.#numProducts = titleWords.length;
  }

  /** All products [numProducts], those in which most words of the query begin a word first; then by number. */
  order(queryWords: readonly string[]): Uint32Array {
    const numFound = new Uint8Array(this.#numProducts);
    const mark = new Int32Array(this.#numProducts).fill(-1);
    const words = queryWords.slice(0, 255);
    for (const [wordIndex, prefix] of words.entries()) {
      for (const product of this.#startingWith(prefix)) {
        if (mark[product] === wordIndex) continue;
        mark[product] = wordIndex;
        numFound[product] += 1;
      }
    }
    return sortByCount(numFound, words.length);
  }

  *#startingWith(prefix: string): Generator<number> {
    for (let at = this.#lowerBound(prefix); at < this.#words.length; at++) {
      if (!this.#words[at].startsWith(prefix)) return;
      yield* this.#products[at];
    }
  }

  /** Place of the first word that is not before `prefix`. */
  #lowerBound(prefix: string): number {
    let low = 0;
    let high = this.#words.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#words[middle] < prefix) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Products by falling count, then by number: a counting sort. */
function sortByCount(counts: Uint8Array, most: number): Uint32Array {
  const starts = new Uint32Array(most + 2);
  for (const count of counts) starts[most - count + 1] += 1;
  for (let at = 1; at < starts.length; at++) starts[at] += starts[at - 1];
  const order = new Uint32Array(counts.length);
  for (const [product, count] of counts.entries()) order[starts[most - count]++] = product;
  return order;
}
