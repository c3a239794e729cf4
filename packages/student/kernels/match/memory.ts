// AssemblyScript: where lies what match features need. src/features/match-places.ts has the same numbers and fills what is not
// scratch.
import { combineHashes } from '../features/hash';
import { MATCH_SCRATCH } from '../features/memory';

// What the caller writes once.
const FIRST_BYTE: usize = 1024;
/** Rows that are no buckets of hashes, and how many those are. */
const NUM_FIXED = FIRST_BYTE;
const NUM_BUCKETS = FIRST_BYTE + 4;
export const NUM_FAMILIES = FIRST_BYTE + 8;
/** Kind and first row of each. */
export const FAMILIES = FIRST_BYTE + 12;
export const FAMILY_BYTES: usize = 8;
/** Edges of buckets, 64 bits each; the last one of a list is infinite. */
const EDGES = FIRST_BYTE + 64;
const EDGE_BYTES: usize = 8 * 10;
export const TITLE_LENGTH: usize = EDGES;
export const SHARE: usize = EDGES + EDGE_BYTES;
export const WEIGHT_COVERAGE: usize = EDGES + 2 * EDGE_BYTES;
export const LIKENESS: usize = EDGES + 3 * EDGE_BYTES;
export const SPELLING_COVERAGE: usize = EDGES + 4 * EDGE_BYTES;
export const RATIO: usize = EDGES + 5 * EDGE_BYTES;

// Scratch.
const SCRATCH = MATCH_SCRATCH;
/** Of each query word, 32 bits as its address has: how it is found, where, and how surely. */
export const MATCH_CLASSES = SCRATCH;
export const POSITIONS = SCRATCH + 128;
export const SURENESS = SCRATCH + 256;
/** Of each query word, 64 bits. */
export const LIKENESSES = SCRATCH + 384;
/** Query words that are compared at once: their addresses, and the places of their likenesses. */
export const LANES = SCRATCH + 640;
/** Of each title word, 8 bits: whether some query word is found there for sure. */
export const ASKED = SCRATCH + 672;
/** Words of the pair at hand: as many of the query and of the title as are compared. */
export const PAIR = SCRATCH + 832;
export const MAX_QUERY: usize = 32;
export const MAX_TITLE: usize = 128;

/** Bucket of a value by a list of edges. */
export function bucket(value: f64, edges: usize): u32 {
  let edge = edges;
  while (value >= load<f64>(edge)) edge += 8;
  return <u32>((edge - edges) >> 3);
}

/** Bucket of a whole number by the edges 1, 2, 4 and so on, `most` of them. */
export function bucketOfPower(value: u32, most: u32): u32 {
  return min(32 - clz<u32>(value), most);
}

/** Writes the bucket of a feature with a word in it; returns where the next id goes. */
export function pushHashed(to: usize, kind: u32, hash: u32, value: u32): usize {
  const mixed = combineHashes(hash, kind * 4 + value);
  store<u32>(to, load<u32>(0, NUM_FIXED) + (mixed % load<u32>(0, NUM_BUCKETS)));
  return to + 4;
}
