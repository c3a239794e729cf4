// Plain texts to word numbers in one pass, without a string a word: ASCII, short words. What the tokenizer makes of a
// number depends on what stands around it, but never on a word that is nothing beside numbers: so whatever is between two
// such words and has a number, a phrase, is left to the tokenizer, and kept. Gives up on anything else; the tokenizer,
// which is the oracle, reads that.
import { UNIT_BY_SPELLING } from '../text/quantities.js';
import type { Tokenizer } from '../text/tokenizer.js';
import type { Lexicon } from './lexicon.js';
import {
  DIGIT,
  END,
  INERT,
  isDigit,
  LETTER,
  QUOTE,
  type TextCodes,
  textOfCode,
} from './text-codes.js';

/** Words that are known by their letters, powers of two: at first, 256 kB; and at most, 4 MB, for texts of many words. */
const NUM_PLACES = 1 << 13;
const MAX_PLACES = 1 << 17;
/** Places that a word may have, a power of two; the last of them gives way. */
const NUM_PROBES = 4;
/** Numbers of a place: the word's letters, four in each, its number in the lexicon, and how it is tied to numbers. */
const PLACE_SIZE = 8;
const WORD = 4;
const TIE = 5;
const MAX_LETTERS = 16;

/** Phrases that are kept, powers of two: at first, 256 kB; and at most, 2 MB. One takes the place of another. */
const NUM_PHRASES = 1 << 11;
const MAX_PHRASES = 1 << 14;
/** Numbers of a phrase: how many codes it has, those, four in each, how many words it has, and those. */
const PHRASE_SIZE = 32;
const NUM_WORDS = 16;
const MAX_PHRASE_CODES = 60;
const MAX_PHRASE_WORDS = 15;

const POINT = 0x2e;
const COMMA = 0x2c;
const SPACE = 0x20;
const HYPHEN = 0x2d;
/** Kinds of codes that a word is made of, four codes at once. */
const LETTERS = (LETTER * 0x01010101) | 0;
const BOTH = LETTERS | (DIGIT * 0x01010101);

/** Signs that are no unit if a letter follows. */
const SIGNS = [QUOTE, 0x22, 0x25];
/** How a word is tied to numbers: not at all; to one before it; it may be one, as "x5" behind a point; to one behind it. */
const FREE = 0;
const TIED = 1;
const NUMBER = 2;
const JOINING = 3;
/** Words that mean something behind a number, or before "of" and a number, and are no units. */
const TIED_WORDS = 'case box set sq square cu cubic hour hours'.split(' ');

/** Where words are written to; `numWords` may be set back. */
export interface WordSink {
  numWords: number;
  push(word: number): void;
}

/** Reads plain texts for one lexicon. */
export class PlainReader {
  private places = new Int32Array(NUM_PLACES * PLACE_SIZE);
  private phrases = new Int32Array(NUM_PHRASES * PHRASE_SIZE);
  /** Phrases that were kept since there is room for so many. */
  private numKept = 0;
  private generation = 0;
  /** The word that was taken last, and how it is tied to numbers. */
  private word = 0;
  private tie = FREE;

  constructor(
    private readonly lexicon: Lexicon,
    private readonly tokenizer: Tokenizer,
    private readonly source: TextCodes,
  ) {}

  /**
   * Writes the words of the text that its source read last, as the tokenizer has them; false, with some written, for a text
   * that is not plain.
   */
  read(into: WordSink): boolean {
    const { source } = this;
    if (!source.isAscii) return false;
    this.keepUp();
    const { codes } = source;
    // Where the phrase begins, behind the last free word; where that one does; and how many words are before the phrase.
    let phraseStart = -1;
    let wordBefore = 0;
    let numBefore = 0;
    let hasNumber = false;
    let lastTie = FREE;
    let lastStart = 0;
    let lastEnd = 0;
    for (let position = 0; ; ) {
      const start = position;
      const code = codes[start];
      if (code < DIGIT) {
        position += 1;
        if (code > INERT) continue;
        // It ends a phrase as a free word does.
        this.tie = FREE;
      } else if (code < LETTER) {
        while (codes[position] >= DIGIT) position++;
        this.tie = NUMBER;
      } else {
        position = this.take(start);
        if (position < 0) return false;
      }
      const { word, tie } = this;
      if (tie === FREE || (tie === NUMBER && lastTie === TIED)) {
        if (hasNumber) {
          if (code >= LETTER && SIGNS.includes(codes[start - 1])) return false;
          if (source.hasDroppedIn(wordBefore, position)) return false;
          into.numWords = numBefore;
          if (!this.takePhrase(phraseStart, start, into)) return false;
          hasNumber = false;
        }
        phraseStart = -1;
      }
      if (tie === FREE) {
        if (code === END) return true;
        if (code >= LETTER) into.push(word);
      } else {
        if (phraseStart < 0) {
          // Of "r19 in x 4 in" the name's digit counts as a number.
          const takesName = tie === TIED && lastEnd > 0 && isDigit(codes[lastEnd - 1]);
          phraseStart = takesName ? lastStart : lastEnd;
          numBefore = into.numWords - (takesName ? 1 : 0);
          wordBefore = lastStart;
        }
        if (tie === NUMBER) hasNumber = true;
        else into.push(word);
      }
      lastTie = tie;
      lastStart = start;
      lastEnd = position;
    }
  }

  /** Forgets with the lexicon, and grows with it. */
  private keepUp(): void {
    const { lexicon, places } = this;
    const numPlaces = places.length / PLACE_SIZE;
    if (this.generation !== lexicon.generation) {
      places.fill(0);
      this.phrases.fill(0);
    } else if (2 * lexicon.words.length > numPlaces && numPlaces < MAX_PLACES) {
      this.places = new Int32Array(4 * places.length);
    }
    const numPhrases = this.phrases.length / PHRASE_SIZE;
    if (this.numKept > 2 * numPhrases && numPhrases < MAX_PHRASES) {
      this.phrases = new Int32Array(2 * this.phrases.length);
      this.numKept = 0;
    }
    this.generation = lexicon.generation;
  }

  /** Takes a phrase, without what parts it from the words around it; false for one that is not plain. */
  private takePhrase(from: number, to: number, into: WordSink): boolean {
    const { source, phrases } = this;
    const { codes } = source;
    let start = from;
    // Behind a letter a point is none of a number that follows.
    const isBehindWord = start > 0 && codes[start - 1] >= DIGIT;
    if (isBehindWord && codes[start] === POINT && codes[++start] !== SPACE) return false;
    if (codes[start] === COMMA && codes[start + 1] === SPACE) start++;
    while (codes[start] === SPACE || codes[start] === HYPHEN) start++;
    let end = to;
    while (codes[end - 1] === SPACE || codes[end - 1] === HYPHEN) end--;
    if (end - start <= MAX_LETTERS && source.isNumber(start, end)) {
      this.take(start);
      into.push(this.word);
      return true;
    }
    if (end - start > MAX_PHRASE_CODES) return false;
    const hash = source.hashOf(start, end);
    let place = Math.imul(hash ^ (hash >>> 15), PHRASE_SIZE) & (phrases.length - PHRASE_SIZE);
    if (phrases[place] !== 0 && !this.isPhraseAt(place, start, end)) place ^= PHRASE_SIZE;
    if (!this.isPhraseAt(place, start, end) && !this.keepPhrase(place, start, end)) return false;
    const first = place + NUM_WORDS + 1;
    for (let word = 0; word < phrases[place + NUM_WORDS]; word++) into.push(phrases[first + word]);
    return true;
  }

  private isPhraseAt(place: number, start: number, end: number): boolean {
    const { phrases, source } = this;
    if (phrases[place] !== end - start) return false;
    let at = place;
    for (let index = start; index < end; index += 4) {
      if (phrases[++at] !== source.fourAt(index, end)) return false;
    }
    return true;
  }

  /** Has the tokenizer read a phrase, and keeps that; false for one of too many words. */
  private keepPhrase(place: number, start: number, end: number): boolean {
    const { phrases, source } = this;
    const words = this.tokenizer.splitWords(textOf(source.codes, start, end));
    if (words.length > MAX_PHRASE_WORDS) return false;
    this.numKept += 1;
    phrases[place] = end - start;
    let at = place;
    for (let index = start; index < end; index += 4) phrases[++at] = source.fourAt(index, end);
    at = place + NUM_WORDS;
    phrases[at] = words.length;
    for (const word of words) phrases[++at] = this.lexicon.intern(word);
    return true;
  }

  /**
   * Takes a word, or a number that stands alone; returns where it ends, or -1 if it is a long one. Without a branch for each
   * letter, because the lengths of words cannot be guessed.
   */
  private take(start: number): number {
    const { view, codes } = this.source;
    let first = view.getInt32(start, true);
    let second = view.getInt32(start + 4, true);
    let third = view.getInt32(start + 8, true);
    let fourth = view.getInt32(start + 12, true);
    // All ones as long as the word goes on.
    const firstMask = maskOf(first);
    const secondMask = maskOf(second) & (firstMask >> 31);
    const thirdMask = maskOf(third) & (secondMask >> 31);
    const fourthMask = maskOf(fourth) & (thirdMask >> 31);
    first &= firstMask;
    second &= secondMask;
    third &= thirdMask;
    fourth &= fourthMask;
    const numUnused =
      Math.clz32(firstMask) +
      Math.clz32(secondMask) +
      Math.clz32(thirdMask) +
      Math.clz32(fourthMask);
    const end = start + MAX_LETTERS - (numUnused >> 3);
    if (numUnused === 0 && codes[end] >= DIGIT) return -1;
    let hash = Math.imul(first, 0x9e3779b1) ^ Math.imul(second, 0x85ebca6b);
    hash ^= Math.imul(third, 0xc2b2ae35) ^ Math.imul(fourth, 0x27d4eb2f);
    const { places } = this;
    // Places are powers of two.
    const home = Math.imul(hash ^ (hash >>> 15), PLACE_SIZE) & (places.length - PLACE_SIZE);
    let place = home;
    for (let probe = 1; probe < NUM_PROBES; probe++) {
      if (places[place] === 0 || isAt(places, place, first, second, third, fourth)) break;
      place = home ^ (probe * PLACE_SIZE);
    }
    if (!isAt(places, place, first, second, third, fourth)) {
      places[place] = first;
      places[place + 1] = second;
      places[place + 2] = third;
      places[place + 3] = fourth;
      const word = textOf(codes, start, end);
      places[place + WORD] = this.lexicon.intern(word);
      places[place + TIE] = tieOf(word);
    }
    this.word = places[place + WORD];
    this.tie = places[place + TIE];
    return end;
  }
}

/** How a word is tied to numbers. */
function tieOf(word: string): number {
  if (/^x\d/.test(word)) return NUMBER;
  if (word[0] === 'x' || word === 'of') return JOINING;
  return UNIT_BY_SPELLING.has(word) || TIED_WORDS.includes(word) ? TIED : FREE;
}

/** Whether the word of these letters is the one at a place. */
function isAt(
  places: Int32Array,
  place: number,
  first: number,
  second: number,
  third: number,
  fourth: number,
): boolean {
  return (
    places[place] === first &&
    places[place + 1] === second &&
    places[place + 2] === third &&
    places[place + 3] === fourth
  );
}

/** Ones for those of four codes that stand before the first one that is neither letter nor digit. */
function maskOf(fourCodes: number): number {
  const some = fourCodes & BOTH;
  const stops = ~(some | (some << 1)) & LETTERS;
  return ((stops & -stops) >>> 7) - 1;
}

function textOf(codes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let index = start; index < end; index++) text += textOfCode(codes[index]);
  return text;
}
