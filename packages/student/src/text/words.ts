// The `default` tokenizer: text to words. N-grams are made in `ngrams.ts`.
import { StudentError } from '../errors.js';
import {
  DIGIT,
  kindOfCodePoint,
  kindOfUnit,
  LETTER,
  MARK,
  SEPARATOR,
  SPACELESS,
  SURROGATE,
} from './characters.js';
import { normalizeText } from './normalize.js';

const FULL_STOP = 0x2e;

/**
 * Words of a text, normalised by `normalizeText`. The rules, with product titles in mind:
 * - a word is a run of letters, digits and combining marks; all else separates ("t-shirt" is `t`, `shirt`);
 * - an apostrophe between two letters is dropped: "men's" and "mens" are both `mens`, "don't" is `dont`;
 * - a full stop between two digits stays: "0.75" is one word; "3/4" is `3`, `4`;
 * - a run that starts with a digit is a quantity and is split where digits and letters meet: "12v" is
 *   `12`, `v`; "2x4" is `2`, `x`, `4`; "3/4in" is `3`, `4`, `in`. One that starts with a letter is a name and stays
 *   whole: "dcd771c2", "r19", "mp3";
 * - Thai, Lao, Khmer, Myanmar, Han, Hiragana and Katakana are split by `Intl.Segmenter`, whose dictionary
 *   belongs to the JavaScript engine: two engines may cut such text differently. Runs are cut every 128 units.
 * @throws {StudentError} SEGMENTER_MISSING for such text where the engine has none.
 * @example splitWords("Men's 12V drill, 3/4in") // ['mens', '12', 'v', 'drill', '3', '4', 'in']
 */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  const source = normalizeText(text);
  let position = 0;
  while (position < source.length) {
    const kind = kindAt(source, position);
    if (kind === LETTER) position = takeName(source, position, words);
    else if (kind === DIGIT) position = takeQuantity(source, position, words);
    else if (kind === SPACELESS) position = takeSpaceless(source, position, words);
    else position += widthAt(source, position);
  }
  return words;
}

/** A word that starts with a letter, up to the end of the run; returns where it ends. */
function takeName(source: string, start: number, words: string[]): number {
  let position = start;
  let piece = start;
  let word = '';
  while (position < source.length) {
    const kind = kindAt(source, position);
    if (kind === LETTER || kind === DIGIT || kind === MARK) {
      position += widthAt(source, position);
    } else if (
      kind === SEPARATOR &&
      isApostrophe(source.charCodeAt(position)) &&
      kindAt(source, position - 1) === LETTER &&
      kindAt(source, position + 1) === LETTER
    ) {
      word += source.slice(piece, position);
      position += 1;
      piece = position;
    } else break;
  }
  words.push(word + source.slice(piece, position));
  return position;
}

/** The words of a run that starts with a digit; returns where the run ends. */
function takeQuantity(source: string, start: number, words: string[]): number {
  let position = start;
  let piece = start;
  let pieceKind = DIGIT;
  while (position < source.length) {
    const kind = kindAt(source, position);
    const isPoint =
      pieceKind === DIGIT &&
      source.charCodeAt(position) === FULL_STOP &&
      kindAt(source, position + 1) === DIGIT;
    if (kind === LETTER || kind === DIGIT) {
      if (kind !== pieceKind) {
        words.push(source.slice(piece, position));
        piece = position;
        pieceKind = kind;
      }
      position += widthAt(source, position);
    } else if (kind === MARK || isPoint) position += widthAt(source, position);
    else break;
  }
  words.push(source.slice(piece, position));
  return position;
}

let segmenter: Intl.Segmenter | undefined;

/** Longest run, in UTF-16 units, that is segmented at once: the cost of the segmenter grows with the square of it. */
const MAX_SEGMENTED = 128;

/** The words of a run in a script without spaces, or of its first part; returns where that ends. */
function takeSpaceless(source: string, start: number, words: string[]): number {
  let position = start;
  while (position < source.length && position < start + MAX_SEGMENTED) {
    const kind = kindAt(source, position);
    if (kind !== SPACELESS && kind !== MARK) break;
    position += widthAt(source, position);
  }
  segmenter ??= createSegmenter();
  for (const part of segmenter.segment(source.slice(start, position))) words.push(part.segment);
  return position;
}

/** @throws {StudentError} SEGMENTER_MISSING: other words than those of the training would give wrong scores unnoticed. */
function createSegmenter(): Intl.Segmenter {
  if (globalThis.Intl?.Segmenter !== undefined) {
    return new Intl.Segmenter('und', { granularity: 'word' });
  }
  const message =
    'text: got a script without spaces, expected an engine with Intl.Segmenter to find its words';
  throw new StudentError('SEGMENTER_MISSING', message, {
    hint: 'Firefox has it from version 125; other engines since 2021, unless built without Intl.',
  });
}

function isApostrophe(unit: number): boolean {
  return unit === 0x27 || unit === 0x2019 || unit === 0x02bc;
}

/** Kind of the character at `position`; `SEPARATOR` outside the text and for half a surrogate pair. */
function kindAt(source: string, position: number): number {
  const unit = source.charCodeAt(position);
  if (Number.isNaN(unit)) return SEPARATOR;
  const kind = kindOfUnit(unit);
  return kind === SURROGATE ? kindOfCodePoint(source.codePointAt(position)!) : kind;
}

/** UTF-16 units of the character at `position`: 1 or 2. */
function widthAt(source: string, position: number): number {
  const unit = source.charCodeAt(position);
  return unit >= 0xd800 && unit <= 0xdbff && source.codePointAt(position)! > 0xffff ? 2 : 1;
}
