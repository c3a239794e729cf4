// What kind of character a UTF-16 unit is, looked up in pages of 256 that are filled on first use.
// Not for whole words: `words.ts` puts characters together.

/** Anything that ends a word: space, punctuation, symbol, emoji. */
export const SEPARATOR = 0;
export const LETTER = 1;
export const DIGIT = 2;
/** A combining mark: it belongs to the word it stands in. */
export const MARK = 3;
/** A letter of a script that puts no spaces between words. */
export const SPACELESS = 4;
/** First half of a character outside the basic plane. */
export const SURROGATE = 5;

const WORD_CHARACTER = /^[\p{L}\p{N}\p{M}]$/u;
const NUMBER = /^\p{N}$/u;
const COMBINING = /^\p{M}$/u;
const SCRIPT_WITHOUT_SPACES =
  /^[\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}]$/u;

// The first page without Unicode's classes, which take an engine milliseconds to compile.
const LATIN_LETTER = /[a-zA-Z\xaa\xb5\xba\xc0-\xd6\xd8-\xf6\xf8-\xff]/;
const LATIN_NUMBER = /[0-9\xb2\xb3\xb9\xbc-\xbe]/;

const pages: (Uint8Array | undefined)[] = new Array(256);
/** Kind of the UTF-16 unit `unit`; `SURROGATE` where `kindOfCodePoint` must decide. */
export function kindOfUnit(unit: number): number {
  const page = pages[unit >> 8] ?? fillPage(unit >> 8);
  return page[unit & 255];
}

/** Kind of a whole character, one outside the basic plane included; never `SURROGATE`. */
export function kindOfCodePoint(codePoint: number): number {
  const character = String.fromCodePoint(codePoint);
  if (!WORD_CHARACTER.test(character)) return SEPARATOR;
  if (SCRIPT_WITHOUT_SPACES.test(character)) return SPACELESS;
  if (COMBINING.test(character)) return MARK;
  return NUMBER.test(character) ? DIGIT : LETTER;
}

function fillPage(pageIndex: number): Uint8Array {
  const page = new Uint8Array(256);
  for (let low = 0; low < 256; low++) {
    const unit = pageIndex * 256 + low;
    if (pageIndex === 0) page[low] = kindOfLatin(String.fromCharCode(unit));
    else page[low] = unit >= 0xd800 && unit <= 0xdfff ? SURROGATE : kindOfCodePoint(unit);
  }
  pages[pageIndex] = page;
  return page;
}

function kindOfLatin(character: string): number {
  if (LATIN_LETTER.test(character)) return LETTER;
  return LATIN_NUMBER.test(character) ? DIGIT : SEPARATOR;
}
