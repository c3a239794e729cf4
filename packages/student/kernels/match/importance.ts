// AssemblyScript: the family `importance`, as src/features/importance-family.ts has it.
import { IMPORTANCE, WEIGHT } from '../features/memory';
import { share } from './base';
import { NOT_FOUND, NUM_CLASSES, SURE } from './find';
import { ASKED, bucket, MATCH_CLASSES, SURENESS, WEIGHT_COVERAGE } from './memory';

const NUM_IMPORTANCES: u32 = 7;
const NUM_COVERAGES: u32 = 10;
const NUM_LENGTHS: u32 = 4;
const MAX_MISSING: u32 = 3;

// First rows of the features.
const FOUND: u32 = 0;
const MATCH_CLASS = FOUND + NUM_IMPORTANCES * 3 * 2;
const SURE_COVERAGE = MATCH_CLASS + NUM_IMPORTANCES * NUM_CLASSES;
const ANY_COVERAGE = SURE_COVERAGE + NUM_COVERAGES * NUM_LENGTHS;
const MOST_MISSED = ANY_COVERAGE + NUM_COVERAGES * NUM_LENGTHS;
const TITLE_COVERAGE = MOST_MISSED + 1 + MAX_MISSING * NUM_IMPORTANCES;
const MOST_UNASKED = TITLE_COVERAGE + NUM_COVERAGES;

export function appendImportance(
  query: usize,
  title: usize,
  end: usize,
  row: u32,
  to: usize,
): usize {
  let whole: f64 = 0;
  let sure: f64 = 0;
  let found: f64 = 0;
  let numSure: u32 = 0;
  let numMissing: u32 = 0;
  let mostMissed: u32 = 0;
  for (let place = query; place < title; place += 4) {
    const word: usize = load<u32>(place);
    const importance = load<u32>(word, IMPORTANCE);
    const weight = load<f64>(word, WEIGHT);
    const sureness = load<u32>(place - query, SURENESS);
    const matchClass = load<u32>(place - query, MATCH_CLASSES);
    const isLast: u32 = place + 4 === title ? 1 : 0;
    store<u32>(to, row + FOUND + (importance * 3 + sureness) * 2 + isLast);
    store<u32>(to, row + MATCH_CLASS + importance * NUM_CLASSES + matchClass, 4);
    to += 8;
    whole += weight;
    if (sureness === NOT_FOUND) {
      numMissing += 1;
      mostMissed = max(mostMissed, importance);
    } else found += weight;
    if (sureness !== SURE) continue;
    sure += weight;
    numSure += 1;
  }
  const numWords = <u32>((title - query) >> 2);
  const length = (min(numWords, NUM_LENGTHS) - 1) * NUM_COVERAGES;
  const missing = min(numMissing, MAX_MISSING);
  const missed = missing === 0 ? 0 : 1 + (missing - 1) * NUM_IMPORTANCES + mostMissed;
  store<u32>(to, row + SURE_COVERAGE + length + bucket(sure / whole, WEIGHT_COVERAGE));
  store<u32>(to, row + ANY_COVERAGE + length + bucket(found / whole, WEIGHT_COVERAGE), 4);
  store<u32>(to, row + MOST_MISSED + missed, 8);
  return appendTitle(title, end, row, to + 12, share(numSure, numWords));
}

function appendTitle(title: usize, end: usize, row: u32, to: usize, shareOfQuery: u32): usize {
  if (title === end) return to;
  let whole: f64 = 0;
  let wanted: f64 = 0;
  let mostUnasked: u32 = 0;
  let asked = ASKED;
  for (let place = title; place < end; place += 4, asked++) {
    const word: usize = load<u32>(place);
    const weight = load<f64>(word, WEIGHT);
    whole += weight;
    if (load<u8>(asked)) wanted += weight;
    else mostUnasked = max(mostUnasked, 1 + load<u32>(word, IMPORTANCE));
  }
  store<u32>(to, row + TITLE_COVERAGE + bucket(wanted / whole, WEIGHT_COVERAGE));
  store<u32>(to, row + MOST_UNASKED + shareOfQuery * (1 + NUM_IMPORTANCES) + mostUnasked, 4);
  return to + 8;
}
