// AssemblyScript: the family `quantities`, as src/features/quantities-family.ts has it.
import { KIND, UNIT, VALUE } from '../features/memory';
import { NUMBER_KIND } from './find';
import { bucket, RATIO } from './memory';

/** JavaScript's own, whose last bit may decide which of two numbers is nearer. */
declare function log(value: f64): f64;

const NUM_STATES: u32 = 5;
const SAME: u32 = 0;
const OTHER_UNIT: u32 = 1;
const OTHER_NUMBER: u32 = 2;
const NUMBERS: u32 = 3;
const NO_NUMBER: u32 = 4;

const IS_UNIT: u32 = 1;
const IS_TIMES: u32 = 2;

// First rows of the features.
const STATE: u32 = 0;
const NEAREST_RATIO = STATE + 2 * NUM_STATES;
const WORST = NEAREST_RATIO + 6;

export function appendQuantities(
  query: usize,
  title: usize,
  end: usize,
  row: u32,
  to: usize,
): usize {
  let numNumbers: u32 = 0;
  let worst: u32 = 0;
  for (let place = query; place < title; place += 4) {
    const wanted: usize = load<u32>(place);
    if (load<u32>(wanted, KIND) !== NUMBER_KIND) continue;
    numNumbers += 1;
    const unit = unitAfter(place, title);
    let best = NO_NUMBER;
    let nearest: f64 = 0;
    for (let other = title; other < end; other += 4) {
      const word: usize = load<u32>(other);
      if (load<u32>(word, KIND) !== NUMBER_KIND) continue;
      const hasUnit = unit !== 0 && unitAfter(other, end) === unit;
      let state = hasUnit ? OTHER_NUMBER : NUMBERS;
      if (word === wanted) state = hasUnit || unit === 0 ? SAME : OTHER_UNIT;
      if (state === OTHER_NUMBER) {
        const ratio = load<f64>(word, VALUE) / load<f64>(wanted, VALUE);
        if (distance(ratio) < distance(nearest)) nearest = ratio;
      }
      best = min(best, state);
    }
    store<u32>(to, row + STATE + (unit === 0 ? 0 : NUM_STATES) + best);
    to += 4;
    if (best === OTHER_NUMBER) {
      store<u32>(to, row + NEAREST_RATIO + bucket(nearest, RATIO));
      to += 4;
    }
    worst = max(worst, best);
  }
  if (numNumbers === 0) return to;
  store<u32>(to, row + WORST + (numNumbers === 1 ? 0 : NUM_STATES) + worst);
  return to + 4;
}

function distance(ratio: f64): f64 {
  return abs(log(ratio));
}

/** The unit that belongs to the number at a place, 0 for none; in "2 x 4 in" both are inches. */
function unitAfter(place: usize, end: usize): usize {
  let next = place + 4;
  while (
    next + 4 < end &&
    load<u32>(load<u32>(next), UNIT) === IS_TIMES &&
    load<u32>(load<u32>(next, 4), KIND) === NUMBER_KIND
  ) {
    next += 8;
  }
  if (next >= end) return 0;
  const word: usize = load<u32>(next);
  return load<u32>(word, UNIT) === IS_UNIT ? word : 0;
}
