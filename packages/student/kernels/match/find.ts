// AssemblyScript: how the words of a query are found in a title, as src/features/word-match.ts and pair-match.ts have it.
import { KIND, LENGTH, LETTERS, STEM, TEXT } from '../features/memory';
import { ASKED, MATCH_CLASSES, POSITIONS, SURENESS } from './memory';

export const NUMBER_KIND: u32 = 0;
const CODE_KIND: u32 = 1;

const EXACT: u32 = 0;
const SAME_STEM: u32 = 1;
const JOINED: u32 = 2;
const PREFIX: u32 = 3;
const INSIDE: u32 = 4;
const NEAR: u32 = 5;
const MISSING: u32 = 6;
/** Ways in which a word is found, and kinds of words. */
export const NUM_CLASSES: u32 = 7;
export const NUM_KINDS: u32 = 7;

export const NOT_FOUND: u32 = 0;
const WEAK: u32 = 1;
export const SURE: u32 = 2;

const MIN_PREFIX: u32 = 3;
const MIN_INSIDE: u32 = 4;
const MIN_NEAR: u32 = 5;
const MIN_JOINED: u32 = 4;

/** Finds every query word. */
export function findWords(query: usize, title: usize, end: usize): void {
  const numWords = (end - title) >> 2;
  for (let position: usize = 0; position < numWords; position += 8) {
    store<u64>(position, 0, ASKED);
  }
  for (let place = query; place < title; place += 4) {
    const found = findWord(query, title, end, place);
    const matchClass = found & 7;
    const position = <usize>(found >> 3);
    const at = place - query;
    let sureness = NOT_FOUND;
    if (matchClass <= JOINED) {
      sureness = SURE;
      store<u8>(position, 1, ASKED);
    } else if (matchClass !== MISSING) sureness = WEAK;
    store<u32>(at, matchClass, MATCH_CLASSES);
    store<u32>(at, <u32>position, POSITIONS);
    store<u32>(at, sureness, SURENESS);
  }
}

/** How a query word is found, and in the bits above where. */
function findWord(query: usize, title: usize, end: usize, at: usize): u32 {
  const word: usize = load<u32>(at);
  const stem = load<u32>(word, STEM);
  let found = MISSING;
  for (let place = title; place < end; place += 4) {
    const other: usize = load<u32>(place);
    // The same word has the same stem.
    if (load<u32>(other, STEM) !== stem) continue;
    const position = (<u32>(place - title)) << 1;
    if (other === word) return position | EXACT;
    if (found === MISSING) found = position | SAME_STEM;
  }
  if (found !== MISSING || load<u32>(word, KIND) === NUMBER_KIND) return found;
  return findLoosely(query, title, end, at);
}

/** The same for a word whose stem the title does not have. */
function findLoosely(query: usize, title: usize, end: usize, at: usize): u32 {
  const word: usize = load<u32>(at);
  const length = load<u32>(word, LENGTH);
  // The words behind and before, and letters with each; 0 for none.
  const next: usize = at + 4 < title ? load<u32>(at, 4) : 0;
  const last: usize = at > query ? load<u32>(at - 4) : 0;
  const withNext = next ? length + load<u32>(next, LENGTH) : 0;
  const withLast = last ? length + load<u32>(last, LENGTH) : 0;
  const letters = load<u32>(word, LETTERS);
  const isCode = load<u32>(word, KIND) === CODE_KIND;
  let best = MISSING;
  let found = MISSING;
  for (let place = title; place < end; place += 4) {
    const other: usize = load<u32>(place);
    const behind: usize = place + 4 < end ? load<u32>(place, 4) : 0;
    const titleLength = load<u32>(other, LENGTH);
    if (
      best > JOINED &&
      ((titleLength === withNext && isWhole(other, word, next)) ||
        (titleLength === withLast && isWhole(other, last, word)) ||
        (behind &&
          titleLength + load<u32>(behind, LENGTH) === length &&
          isWhole(word, other, behind)))
    ) {
      best = JOINED;
      found = ((<u32>(place - title)) << 1) | JOINED;
    }
    const kind = load<u32>(other, KIND);
    if (kind === NUMBER_KIND) continue;
    const titleLetters = load<u32>(other, LETTERS);
    const difference = letters ^ titleLetters;
    // Letters of the shorter word that the longer one lacks.
    const lacking = difference & (length <= titleLength ? letters : titleLetters);
    const mayBeNear = !isCode && kind !== CODE_KIND && hasAtMostTwo(difference);
    if (lacking !== 0 && !mayBeNear) continue;
    const matchClass = compareLetters(word, other);
    if (matchClass < best && (matchClass < NEAR || mayBeNear)) {
      best = matchClass;
      found = ((<u32>(place - title)) << 1) | matchClass;
    }
  }
  return found;
}

/** Whether a word is two others, one behind the other, as long as it together. */
function isWhole(whole: usize, first: usize, second: usize): bool {
  const length = load<u32>(first, LENGTH);
  return (
    load<u32>(whole, LENGTH) >= MIN_JOINED &&
    areSame(whole + TEXT, first + TEXT, length) &&
    areSame(whole + TEXT + <usize>length * 2, second + TEXT, load<u32>(second, LENGTH))
  );
}

/** Whether so many units are the same. */
function areSame(left: usize, right: usize, length: u32): bool {
  const end = left + <usize>length * 2;
  for (; left < end; left += 2, right += 2) if (load<u16>(left) !== load<u16>(right)) return false;
  return true;
}

/** `PREFIX`, `INSIDE`, `NEAR` or `MISSING` by the letters of two different words. */
function compareLetters(left: usize, right: usize): u32 {
  const isOrdered = load<u32>(left, LENGTH) <= load<u32>(right, LENGTH);
  const shorter = isOrdered ? left : right;
  const longer = isOrdered ? right : left;
  const length = load<u32>(shorter, LENGTH);
  if (length < MIN_PREFIX) return MISSING;
  const extra = load<u32>(longer, LENGTH) - length;
  const text = shorter + TEXT;
  let from = longer + TEXT;
  if (areSame(from, text, length)) return PREFIX;
  if (length >= MIN_INSIDE) {
    const end = from + <usize>extra * 2;
    while (from < end) {
      from += 2;
      if (areSame(from, text, length)) return INSIDE;
    }
  }
  if (length < MIN_NEAR || extra > 1) return MISSING;
  return isOneEditApart(text, longer + TEXT, length, extra) ? NEAR : MISSING;
}

/** Whether one letter inserted, dropped, changed or swapped with its neighbour makes one word the other. */
function isOneEditApart(shorter: usize, longer: usize, length: u32, extra: u32): bool {
  const end = shorter + <usize>length * 2;
  let start = shorter;
  let other = longer;
  while (start < end && load<u16>(start) === load<u16>(other)) {
    start += 2;
    other += 2;
  }
  let last = end;
  let otherLast = longer + <usize>(length + extra) * 2;
  while (last > start && load<u16>(last - 2) === load<u16>(otherLast - 2)) {
    last -= 2;
    otherLast -= 2;
  }
  const rest = last - start;
  if (extra === 1) return rest === 0;
  if (rest <= 2) return true;
  return (
    rest === 4 &&
    load<u16>(start) === load<u16>(other, 2) &&
    load<u16>(start, 2) === load<u16>(other)
  );
}

/** Whether at most two bits are set. */
function hasAtMostTwo(bits: u32): bool {
  const withoutOne = bits & (bits - 1);
  return (withoutOne & (withoutOne - 1)) === 0;
}
