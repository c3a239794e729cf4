// One text as word numbers of a lexicon: what every block reads. Made once a text, not once a block or pair.
import type { Tokenizer } from '../text/tokenizer.js';
import type { Lexicon } from './lexicon.js';

/** The words of one text; `words` may be longer than `numWords`. Reused from example to example. */
export class AnalysedText {
  words = new Int32Array(64);
  numWords = 0;
  private text: string | undefined;
  private generation = -1;

  /** Reads a text; the same text again costs nothing. */
  read(text: string, tokenizer: Tokenizer, lexicon: Lexicon): void {
    if (text === this.text && this.generation === lexicon.generation) return;
    const words = tokenizer.splitWords(text);
    if (words.length > this.words.length) this.words = new Int32Array(words.length * 2);
    for (let index = 0; index < words.length; index++) {
      this.words[index] = lexicon.intern(words[index]);
    }
    this.numWords = words.length;
    this.text = text;
    this.generation = lexicon.generation;
  }
}
