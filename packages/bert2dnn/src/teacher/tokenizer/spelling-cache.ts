// Words seen before -> their tokens. Spells none itself.

/** Spells words: the model of a tokenizer. */
export interface Speller {
  /** Ids of a word, which is never empty. */
  spell(word: string): readonly number[];
}

// Bounds the memory: 200,000 words of up to 64 characters take about 40 MB.
const MAX_WORDS = 200_000;
const LONGEST_WORD = 64;

/** A speller that spells each word once while it is remembered. */
export class SpellingCache implements Speller {
  readonly #speller: Speller;
  readonly #seen = new Map<string, readonly number[]>();

  constructor(speller: Speller) {
    this.#speller = speller;
  }

  spell(word: string): readonly number[] {
    let ids = this.#seen.get(word);
    if (ids === undefined) {
      ids = this.#speller.spell(word);
      if (this.#seen.size >= MAX_WORDS) this.#seen.clear();
      if (word.length <= LONGEST_WORD) this.#seen.set(detach(word), ids);
    }
    return ids;
  }
}

/** A copy: V8 makes a slice of 13 characters or more a view that keeps the whole text in memory. */
function detach(word: string): string {
  return word.length < 13 ? word : Buffer.from(word, 'utf16le').toString('utf16le');
}
