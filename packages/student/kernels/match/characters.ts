// AssemblyScript: the family `characters`, as src/features/characters-family.ts has it.
import { GRAMS, KIND, NUM_GRAMS } from '../features/memory';
import { NUM_KINDS, NUMBER_KIND, SURE } from './find';
import { bucket, LANES, LIKENESS, LIKENESSES, SPELLING_COVERAGE, SURENESS } from './memory';

const NUM_LIKENESSES: u32 = 7;
const LANE_BYTES: usize = 8;
const LANES_END = LANES + 4 * LANE_BYTES;
/** A lane of the places of n-grams: how many n-grams a word has in common with a query word. */
const LANE_BITS: u32 = 8;
const LANE_MASK: u32 = 255;

// First rows of the features.
const NEAREST: u32 = 0;
const LEAST = NEAREST + NUM_LIKENESSES * NUM_KINDS * 2;
const COVERAGE = LEAST + NUM_LIKENESSES;

export function appendCharacters(
  query: usize,
  title: usize,
  end: usize,
  row: u32,
  to: usize,
): usize {
  compare(query, title, end);
  let whole: f64 = 0;
  let covered: f64 = 0;
  let least: f64 = 1;
  for (let place = query; place < title; place += 4) {
    const word: usize = load<u32>(place);
    const kind = load<u32>(word, KIND);
    if (kind === NUMBER_KIND) continue;
    const size = <f64>load<u32>(word, NUM_GRAMS);
    whole += size;
    if (load<u32>(place - query, SURENESS) === SURE) {
      covered += size;
      continue;
    }
    const likeness = load<f64>((place - query) * 2, LIKENESSES);
    covered += likeness * size;
    least = min(least, likeness);
    const isLast: u32 = place + 4 === title ? 1 : 0;
    store<u32>(to, row + NEAREST + (bucket(likeness, LIKENESS) * NUM_KINDS + kind) * 2 + isLast);
    to += 4;
  }
  if (whole === 0) return to;
  store<u32>(to, row + LEAST + bucket(least, LIKENESS));
  store<u32>(to, row + COVERAGE + bucket(covered / whole, SPELLING_COVERAGE), 4);
  return to + 8;
}

/** Works out the likenesses that are wanted: those of words, not numbers, that are not found for sure. */
function compare(query: usize, title: usize, end: usize): void {
  let lane = LANES;
  for (let place = query; place < title; place += 4) {
    const word: usize = load<u32>(place);
    if (load<u32>(place - query, SURENESS) !== SURE && load<u32>(word, KIND) !== NUMBER_KIND) {
      store<u32>(lane, <u32>word);
      store<u32>(lane, <u32>(LIKENESSES + (place - query) * 2), 4);
      lane += LANE_BYTES;
    }
    if (lane === LANES_END || (lane > LANES && place + 4 === title)) {
      compareLanes(title, end, lane);
      lane = LANES;
    }
  }
}

function compareLanes(title: usize, titleEnd: usize, end: usize): void {
  let one: u32 = 1;
  for (let lane = LANES; lane < end; lane += LANE_BYTES, one <<= LANE_BITS) {
    store<f64>(load<u32>(lane, 4), 0);
    const word: usize = load<u32>(lane);
    let gram: usize = load<u32>(word, GRAMS);
    for (const last = gram + <usize>load<u32>(word, NUM_GRAMS) * 4; gram < last; gram += 4) {
      const place: usize = load<u32>(gram);
      store<u32>(place, load<u32>(place) + one);
    }
  }
  for (let place = title; place < titleEnd; place += 4) {
    const word: usize = load<u32>(place);
    if (load<u32>(word, KIND) === NUMBER_KIND) continue;
    const size = load<u32>(word, NUM_GRAMS);
    let gram: usize = load<u32>(word, GRAMS);
    let counts: u32 = 0;
    for (const last = gram + <usize>size * 4; gram < last; gram += 4) {
      counts += load<u32>(load<u32>(gram));
    }
    if (counts === 0) continue;
    for (let lane = LANES; lane < end; lane += LANE_BYTES, counts >>>= LANE_BITS) {
      const both = load<u32>(load<u32>(lane), NUM_GRAMS) + size;
      const likeness = <f64>(2 * (counts & LANE_MASK)) / <f64>both;
      const best: usize = load<u32>(lane, 4);
      if (likeness > load<f64>(best)) store<f64>(best, likeness);
    }
  }
  for (let lane = LANES; lane < end; lane += LANE_BYTES) {
    const word: usize = load<u32>(lane);
    let gram: usize = load<u32>(word, GRAMS);
    for (const last = gram + <usize>load<u32>(word, NUM_GRAMS) * 4; gram < last; gram += 4) {
      store<u32>(load<u32>(gram), 0);
    }
  }
}
