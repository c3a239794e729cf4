// XXH64 with the seed 0, https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md: what a file of a student has been
// changed by, if anything. Its oracle is src/format/plain-xxh64.ts.

const PRIME1: u64 = 0x9e3779b185ebca87;
const PRIME2: u64 = 0xc2b2ae3d27d4eb4f;
const PRIME3: u64 = 0x165667b19e3779f9;
const PRIME4: u64 = 0x85ebca77c2b2ae63;
const PRIME5: u64 = 0x27d4eb2f165667c5;

/** XXH64 of the bytes from `at` to `end`. */
export function checksum(at: usize, end: usize): u64 {
  const length = <u64>(end - at);
  let hash = PRIME5;
  if (length >= 32) {
    let lane0 = PRIME1 + PRIME2;
    let lane1 = PRIME2;
    let lane2: u64 = 0;
    let lane3: u64 = 0 - PRIME1;
    for (; at + 32 <= end; at += 32) {
      lane0 = mix(lane0, load<u64>(at));
      lane1 = mix(lane1, load<u64>(at, 8));
      lane2 = mix(lane2, load<u64>(at, 16));
      lane3 = mix(lane3, load<u64>(at, 24));
    }
    hash = rotl(lane0, 1) + rotl(lane1, 7) + rotl(lane2, 12) + rotl(lane3, 18);
    hash = merge(merge(merge(merge(hash, lane0), lane1), lane2), lane3);
  }
  hash += length;
  for (; at + 8 <= end; at += 8) {
    hash = rotl(hash ^ mix(0, load<u64>(at)), 27) * PRIME1 + PRIME4;
  }
  if (at + 4 <= end) {
    hash = rotl(hash ^ (<u64>load<u32>(at) * PRIME1), 23) * PRIME2 + PRIME3;
    at += 4;
  }
  for (; at < end; at++) hash = rotl(hash ^ (<u64>load<u8>(at) * PRIME5), 11) * PRIME1;
  hash = (hash ^ (hash >> 33)) * PRIME2;
  hash = (hash ^ (hash >> 29)) * PRIME3;
  return hash ^ (hash >> 32);
}

function mix(lane: u64, word: u64): u64 {
  return rotl(lane + word * PRIME2, 31) * PRIME1;
}

function merge(hash: u64, lane: u64): u64 {
  return (hash ^ mix(0, lane)) * PRIME1 + PRIME4;
}
