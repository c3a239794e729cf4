// What kind of character a code point is to a BERT tokenizer, as one table of flags. No text is handled here.
import {
  CHINESE_RANGES,
  MARK_RANGES,
  PUNCTUATION_RANGES,
  REMOVED_RANGES,
  SEPARATOR_RANGES,
  SPACE_RANGES,
} from './character-tables.js';

/** Control and format characters, private use and U+FFFD: `clean_text` drops them. */
export const REMOVED = 1;
/** White space that `clean_text` turns into one blank. */
export const SPACE = 2;
/** CJK ideographs: `handle_chinese_chars` puts blanks around them. */
export const CHINESE = 4;
/** Non-spacing marks: `strip_accents` drops them after decomposition. */
export const MARK = 8;
/** Punctuation: a word of its own. */
export const PUNCTUATION = 16;
/** White space between words. */
export const SEPARATOR = 32;

const NUM_CODE_POINTS = 0x110000;

/** Flags of every code point, indexed by it. Lone surrogates count as REMOVED. */
export const CHARACTER_CLASSES: Uint8Array = buildClasses();

function buildClasses(): Uint8Array {
  const classes = new Uint8Array(NUM_CODE_POINTS);
  markRanges(classes, REMOVED_RANGES, REMOVED);
  markRanges(classes, SPACE_RANGES, SPACE);
  markRanges(classes, CHINESE_RANGES, CHINESE);
  markRanges(classes, MARK_RANGES, MARK);
  markRanges(classes, PUNCTUATION_RANGES, PUNCTUATION);
  markRanges(classes, SEPARATOR_RANGES, SEPARATOR);
  classes.fill(REMOVED, 0xd800, 0xe000);
  return classes;
}

function markRanges(classes: Uint8Array, ranges: string, flag: number): void {
  const numbers = ranges.split(' ').map((digits) => Number.parseInt(digits, 36));
  let position = 0;
  for (let index = 0; index < numbers.length; index += 2) {
    position += numbers[index];
    for (const end = position + numbers[index + 1]; position < end; position++) {
      classes[position] |= flag;
    }
  }
}
