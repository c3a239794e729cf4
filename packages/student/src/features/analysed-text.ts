// One text as word numbers of a lexicon: what every block reads. Made once a text, not once a block or pair.
import type { Tokenizer } from '../text/tokenizer.js';
import { IdBags } from './feature-buffer.js';
import type { Lexicon } from './lexicon.js';
import type { PlainReader } from './plain-reader.js';

/** What makes words of texts: for plain ones first, where there is one, whose source must have read the text. */
export interface TextReaders {
  tokenizer: Tokenizer;
  plainReader: PlainReader | undefined;
  lexicon: Lexicon;
}

/** The words of one text; `words` may be longer than `numWords`. Reused from text to text. */
export class AnalysedText {
  words = new Int32Array(16);
  numWords = 0;
  /** Whether the text came again since its words were read. */
  isRepeated = false;
  /** Of the `TextCache`: when the text was asked for. */
  round = -1;
  private text: string | undefined;
  private generation = -1;
  /** Ids that depend on this text alone, by the index of their block. Undefined or empty: not yet made, or none. */
  private readonly bags: (IdBags | undefined)[] = [];

  /** Whether these are the words of a text, as numbers of the lexicon as it is now. */
  has(text: string, lexicon: Lexicon): boolean {
    return this.generation === lexicon.generation && text === this.text;
  }

  /** Reads a text; the same text again costs nothing. */
  read(text: string, { lexicon, tokenizer, plainReader }: TextReaders): void {
    this.isRepeated = this.has(text, lexicon);
    if (this.isRepeated) return;
    this.numWords = 0;
    if (!plainReader?.read(this)) {
      this.numWords = 0;
      for (const word of tokenizer.splitWords(text)) this.push(lexicon.intern(word));
    }
    this.text = text;
    this.generation = lexicon.generation;
    for (const bag of this.bags) bag?.clear();
  }

  /** Adds a word. */
  push(word: number): void {
    if (this.numWords === this.words.length) {
      const { words } = this;
      this.words = new Int32Array(2 * words.length);
      this.words.set(words);
    }
    this.words[this.numWords++] = word;
  }

  /** The kept ids of a block, one open bag: empty if they are still to be made. */
  bagOf(blockIndex: number): IdBags {
    this.bags[blockIndex] ??= new IdBags(16);
    return this.bags[blockIndex];
  }
}
