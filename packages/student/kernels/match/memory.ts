// AssemblyScript: where everything lies. src/features/match-memory.ts has the same numbers and fills what is not scratch.

// A word's record: byte offsets.
/** Number of the stem, of the lexicon. */
export const STEM: usize = 0;
export const STEM_HASH: usize = 4;
/** UTF-16 units. */
export const LENGTH: usize = 8;
/** Which letters it has, as bits. */
export const LETTERS: usize = 12;
export const KIND: usize = 16;
export const IMPORTANCE: usize = 20;
export const START_CLASS: usize = 24;
export const DIVISION: usize = 28;
/** Bit of the turning word that it is, or 0. */
export const TURNING: usize = 32;
/** 1: a unit; 2: the word "x". */
export const UNIT: usize = 36;
export const NUM_GRAMS: usize = 40;
/** Address of its character n-grams, each the place of its counts of words that have it. */
export const GRAMS: usize = 44;
export const WEIGHT: usize = 48;
/** Of a number. */
export const VALUE: usize = 56;
/** Its UTF-16 units. */
export const TEXT: usize = 64;

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
const SCRATCH = FIRST_BYTE + 1024;
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

/** As in src/text/hash.ts. */
export function combineHashes(left: u32, right: u32): u32 {
  let hash = left ^ (rotl<u32>(right * 0xcc9e2d51, 15) * 0x1b873593);
  hash = rotl<u32>(hash, 13) * 5 + 0xe6546b64;
  hash = (hash ^ (hash >>> 16)) * 0x85ebca6b;
  hash = (hash ^ (hash >>> 13)) * 0xc2b2ae35;
  return hash ^ (hash >>> 16);
}
