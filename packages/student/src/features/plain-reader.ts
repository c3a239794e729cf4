// Plain texts to word numbers in one pass, without a string a word: ASCII, short words, and numbers of which
// `normalizeQuantities` would change nothing but the names of units. Gives up on anything else; the tokenizer, which is
// the oracle, reads that.
import { UNIT_BY_SPELLING } from '../text/quantities.js';
import type { TextDefinition } from '../text/tokenizer.js';
import type { Lexicon } from './lexicon.js';

/** Words that are known by their letters, powers of two: at first, 256 kB; and at most, 4 MB, for texts of many words. */
const NUM_PLACES = 1 << 13;
const MAX_PLACES = 1 << 17;
/** Numbers of a place: the word's letters, four in each, its number in the lexicon and its role. */
const PLACE_SIZE = 8;
const WORD = 4;
const ROLE = 5;
const MAX_LETTERS = 16;

const QUOTE = 0x27;
const POINT = 0x2e;
const [DIGIT_0, DIGIT_9, LETTER_A, LETTER_Z] = [0x30, 0x39, 0x61, 0x7a];
/** Of each ASCII unit: its lower case if it is a letter, itself if it is a digit, else 0. */
const LOWER = Uint8Array.from({ length: 128 }, (_, unit) => {
  const text = String.fromCharCode(unit);
  return /[a-z\d]/i.test(text) ? text.toLowerCase().charCodeAt(0) : 0;
});

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
const SIGNS = `/'"%`;

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
  ) {}

  /** Writes the words of a text, as the tokenizer has them; false, with some written, for a text that is not plain. */
  read(text: string, into: WordSink): boolean {
    this.keepUp();
    this.unitAt = -1;
    this.hasNumber = false;
    this.isOdd = false;
    let position = 0;
    while (position < text.length) {
      const low = lowerAt(text, position);
      if (low === 0) position += 1;
      else if (low < 0) return false;
      else if (low <= DIGIT_9) position = this.takeQuantity(text, position, into);
      else position = this.takeName(text, position, into);
      if (position < 0) return false;
    }
    return !(this.isOdd && this.hasNumber && this.definition.quantities);
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
  private takeName(text: string, start: number, into: WordSink): number {
    const end = this.take(text, start, DIGIT_0, LETTER_Z);
    if (end < 0) return -1;
    if (this.isOddAt(text, start)) this.isOdd = true;
    if (start === this.unitAt && !this.renameUnit(text, end)) return -1;
    into.push(this.word);
    return end;
  }

  /** Takes the words of a run that begins with a digit; returns where it ends, or -1. */
  private takeQuantity(text: string, start: number, into: WordSink): number {
    const { quantities } = this.definition;
    let end = this.take(text, start, DIGIT_0, DIGIT_9);
    if (end < 0 || (quantities && start > 0 && text.charCodeAt(start - 1) === POINT)) return -1;
    if (text.charCodeAt(end) === POINT && isDigit(lowerAt(text, end + 1))) {
      end = this.takeDecimal(text, start, end + 1);
      if (end < 0) return -1;
    }
    into.push(this.word);
    this.hasNumber = true;
    const numberEnd = end;
    for (;;) {
      const low = lowerAt(text, end);
      if (low < 0) return -1;
      if (low === 0) break;
      const unitEnd =
        low <= DIGIT_9
          ? this.take(text, end, DIGIT_0, DIGIT_9)
          : this.take(text, end, LETTER_A, LETTER_Z);
      if (unitEnd < 0) return -1;
      if (this.isOddAt(text, end)) this.isOdd = true;
      if (quantities && end === numberEnd && !this.renameUnit(text, unitEnd)) return -1;
      into.push(this.word);
      end = unitEnd;
    }
    return this.isPlainBehind(text, end, end === numberEnd) ? end : -1;
  }

  /** Takes a decimal number whose fraction begins at `fraction`; returns where it ends, or -1. */
  private takeDecimal(text: string, start: number, fraction: number): number {
    let end = fraction;
    while (isDigit(lowerAt(text, end))) end++;
    const number = text.slice(start, end);
    this.word = this.lexicon.intern(
      this.definition.quantities ? number.replace(/\.?0+$/, '') : number,
    );
    return end;
  }

  /** Whether what stands behind a number is plain; notes where its unit would begin. */
  private isPlainBehind(text: string, end: number, isNumber: boolean): boolean {
    const sign = text[end];
    if (sign === undefined) return true;
    if (sign === '.' || sign === ',') return !isDigit(lowerAt(text, end + 1));
    if (!this.definition.quantities) return true;
    if (SIGNS.includes(sign)) return false;
    if (!isNumber || (sign !== ' ' && sign !== '-')) return true;
    const next = text[end + 1];
    if (sign === ' ' && next !== undefined && SIGNS.includes(next)) return false;
    this.unitAt = next === ' ' || next === '-' ? end + 2 : end + 1;
    return true;
  }

  /** Gives a unit its short name; false where more than the word decides. */
  private renameUnit(text: string, end: number): boolean {
    const { role } = this;
    if (role < UNIT) return role !== PERHAPS;
    const next = text[end];
    if (next === '/' || next === "'") return false;
    if (!isDigit(lowerAt(text, end))) this.word = role - UNIT;
    return true;
  }

  /** Whether the word that was taken changes what stands around it: "pack of 4", "2 x 4". */
  private isOddAt(text: string, start: number): boolean {
    const { role } = this;
    if (role !== TIMES && role !== OF) return false;
    let next = start + role;
    while (text[next] === ' ') next++;
    const isNumber = isDigit(lowerAt(text, next));
    // It may be part of a name: ".x5".
    if (isNumber) this.hasNumber = true;
    return isNumber || text[next] === '.';
  }

  private roleOf(word: string): number {
    if (word === 'of') return OF;
    if (word.startsWith('x')) return TIMES;
    if (PERHAPS_UNITS.includes(word)) return PERHAPS;
    const name = UNIT_BY_SPELLING.get(word);
    return name === undefined ? NONE : UNIT + this.lexicon.intern(name);
  }

  /** Takes a word of letters from `lowest` to `highest`, numbers of lower case; returns where it ends, or -1. */
  private take(text: string, start: number, lowest: number, highest: number): number {
    const isName = lowest === DIGIT_0 && highest === LETTER_Z;
    let first = 0;
    let second = 0;
    let third = 0;
    let fourth = 0;
    let count = 0;
    let position = start;
    for (; position < text.length; position++) {
      const unit = text.charCodeAt(position);
      if (unit > 127) return -1;
      const low = LOWER[unit];
      if (low < lowest || low > highest) {
        if (unit !== QUOTE || !isName || !isBetweenLetters(text, position)) break;
        this.isOdd = true;
        continue;
      }
      const letter = low << (count << 3);
      if (count < 4) first |= letter;
      else if (count < 8) second |= letter;
      else if (count < 12) third |= letter;
      else fourth |= letter;
      count += 1;
    }
    if (count > MAX_LETTERS) return -1;
    let hash = Math.imul(first, 0x9e3779b1) ^ Math.imul(second, 0x85ebca6b);
    hash ^= Math.imul(third, 0xc2b2ae35) ^ Math.imul(fourth, 0x27d4eb2f);
    const { places } = this;
    // Places are powers of two.
    const place = Math.imul(hash ^ (hash >>> 15), PLACE_SIZE) & (places.length - PLACE_SIZE);
    const isKnown =
      places[place] === first &&
      places[place + 1] === second &&
      places[place + 2] === third &&
      places[place + 3] === fourth;
    if (!isKnown) {
      places[place] = first;
      places[place + 1] = second;
      places[place + 2] = third;
      places[place + 3] = fourth;
      const word = text.slice(start, position).toLowerCase().replaceAll("'", '');
      places[place + WORD] = this.lexicon.intern(word);
      places[place + ROLE] = this.roleOf(word);
    }
    this.word = places[place + WORD];
    this.role = places[place + ROLE];
    return position;
  }
}

/** Lower case of the letter or the digit at `position`, 0 for anything else, -1 for what is not ASCII. */
function lowerAt(text: string, position: number): number {
  if (position >= text.length) return 0;
  const unit = text.charCodeAt(position);
  return unit > 127 ? -1 : LOWER[unit];
}

function isDigit(low: number): boolean {
  return low >= DIGIT_0 && low <= DIGIT_9;
}

function isLetter(low: number): boolean {
  return low >= LETTER_A;
}

function isBetweenLetters(text: string, position: number): boolean {
  return isLetter(lowerAt(text, position - 1)) && isLetter(lowerAt(text, position + 1));
}
