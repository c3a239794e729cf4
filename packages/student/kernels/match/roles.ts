// AssemblyScript: the family `roles`, as src/features/roles-family.ts has it.
import { DIVISION, START_CLASS, TURNING } from '../features/memory';
import { NOT_FOUND, SURE } from './find';
import { ASKED, POSITIONS, SURENESS } from './memory';

const HEAD_PLACES: u32 = 4;
const FOUND_PLACES: u32 = 4;
const NUM_START_CLASSES: u32 = 4;
const NUM_TURNING: u32 = 12;

// First rows of the features.
const HEAD_PLACE: u32 = 0;
const HEADS = HEAD_PLACE + 3 * HEAD_PLACES;
const DIVIDERS = HEADS + 2 * 3;
const TURNING_WORD = DIVIDERS + 2 * 2;
const BRAND_WORD = TURNING_WORD + NUM_TURNING * 3;
const BRANDS = BRAND_WORD + NUM_START_CLASSES * FOUND_PLACES;

export function appendRoles(query: usize, title: usize, end: usize, row: u32, to: usize): usize {
  to = appendHead(query, title, end, row, to);
  to = appendTurning(query, title, end, row, to);
  return appendBrand(query, title, end, row, to);
}

function appendHead(query: usize, title: usize, end: usize, row: u32, to: usize): usize {
  const divider = findDivider(title, end);
  const isDivided = divider < end;
  const sureness = load<u32>(title - query, SURENESS - 4);
  let place: u32 = 0;
  if (sureness !== NOT_FOUND) {
    const behind = title + <usize>load<u32>(title - query, POSITIONS - 4) * 4 + 4;
    place = behind > divider ? 3 : behind === divider ? 2 : 1;
  }
  const division = isDivided ? load<u32>(load<u32>(divider), DIVISION) : 0;
  const isAsked: u32 = title < end ? load<u8>((divider - title) >> 2, ASKED - 1) : 0;
  const isQueryDivided: u32 = findDivider(query, title) < title ? 1 : 0;
  store<u32>(to, row + HEAD_PLACE + division * HEAD_PLACES + place);
  store<u32>(to, row + HEADS + isAsked * 3 + sureness, 4);
  store<u32>(to, row + DIVIDERS + isQueryDivided * 2 + (isDivided ? 1 : 0), 8);
  return to + 12;
}

/** The first divider behind the first word; the end for none. */
function findDivider(words: usize, end: usize): usize {
  for (let place = words + 4; place < end; place += 4) {
    if (load<u32>(load<u32>(place), DIVISION) > 0) return place;
  }
  return end;
}

function appendTurning(query: usize, title: usize, end: usize, row: u32, to: usize): usize {
  const queryWords = turningWords(query, title);
  const titleWords = turningWords(title, end);
  let turning: u32 = 0;
  for (let left = queryWords | titleWords; left !== 0; left >>>= 1, turning++) {
    const state = ((titleWords >>> turning) & 1) + ((queryWords >>> turning) & 1) * 2;
    if (state === 0) continue;
    store<u32>(to, row + TURNING_WORD + turning * 3 + state - 1);
    to += 4;
  }
  return to;
}

/** Bits of the turning words of a text. */
function turningWords(words: usize, end: usize): u32 {
  let bits: u32 = 0;
  for (let place = words; place < end; place += 4) bits |= load<u32>(load<u32>(place), TURNING);
  return bits;
}

function appendBrand(query: usize, title: usize, end: usize, row: u32, to: usize): usize {
  let highest: u32 = 0;
  for (let place = query; place < title; place += 4) {
    const startClass = load<u32>(load<u32>(place), START_CLASS);
    highest = max(highest, startClass);
    let found = load<u32>(place - query, SURENESS);
    if (found === SURE && load<u32>(place - query, POSITIONS) !== 0) found = 3;
    store<u32>(to, row + BRAND_WORD + startClass * FOUND_PLACES + found);
    to += 4;
  }
  if (title === end) return to;
  const first = load<u32>(load<u32>(title), START_CLASS) * 2 + load<u8>(0, ASKED);
  store<u32>(to, row + BRANDS + first * NUM_START_CLASSES + highest);
  return to + 4;
}
