// Words seen before -> their tokens. Spells none itself.

/** Spells words: the model of a tokenizer. */
export interface Speller {
  /** Words of at most `longestWhole` code units that are one token: word -> id. Not asked for again. */
  readonly wholeWords?: ReadonlyMap<string, number>;
  readonly longestWhole?: number;
  /** Ids of a word, which is never empty. */
  spell(word: string): readonly number[];
}

// Bounds the memory: 200,000 words of up to 64 characters take about 40 MB.
const MAX_WORDS = 200_000;
const LONGEST_WORD = 64;
const NONE: ReadonlyMap<string, number> = new Map();

/** Spells each word once while it is remembered. */
export class SpellingCache {
  readonly #speller: Speller;
  readonly #whole: ReadonlyMap<string, number>;
  readonly #longestWhole: number;
  readonly #seen = new Map<string, readonly number[]>();

  constructor(speller: Speller) {
    this.#speller = speller;
    this.#whole = speller.wholeWords ?? NONE;
    this.#longestWhole = speller.longestWhole ?? 0;
  }

  /** Appends the ids of a word to `into`. */
  append(word: string, into: number[]): void {
    if (word.length <= this.#longestWhole) {
      const id = this.#whole.get(word);
      if (id !== undefined) {
        into.push(id);
        return;
      }
    }
    let ids = this.#seen.get(word);
    if (ids === undefined) {
      ids = this.#speller.spell(word);
      if (this.#seen.size >= MAX_WORDS) this.#seen.clear();
      if (word.length <= LONGEST_WORD) this.#seen.set(detach(word), ids);
    }
    for (let index = 0; index < ids.length; index++) into.push(ids[index]);
  }
}

/** A copy: V8 makes a slice of 13 characters or more a view that keeps the whole text in memory. */
function detach(word: string): string {
  return word.length < 13 ? word : Buffer.from(word, 'utf16le').toString('utf16le');
}
