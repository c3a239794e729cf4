// What kind of character a code point is to a tokenizer, as one table of flags. No text is handled here.
import {
  CHINESE_RANGES,
  COMBINING_RANGES,
  LETTER_RANGES,
  MARK_RANGES,
  NUMBER_RANGES,
  PUNCTUATION_RANGES,
  REMOVED_RANGES,
  SEPARATOR_RANGES,
  SPACE_RANGES,
  WORD_RANGES,
} from './character-tables.js';

/** Control and format characters, private use and U+FFFD: `clean_text` drops them. */
export const REMOVED = 1;
/** White space that `clean_text` turns into one blank. */
export const SPACE = 2;
/** CJK ideographs: `handle_chinese_chars` puts blanks around them. */
export const CHINESE = 4;
/** Non-spacing marks: BERT's `strip_accents` drops them after decomposition. */
export const MARK = 8;
/** Punctuation: a word of its own in BERT. */
export const PUNCTUATION = 16;
/** White space between words: Unicode's White_Space, `\s` of every expression in a tokenizer. */
export const SEPARATOR = 32;
/** `\p{L}` of byte-level BPE. */
export const LETTER = 64;
/** `\p{N}` of byte-level BPE. */
export const NUMBER = 128;
/** `\w`, what a `single_word` token may not stand beside. */
export const WORD = 256;
/** Combining marks: the normalizer `StripAccents` drops them. */
export const COMBINING = 512;

const NUM_CODE_POINTS = 0x110000;

/** Flags of every code point, indexed by it. Lone surrogates count as REMOVED. */
export const CHARACTER_CLASSES: Uint16Array = buildClasses();

function buildClasses(): Uint16Array {
  const classes = new Uint16Array(NUM_CODE_POINTS);
  const mark = (ranges: string, flag: number): void =>
    forEachRange(ranges, (start, end) => {
      for (let code = start; code < end; code++) classes[code] |= flag;
    });
  mark(REMOVED_RANGES, REMOVED);
  mark(SPACE_RANGES, SPACE);
  mark(CHINESE_RANGES, CHINESE);
  mark(MARK_RANGES, MARK);
  mark(PUNCTUATION_RANGES, PUNCTUATION);
  mark(SEPARATOR_RANGES, SEPARATOR);
  mark(LETTER_RANGES, LETTER);
  mark(NUMBER_RANGES, NUMBER);
  mark(WORD_RANGES, WORD);
  mark(COMBINING_RANGES, COMBINING);
  classes.fill(REMOVED, 0xd800, 0xe000);
  return classes;
}

/** Calls `visit` with each range [start, end) of a table of character-tables.ts or cluster-tables.ts. */
export function forEachRange(ranges: string, visit: (start: number, end: number) => void): void {
  const numbers = ranges.split(' ').map((digits) => Number.parseInt(digits, 36));
  let position = 0;
  for (let index = 0; index < numbers.length; index += 2) {
    const start = position + numbers[index];
    position = start + numbers[index + 1];
    visit(start, position);
  }
}

/** A character class of a regular expression with the flag `u`, without its brackets. */
export function classSource(ranges: string): string {
  const escaped = (code: number): string => `\\u{${code.toString(16)}}`;
  let source = '';
  forEachRange(ranges, (start, end) => {
    source += end === start + 1 ? escaped(start) : `${escaped(start)}-${escaped(end - 1)}`;
  });
  return source;
}
