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
  /** The stems of the title's words. */
  readonly titleStems: Int32Array;
}

/**
 * Finds query word `index` in the title and writes how and where into `into`.
 * A number matches the same number only; a code (letters and digits) no other code one edit apart.
 */
export function findWord(into: WordMatch, index: number, pair: Pair): void {
  const { query, title, lexicon, titleStems } = pair;
  const { stems, kinds } = lexicon;
  const word = query.words[index];
  const stem = stems[word];
  into.matchClass = MISSING;
  into.position = -1;
  for (let position = 0; position < title.numWords && into.matchClass !== EXACT; position++) {
    // The same word has the same stem.
    if (titleStems[position] !== stem) continue;
    improve(into, title.words[position] === word ? EXACT : STEM, position);
  }
  if (into.matchClass !== MISSING || kinds[word] === NUMBER_KIND) return;
  for (let position = 0; position < title.numWords; position++) {
    improve(into, compareLoosely(pair, index, position), position);
  }
}

function improve(into: WordMatch, matchClass: number, position: number): void {
  if (matchClass >= into.matchClass) return;
  into.matchClass = matchClass;
  into.position = position;
}

/** Class of a query word and a title word that differ also in stem. */
function compareLoosely({ query, title, lexicon }: Pair, index: number, position: number): number {
  const { kinds } = lexicon;
  const wanted = query.words[index];
  const candidate = title.words[position];
  if (position + 1 < title.numWords) {
    if (isJoined(wanted, candidate, title.words[position + 1], lexicon)) return JOINED;
  }
  if (index + 1 < query.numWords) {
    if (isJoined(candidate, wanted, query.words[index + 1], lexicon)) return JOINED;
  }
  if (index > 0 && isJoined(candidate, query.words[index - 1], wanted, lexicon)) return JOINED;
  const kind = kinds[candidate];
  if (kind === NUMBER_KIND) return MISSING;
  const mayBeNear = kind !== CODE_KIND && kinds[wanted] !== CODE_KIND;
  return compareParts(wanted, candidate, mayBeNear, lexicon);
}

function isJoined(whole: number, first: number, second: number, lexicon: Lexicon): boolean {
  const { lengths, words } = lexicon;
  return (
    lengths[whole] >= MIN_JOINED &&
    lengths[whole] === lengths[first] + lengths[second] &&
    words[whole].startsWith(words[first]) &&
    words[whole].endsWith(words[second])
  );
}

/** `PREFIX`, `INSIDE`, `NEAR` or `MISSING` for two different words, most of which their letters tell apart. */
function compareParts(
  left: number,
  right: number,
  mayBeNear: boolean,
  { lengths, letters, words }: Lexicon,
): number {
  const isOrdered = lengths[left] <= lengths[right];
  const shorter = isOrdered ? left : right;
  const longer = isOrdered ? right : left;
  const length = lengths[shorter];
  if (length < MIN_PREFIX) return MISSING;
  if ((letters[shorter] & ~letters[longer]) === 0) {
    if (words[longer].startsWith(words[shorter])) return PREFIX;
    if (length >= MIN_INSIDE && words[longer].includes(words[shorter])) return INSIDE;
  }
  if (!mayBeNear || length < MIN_NEAR || lengths[longer] - length > 1) return MISSING;
  const difference = letters[shorter] ^ letters[longer];
  const withoutOne = difference & (difference - 1);
  if ((withoutOne & (withoutOne - 1)) !== 0) return MISSING;
  return isOneEditApart(words[shorter], words[longer]) ? NEAR : MISSING;
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
