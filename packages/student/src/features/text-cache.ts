// The texts of one field that came lately, analysed, so that a query or a title that comes again costs next to nothing:
// in a ranking, in the epochs of a training, in a shop. Bounded: a text takes the place of another.
import type { Tokenizer } from '../text/tokenizer.js';
import { AnalysedText } from './analysed-text.js';
import type { Lexicon } from './lexicon.js';

/** Texts that are kept, a power of two: some 6 MB of titles if all places are taken, 30 MB if texts were made for it. */
const NUM_PLACES = 1 << 13;
/** Longest text that is kept, in UTF-16 units. */
export const MAX_KEPT_LENGTH = 256;

/** Texts by hash, in sets of two of which the one that came last is first. */
export class TextCache {
  private readonly places: (AnalysedText | undefined)[] = new Array(NUM_PLACES);
  private readonly longText = new AnalysedText();
  private last: AnalysedText = this.longText;

  constructor(
    private readonly tokenizer: Tokenizer,
    private readonly lexicon: Lexicon,
  ) {}

  /** A text, analysed; holds until the next text is read. */
  read(text: string): AnalysedText {
    if (!this.last.has(text, this.lexicon)) {
      this.last = text.length > MAX_KEPT_LENGTH ? this.longText : this.placeOf(text);
      this.last.read(text, this.tokenizer, this.lexicon);
    }
    return this.last;
  }

  private placeOf(text: string): AnalysedText {
    let hash = text.length;
    for (let index = 0; index < text.length; index++) {
      hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
    }
    const first = (hash ^ (hash >>> 15)) & (NUM_PLACES - 2);
    const latest = this.places[first];
    if (latest?.has(text, this.lexicon)) return latest;
    // The other one is the text, or makes room for it.
    const other = this.places[first + 1] ?? new AnalysedText();
    this.places[first + 1] = latest;
    this.places[first] = other;
    return other;
  }
}
