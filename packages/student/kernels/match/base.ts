// AssemblyScript: the features that all match blocks have, as src/features/match-block.ts has them.
import { combineHashes } from '../features/hash';
import { KIND, LENGTH, STEM, STEM_HASH } from '../features/memory';
import { NOT_FOUND, NUM_CLASSES, NUM_KINDS, NUMBER_KIND, SURE } from './find';
import {
  ASKED,
  bucket,
  bucketOfPower,
  MATCH_CLASSES,
  POSITIONS,
  pushHashed,
  SHARE,
  SURENESS,
  TITLE_LENGTH,
} from './memory';

/** Kinds of hashed feature. */
const WORD_SURENESS: u32 = 1;
const LAST_WORD_SURENESS: u32 = 2;
const PAIR_SURENESS: u32 = 3;
const WORD_BEFORE_HEAD: u32 = 4;
const WORD_AFTER_HEAD: u32 = 5;
const LAST_WORDS: u32 = 6;

export const NUM_SHARES: u32 = 6;
const NUM_LENGTHS: u32 = 6;

// First rows of the features.
const WORD_CLASS: u32 = 0;
const WORD_CLASS_FROM_END = WORD_CLASS + NUM_CLASSES;
const WORD_CLASS_FIRST = WORD_CLASS_FROM_END + NUM_CLASSES * 4;
const WORD_CLASS_KIND = WORD_CLASS_FIRST + NUM_CLASSES;
const FOUND_POSITION = WORD_CLASS_KIND + NUM_CLASSES * NUM_KINDS;
const FOUND_FROM_END = FOUND_POSITION + 2 * 6;
const PAIR_RELATION = FOUND_FROM_END + 2 * 2 * 5;
const SURE_SHARE = PAIR_RELATION + 2 * 6;
const ANY_SHARE = SURE_SHARE + NUM_SHARES * NUM_LENGTHS;
const LETTER_SHARE = ANY_SHARE + NUM_SHARES * NUM_LENGTHS;
const TITLE_SHARE = LETTER_SHARE + NUM_SHARES;
const TITLE_WORDS = TITLE_SHARE + NUM_SHARES;
const NUMBER_STATE = TITLE_WORDS + 7;
const HEAD_AND_REST = NUMBER_STATE + 5;
const TITLE_END = HEAD_AND_REST + 3 * NUM_SHARES;
const TITLE_START = TITLE_END + 2 * 3;
const LONGEST_RUN = TITLE_START + 2;
const GAP = LONGEST_RUN + 2 * 5;

// How neighbours of the query stand in the title.
const ADJACENT: u32 = 0;
const CLOSE: u32 = 1;
const REVERSED: u32 = 2;
const APART: u32 = 3;
const ONE: u32 = 4;
const NONE: u32 = 5;

// What became of the query's numbers.
const NO_NUMBER: u32 = 0;
const ALL_FOUND: u32 = 1;
const SOME_FOUND: u32 = 2;
const OTHER_NUMBER: u32 = 3;
const NO_NUMBER_IN_TITLE: u32 = 4;

export function appendBase(query: usize, title: usize, end: usize, to: usize): usize {
  for (let place = query; place < title; place += 4) to = appendWord(query, title, end, place, to);
  for (let place = query; place + 4 < title; place += 4) {
    to = appendNeighbours(query, title, end, place, to);
  }
  to = appendCoverage(query, title, end, to);
  to = appendNumbers(query, title, end, to);
  to = appendHead(query, title, end, to);
  return appendTitle(query, title, end, to);
}

function appendWord(query: usize, title: usize, end: usize, place: usize, to: usize): usize {
  const word: usize = load<u32>(place);
  const at = place - query;
  const matchClass = load<u32>(at, MATCH_CLASSES);
  const sureness = load<u32>(at, SURENESS);
  const fromEnd = <u32>((title - place) >> 2) - 1;
  store<u32>(to, WORD_CLASS + matchClass);
  store<u32>(to, WORD_CLASS_FROM_END + min(fromEnd, 3) * NUM_CLASSES + matchClass, 4);
  to += 8;
  if (at === 0) {
    store<u32>(to, WORD_CLASS_FIRST + matchClass);
    to += 4;
  }
  store<u32>(to, WORD_CLASS_KIND + matchClass * NUM_KINDS + load<u32>(word, KIND));
  const stem = load<u32>(word, STEM_HASH);
  to = pushHashed(to + 4, WORD_SURENESS, stem, sureness);
  if (fromEnd === 0) to = pushHashed(to, LAST_WORD_SURENESS, stem, sureness);
  if (sureness === NOT_FOUND) return to;
  const isSure = sureness >> 1;
  const position = load<u32>(at, POSITIONS);
  const positionFromEnd = <u32>((end - title) >> 2) - 1 - position;
  const isLast: u32 = fromEnd === 0 ? 1 : 0;
  store<u32>(to, FOUND_POSITION + bucketOfPower(position, 5) * 2 + isSure);
  store<u32>(to, FOUND_FROM_END + (bucketOfPower(positionFromEnd, 4) * 2 + isSure) * 2 + isLast, 4);
  return to + 8;
}

function appendNeighbours(query: usize, title: usize, end: usize, place: usize, to: usize): usize {
  const at = place - query;
  const first = load<u32>(at, SURENESS);
  const second = load<u32>(at, SURENESS + 4);
  const word: usize = load<u32>(place);
  const next: usize = load<u32>(place, 4);
  let relation = NONE;
  if (first !== NOT_FOUND && second !== NOT_FOUND) {
    // Below 0 it wraps around.
    const gap = load<u32>(at, POSITIONS + 4) - load<u32>(at, POSITIONS);
    if (areNeighbours(title, end, word, next)) relation = ADJACENT;
    else if (areNeighbours(title, end, next, word)) relation = REVERSED;
    else relation = gap <= 3 ? CLOSE : APART;
  } else if (first !== second) relation = ONE;
  store<u32>(to, PAIR_RELATION + relation * 2 + (place + 8 === title ? 1 : 0));
  const stems = combineHashes(load<u32>(word, STEM_HASH), load<u32>(next, STEM_HASH));
  return pushHashed(to + 4, PAIR_SURENESS, stems, min(first, second));
}

/** Whether two words of the query stand in the title side by side, by stem. */
function areNeighbours(title: usize, end: usize, left: usize, right: usize): bool {
  const first = load<u32>(left, STEM);
  const second = load<u32>(right, STEM);
  for (let place = title; place + 4 < end; place += 4) {
    if (load<u32>(load<u32>(place), STEM) !== first) continue;
    if (load<u32>(load<u32>(place, 4), STEM) === second) return true;
  }
  return false;
}

function appendCoverage(query: usize, title: usize, end: usize, to: usize): usize {
  let numSure: u32 = 0;
  let numAny: u32 = 0;
  let sureLetters: u32 = 0;
  let letters: u32 = 0;
  let first: i32 = i32.MAX_VALUE;
  let last: i32 = -1;
  let run: u32 = 0;
  let longestRun: u32 = 0;
  for (let place = query; place < title; place += 4) {
    const word: usize = load<u32>(place);
    const at = place - query;
    const sureness = load<u32>(at, SURENESS);
    const length = load<u32>(word, LENGTH);
    letters += length;
    if (sureness !== NOT_FOUND) {
      numAny += 1;
      first = min(first, load<i32>(at, POSITIONS));
      last = max(last, load<i32>(at, POSITIONS));
    }
    if (sureness !== SURE) {
      run = 0;
      continue;
    }
    numSure += 1;
    sureLetters += length;
    run = run > 0 && areNeighbours(title, end, load<u32>(place - 4), word) ? run + 1 : 1;
    longestRun = max(longestRun, run);
  }
  const numWords = <u32>((title - query) >> 2);
  const length = (min(numWords, NUM_LENGTHS) - 1) * NUM_SHARES;
  const isWhole: u32 = longestRun === numWords ? 1 : 0;
  store<u32>(to, SURE_SHARE + length + share(numSure, numWords));
  store<u32>(to, ANY_SHARE + length + share(numAny, numWords), 4);
  store<u32>(to, LETTER_SHARE + share(sureLetters, letters), 8);
  store<u32>(to, LONGEST_RUN + min(longestRun, 4) * 2 + isWhole, 12);
  if (numAny < 2) return to + 16;
  store<u32>(to, GAP + bucketOfPower(max(last - first + 1 - <i32>numAny, 0), 4), 16);
  return to + 20;
}

/** Bucket of a share. */
export function share(part: u32, whole: u32): u32 {
  return bucket(<f64>part / <f64>whole, SHARE);
}

function appendNumbers(query: usize, title: usize, end: usize, to: usize): usize {
  let numNumbers: u32 = 0;
  let numFound: u32 = 0;
  for (let place = query; place < title; place += 4) {
    if (load<u32>(load<u32>(place), KIND) !== NUMBER_KIND) continue;
    numNumbers += 1;
    if (load<u32>(place - query, SURENESS) === SURE) numFound += 1;
  }
  let state = NO_NUMBER;
  if (numNumbers > 0) {
    state = SOME_FOUND;
    if (numFound === numNumbers) state = ALL_FOUND;
    else if (numFound === 0) state = hasNumber(title, end) ? OTHER_NUMBER : NO_NUMBER_IN_TITLE;
  }
  store<u32>(to, NUMBER_STATE + state);
  return to + 4;
}

/** Whether the title has a number. */
function hasNumber(title: usize, end: usize): bool {
  for (let place = title; place < end; place += 4) {
    if (load<u32>(load<u32>(place), KIND) === NUMBER_KIND) return true;
  }
  return false;
}

function appendHead(query: usize, title: usize, end: usize, to: usize): usize {
  const head = title - 4;
  let numOthersSure: u32 = 0;
  for (let place = query; place < head; place += 4) {
    if (load<u32>(place - query, SURENESS) === SURE) numOthersSure += 1;
  }
  const others = <u32>((head - query) >> 2);
  const sureness = load<u32>(head - query, SURENESS);
  const shareOfOthers = others === 0 ? NUM_SHARES - 1 : share(numOthersSure, others);
  store<u32>(to, HEAD_AND_REST + sureness * NUM_SHARES + shareOfOthers);
  to += 4;
  if (title === end) return to;
  const stem = load<u32>(load<u32>(head), STEM_HASH);
  const titleStem = load<u32>(load<u32>(end - 4), STEM_HASH);
  to = pushHashed(to, LAST_WORDS, combineHashes(stem, titleStem), sureness);
  if (sureness !== SURE) return to;
  const found = title + <usize>load<u32>(head - query, POSITIONS) * 4;
  // 0 stands for the edge of the title.
  const before = found === title ? 0 : load<u32>(load<u32>(found - 4), STEM_HASH);
  const after = found + 4 === end ? 0 : load<u32>(load<u32>(found, 4), STEM_HASH);
  to = pushHashed(to, WORD_BEFORE_HEAD, before, 0);
  return pushHashed(to, WORD_AFTER_HEAD, after, 0);
}

function appendTitle(query: usize, title: usize, end: usize, to: usize): usize {
  const numWords = (end - title) >> 2;
  store<u32>(to, TITLE_WORDS + bucket(numWords, TITLE_LENGTH));
  if (numWords === 0) return to + 4;
  let numAsked: u32 = 0;
  for (let position: usize = 0; position < numWords; position++) {
    numAsked += load<u8>(position, ASKED);
  }
  const head = load<u32>(title - query, SURENESS - 4);
  store<u32>(to, TITLE_SHARE + share(numAsked, <u32>numWords), 4);
  store<u32>(to, TITLE_END + head * 2 + load<u8>(numWords, ASKED - 1), 8);
  store<u32>(to, TITLE_START + load<u8>(0, ASKED), 12);
  return to + 16;
}
