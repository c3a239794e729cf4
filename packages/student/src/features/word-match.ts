// How one word of a query is found in a title. Knows no features and no ids.
import { CODE_KIND, type Lexicon, NUMBER_KIND } from './lexicon.js';

/**
 * Ways a word is found, best first: the same word; the same stem; joined ("doorbell" for "door bell" or the
 * other way round); one word begins with the other; one contains the other; one edit apart; not at all.
 */
export const MATCH_CLASSES = [
  'exact',
  'stem',
  'joined',
  'prefix',
  'inside',
  'near',
  'missing',
] as const;
export const EXACT = 0;
export const STEM = 1;
export const JOINED = 2;
export const PREFIX = 3;
export const INSIDE = 4;
export const NEAR = 5;
export const MISSING = 6;

/** Shortest part of a word that counts, in UTF-16 units. */
const MIN_PREFIX = 3;
const MIN_INSIDE = 4;
const MIN_NEAR = 5;
const MIN_JOINED = 4;

/** How a query word is found and where: `position` is the first title word of that class, -1 for missing. */
export interface WordMatch {
  matchClass: number;
  position: number;
}

/** Words as numbers of a lexicon; `words` may be longer than `numWords`. */
export interface WordList {
  readonly words: Int32Array;
  readonly numWords: number;
}

/** A query, a title and the lexicon that their words are numbers of. */
export interface Pair {
  readonly query: WordList;
  readonly title: WordList;
  readonly lexicon: Lexicon;
}

/**
 * Finds query word `index` in the title and writes how and where into `into`.
 * A number matches the same number only; a code (letters and digits) no other code one edit apart.
 */
export function findWord(into: WordMatch, index: number, pair: Pair): void {
  const { query, title, lexicon } = pair;
  const word = query.words[index];
  const stem = lexicon.stems[word];
  into.matchClass = MISSING;
  into.position = -1;
  for (let position = 0; position < title.numWords && into.matchClass !== EXACT; position++) {
    // The same word has the same stem.
    const other = title.words[position];
    if (lexicon.stems[other] !== stem) continue;
    improve(into, other === word ? EXACT : STEM, position);
  }
  if (into.matchClass === MISSING && lexicon.kinds[word] !== NUMBER_KIND) {
    findLoosely(into, index, pair);
  }
}

function improve(into: WordMatch, matchClass: number, position: number): void {
  if (matchClass >= into.matchClass) return;
  into.matchClass = matchClass;
  into.position = position;
}

/** Finds a query word among title words that differ from it in stem too. Lengths and letters tell most of them apart. */
function findLoosely(into: WordMatch, index: number, pair: Pair): void {
  const { query, title, lexicon } = pair;
  const { lengths, kinds } = lexicon;
  const word = query.words[index];
  const length = lengths[word];
  // Letters with the word behind, and with the one before.
  const withNext = index + 1 < query.numWords ? length + lengths[query.words[index + 1]] : -1;
  const withLast = index > 0 ? length + lengths[query.words[index - 1]] : -1;
  const letters = lexicon.letters[word];
  const isCode = kinds[word] === CODE_KIND;
  for (let position = 0; position < title.numWords; position++) {
    const other = title.words[position];
    const titleLength = lengths[other];
    const mayBeJoined =
      titleLength === withNext ||
      titleLength === withLast ||
      (position + 1 < title.numWords &&
        titleLength + lengths[title.words[position + 1]] === length);
    if (mayBeJoined && isJoined(index, position, pair)) improve(into, JOINED, position);
    if (kinds[other] === NUMBER_KIND) continue;
    const titleLetters = lexicon.letters[other];
    const difference = letters ^ titleLetters;
    // Letters of the shorter word that the longer one lacks.
    const lacking = difference & (length <= titleLength ? letters : titleLetters);
    const mayBeNear = !isCode && kinds[other] !== CODE_KIND && hasAtMostTwo(difference);
    if (lacking !== 0 && !mayBeNear) continue;
    const matchClass = compareLetters(lexicon.words[word], lexicon.words[other]);
    if (matchClass < NEAR || mayBeNear) improve(into, matchClass, position);
  }
}

/** Whether a query word is two words of the title, from `position` on, or the word there is it and a neighbour. */
function isJoined(index: number, position: number, { query, title, lexicon }: Pair): boolean {
  const wanted = query.words[index];
  const candidate = title.words[position];
  return (
    (position + 1 < title.numWords &&
      isWhole(wanted, candidate, title.words[position + 1], lexicon)) ||
    (index + 1 < query.numWords && isWhole(candidate, wanted, query.words[index + 1], lexicon)) ||
    (index > 0 && isWhole(candidate, query.words[index - 1], wanted, lexicon))
  );
}

/** Whether a word is two others, one behind the other. */
function isWhole(whole: number, first: number, second: number, lexicon: Lexicon): boolean {
  const { lengths, words } = lexicon;
  return (
    lengths[whole] >= MIN_JOINED &&
    lengths[whole] === lengths[first] + lengths[second] &&
    words[whole].startsWith(words[first]) &&
    words[whole].endsWith(words[second])
  );
}

/** `PREFIX`, `INSIDE`, `NEAR` or `MISSING` by the letters of two different words. */
function compareLetters(left: string, right: string): number {
  const isOrdered = left.length <= right.length;
  const shorter = isOrdered ? left : right;
  const longer = isOrdered ? right : left;
  const { length } = shorter;
  if (length < MIN_PREFIX) return MISSING;
  if (longer.startsWith(shorter)) return PREFIX;
  if (length >= MIN_INSIDE && longer.includes(shorter)) return INSIDE;
  return length >= MIN_NEAR && isOneEditApart(shorter, longer) ? NEAR : MISSING;
}

/** Whether at most two bits are set. */
function hasAtMostTwo(bits: number): boolean {
  const withoutOne = bits & (bits - 1);
  return (withoutOne & (withoutOne - 1)) === 0;
}

/** Whether one letter inserted, dropped, changed or swapped with its neighbour makes one word the other. */
export function isOneEditApart(shorter: string, longer: string): boolean {
  const extra = longer.length - shorter.length;
  if (extra > 1) return false;
  let start = 0;
  while (start < shorter.length && shorter[start] === longer[start]) start++;
  let end = 0;
  while (
    end < shorter.length - start &&
    shorter[shorter.length - 1 - end] === longer[longer.length - 1 - end]
  ) {
    end++;
  }
  const rest = shorter.length - start - end;
  if (extra === 1) return rest === 0;
  if (rest <= 1) return true;
  return rest === 2 && shorter[start] === longer[start + 1] && shorter[start + 1] === longer[start];
}
