// Plain texts to word numbers in one pass, without a string a word: ASCII, short words, and numbers of which
// `normalizeQuantities` would change nothing but the names of units. Gives up on anything else; the tokenizer, which is
// the oracle, reads that.
import { UNIT_BY_SPELLING } from '../text/quantities.js';
import type { TextDefinition } from '../text/tokenizer.js';
import type { Lexicon } from './lexicon.js';
import { DIGIT, LETTER, QUOTE, type TextCodes, textOfCode } from './text-codes.js';

/** Words that are known by their letters, powers of two: at first, 256 kB; and at most, 4 MB, for texts of many words. */
const NUM_PLACES = 1 << 13;
const MAX_PLACES = 1 << 17;
/** Numbers of a place: the word's letters, four in each, its number in the lexicon and its role. */
const PLACE_SIZE = 8;
const WORD = 4;
const ROLE = 5;
const MAX_LETTERS = 16;

const POINT = 0x2e;
const COMMA = 0x2c;
const SPACE = 0x20;
const HYPHEN = 0x2d;
const SLASH = 0x2f;
/** Kinds of codes that a word is made of, four codes at once. */
const LETTERS = (LETTER * 0x01010101) | 0;
const DIGITS = DIGIT * 0x01010101;
const BOTH = LETTERS | DIGITS;

/** What a word is beside a number: none of these; from `UNIT` on a unit, and that plus the number of its short name. */
const NONE = 0;
/** Begins with an x, of which one letter counts; and "of", of which two do. */
const TIMES = 1;
const OF = 2;
/** A unit or not by what stands around it: "sq ft", "20a" but not "20 a". */
const PERHAPS = 3;
const UNIT = 4;
const PERHAPS_UNITS = ['sq', 'square', 'cu', 'cubic', 'amp', 'a'];
/** Signs behind a number of which more depends than one word. */
const SIGNS = [SLASH, QUOTE, 0x22, 0x25];

/** Where words are written to. */
export interface WordSink {
  push(word: number): void;
}

/** Reads plain texts for one lexicon. */
export class PlainReader {
  private places = new Int32Array(NUM_PLACES * PLACE_SIZE);
  private generation = 0;
  /** The word that was taken last, and its role. */
  private word = 0;
  private role = NONE;
  /** Where a word that begins there may be the unit of a number. */
  private unitAt = -1;
  private hasNumber = false;
  /** Whether there is something that matters in texts with numbers. */
  private isOdd = false;

  constructor(
    private readonly lexicon: Lexicon,
    private readonly definition: TextDefinition,
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
    this.unitAt = -1;
    this.hasNumber = false;
    this.isOdd = false;
    const { codes, length } = source;
    let position = 0;
    while (position < length) {
      const code = codes[position];
      if (code < DIGIT) position += 1;
      else if (code < LETTER) position = this.takeQuantity(codes, position, into);
      else position = this.takeName(codes, position, into);
      if (position < 0) return false;
    }
    if (!this.hasNumber) return true;
    return !source.hasDropped && !(this.isOdd && this.definition.quantities);
  }

  /** Forgets with the lexicon, and grows with it. */
  private keepUp(): void {
    const { lexicon, places } = this;
    const numPlaces = places.length / PLACE_SIZE;
    if (this.generation !== lexicon.generation) places.fill(0);
    else if (2 * lexicon.words.length > numPlaces && numPlaces < MAX_PLACES) {
      this.places = new Int32Array(4 * places.length);
    }
    this.generation = lexicon.generation;
  }

  /** Takes a word that begins with a letter; returns where it ends, or -1. */
  private takeName(codes: Uint8Array, start: number, into: WordSink): number {
    const end = this.take(codes, start, BOTH);
    if (end < 0) return -1;
    if (this.isOddAt(codes, start)) this.isOdd = true;
    if (start === this.unitAt && !this.renameUnit(codes, end)) return -1;
    into.push(this.word);
    return end;
  }

  /** Takes the words of a run that begins with a digit; returns where it ends, or -1. */
  private takeQuantity(codes: Uint8Array, start: number, into: WordSink): number {
    const { quantities } = this.definition;
    let end = this.take(codes, start, DIGITS);
    if (end < 0 || (quantities && start > 0 && codes[start - 1] === POINT)) return -1;
    if (codes[end] === POINT && isDigit(codes[end + 1])) {
      end = this.takeDecimal(codes, start, end + 1);
    }
    into.push(this.word);
    this.hasNumber = true;
    const numberEnd = end;
    while (codes[end] >= DIGIT) {
      const unitEnd = this.take(codes, end, isDigit(codes[end]) ? DIGITS : LETTERS);
      if (unitEnd < 0) return -1;
      if (this.isOddAt(codes, end)) this.isOdd = true;
      if (quantities && end === numberEnd && !this.renameUnit(codes, unitEnd)) return -1;
      into.push(this.word);
      end = unitEnd;
    }
    return this.isPlainBehind(codes, end, end === numberEnd) ? end : -1;
  }

  /** Takes a decimal number whose fraction begins at `fraction`; returns where it ends. */
  private takeDecimal(codes: Uint8Array, start: number, fraction: number): number {
    let end = fraction;
    while (isDigit(codes[end])) end++;
    const number = textOf(codes, start, end);
    this.word = this.lexicon.intern(
      this.definition.quantities ? number.replace(/\.?0+$/, '') : number,
    );
    return end;
  }

  /** Whether what stands behind a number is plain; notes where its unit would begin. */
  private isPlainBehind(codes: Uint8Array, end: number, isNumber: boolean): boolean {
    const sign = codes[end];
    if (sign === POINT || sign === COMMA) return !isDigit(codes[end + 1]);
    if (!this.definition.quantities) return true;
    if (SIGNS.includes(sign)) return false;
    if (!isNumber || (sign !== SPACE && sign !== HYPHEN)) return true;
    const next = codes[end + 1];
    if (sign === SPACE && SIGNS.includes(next)) return false;
    this.unitAt = next === SPACE || next === HYPHEN ? end + 2 : end + 1;
    return true;
  }

  /** Gives a unit its short name; false where more than the word decides. */
  private renameUnit(codes: Uint8Array, end: number): boolean {
    const { role } = this;
    if (role < UNIT) return role !== PERHAPS;
    const next = codes[end];
    if (next === SLASH || next === QUOTE) return false;
    if (!isDigit(next)) this.word = role - UNIT;
    return true;
  }

  /** Whether the word that was taken changes what stands around it: "pack of 4", "2 x 4". */
  private isOddAt(codes: Uint8Array, start: number): boolean {
    const { role } = this;
    if (role !== TIMES && role !== OF) return false;
    let next = start + role;
    while (codes[next] === SPACE) next++;
    const isNumber = isDigit(codes[next]);
    // It may be part of a name: ".x5".
    if (isNumber) this.hasNumber = true;
    return isNumber || codes[next] === POINT;
  }

  private roleOf(word: string): number {
    if (word === 'of') return OF;
    if (word.startsWith('x')) return TIMES;
    if (PERHAPS_UNITS.includes(word)) return PERHAPS;
    const name = UNIT_BY_SPELLING.get(word);
    return name === undefined ? NONE : UNIT + this.lexicon.intern(name);
  }

  /**
   * Takes a word of some kinds of codes; returns where it ends, or -1 if it is a long one. Without a branch for each
   * letter, because the lengths of words cannot be guessed.
   */
  private take(codes: Uint8Array, start: number, kinds: number): number {
    const { view } = this.source;
    let first = view.getInt32(start, true);
    let second = view.getInt32(start + 4, true);
    let third = view.getInt32(start + 8, true);
    let fourth = view.getInt32(start + 12, true);
    // All ones as long as the word goes on.
    const firstMask = maskOf(first, kinds);
    const secondMask = maskOf(second, kinds) & (firstMask >> 31);
    const thirdMask = maskOf(third, kinds) & (secondMask >> 31);
    const fourthMask = maskOf(fourth, kinds) & (thirdMask >> 31);
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
    if (numUnused === 0 && (codes[end] & kinds) !== 0) return -1;
    let hash = Math.imul(first, 0x9e3779b1) ^ Math.imul(second, 0x85ebca6b);
    hash ^= Math.imul(third, 0xc2b2ae35) ^ Math.imul(fourth, 0x27d4eb2f);
    const { places } = this;
    // Places are powers of two.
    let place = Math.imul(hash ^ (hash >>> 15), PLACE_SIZE) & (places.length - PLACE_SIZE);
    if (places[place] !== 0 && !isAt(places, place, first, second, third, fourth)) {
      place ^= PLACE_SIZE;
    }
    if (!isAt(places, place, first, second, third, fourth)) {
      places[place] = first;
      places[place + 1] = second;
      places[place + 2] = third;
      places[place + 3] = fourth;
      const word = textOf(codes, start, end);
      places[place + WORD] = this.lexicon.intern(word);
      places[place + ROLE] = this.roleOf(word);
    }
    this.word = places[place + WORD];
    this.role = places[place + ROLE];
    return end;
  }
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

/** Ones for those of four codes that stand before the first one of no such kind. */
function maskOf(fourCodes: number, kinds: number): number {
  const some = fourCodes & kinds;
  const stops = ~(some | (some << 1)) & LETTERS;
  return ((stops & -stops) >>> 7) - 1;
}

function isDigit(code: number): boolean {
  return code >= DIGIT && code < LETTER;
}

function textOf(codes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let index = start; index < end; index++) text += textOfCode(codes[index]);
  return text;
}
