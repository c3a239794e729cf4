// One text as word numbers of a lexicon: what every block reads. Made once a text, not once a block or pair.
import type { Tokenizer } from '../text/tokenizer.js';
import { IdBags } from './feature-buffer.js';
import type { Lexicon } from './lexicon.js';

/** The words of one text; `words` may be longer than `numWords`. Reused from text to text. */
export class AnalysedText {
  words = new Int32Array(16);
  numWords = 0;
  private text: string | undefined;
  private generation = -1;
  /** Ids that depend on this text alone, by the index of their block. Undefined or empty: not yet made, or none. */
  private readonly bags: (IdBags | undefined)[] = [];

  /** Whether these are the words of a text, as numbers of the lexicon as it is now. */
  has(text: string, lexicon: Lexicon): boolean {
    return this.generation === lexicon.generation && text === this.text;
  }

  /** Reads a text; the same text again costs nothing. */
  read(text: string, tokenizer: Tokenizer, lexicon: Lexicon): void {
    if (this.has(text, lexicon)) return;
    const words = tokenizer.splitWords(text);
    this.numWords = words.length;
    if (words.length > this.words.length) this.words = new Int32Array(words.length * 2);
    for (let index = 0; index < words.length; index++) {
      this.words[index] = lexicon.intern(words[index]);
    }
    this.text = text;
    this.generation = lexicon.generation;
    for (const bag of this.bags) bag?.clear();
  }

  /** The kept ids of a block, one open bag: empty if they are still to be made. */
  bagOf(blockIndex: number): IdBags {
    this.bags[blockIndex] ??= new IdBags(16);
    return this.bags[blockIndex];
  }
}
