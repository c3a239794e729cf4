// The texts of one field that came lately, analysed, so that a query or a title that comes again costs next to nothing:
// in a ranking, in the epochs of a training, in a shop. Bounded: a text takes the place of another.
import { AnalysedText, type TextReaders } from './analysed-text.js';
import type { TextCodes } from './text-codes.js';

/** Texts that are kept, a power of two: some 6 MB of titles if all places are taken, 30 MB if texts were made for it. */
const NUM_PLACES = 1 << 13;
/** Numbers of a set of two. */
const SET_SIZE = 4;
const PASSED = 2;
/** Longest text that is kept, in UTF-16 units. */
export const MAX_KEPT_LENGTH = 256;

/** Texts by hash, in sets of two of which the one that came last is first. A text gets a place when it comes again. */
export class TextCache {
  private readonly places: (AnalysedText | undefined)[] = new Array(NUM_PLACES);
  /** Of each set: the hashes of its two texts, and of the last one that got no place. One cache line has all three. */
  private readonly hashes = new Int32Array(SET_SIZE * (NUM_PLACES >> 1));
  /** By example: texts that get no place. */
  private readonly passing = [new AnalysedText()];
  private last = this.passing[0];
  private round = 0;

  constructor(
    private readonly readers: TextReaders,
    private readonly codes: TextCodes,
  ) {}

  /** Begins with another round of examples: texts that were handed out are no longer needed. */
  begin(): void {
    this.round += 1;
    this.last = this.passing[0];
  }

  /** The text of an example of the round, analysed; holds until the next round begins. */
  read(text: string, exampleIndex: number): AnalysedText {
    const { readers } = this;
    if (!this.last.has(text, readers.lexicon)) {
      this.codes.read(text);
      this.last = this.roomFor(text, exampleIndex);
    }
    this.last.read(text, readers);
    this.last.round = this.round;
    return this.last;
  }

  /** Where a text is or may be read to: never where another one of the round is. */
  private roomFor(text: string, exampleIndex: number): AnalysedText {
    const place = text.length > MAX_KEPT_LENGTH ? undefined : this.placeOf();
    if (place && (place.round !== this.round || place.has(text, this.readers.lexicon))) {
      return place;
    }
    this.passing[exampleIndex] ??= new AnalysedText();
    return this.passing[exampleIndex];
  }

  /** The text's place in the cache, undefined if it gets none. */
  private placeOf(): AnalysedText | undefined {
    const { hashes, places } = this;
    const { hash } = this.codes;
    const first = (hash ^ (hash >>> 15)) & (NUM_PLACES - 2);
    const second = first + 1;
    const set = (SET_SIZE >> 1) * first;
    if (hashes[set] === hash && places[first] !== undefined) return places[first];
    const isKnown = hashes[set + 1] === hash;
    // Most texts of a stream never come again: they are read to memory that is near.
    if (!isKnown && hashes[set + PASSED] !== hash) {
      hashes[set + PASSED] = hash;
      return undefined;
    }
    // The second one is the text, or makes room for it.
    const latest = places[second] ?? new AnalysedText();
    places[second] = places[first];
    hashes[set + 1] = hashes[set];
    places[first] = latest;
    hashes[set] = hash;
    return latest;
  }
}
