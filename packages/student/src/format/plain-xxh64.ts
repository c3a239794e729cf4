// XXH64 in plain JavaScript. Source: https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md

const PRIME1 = 0x9e3779b185ebca87n;
const PRIME2 = 0xc2b2ae3d27d4eb4fn;
const PRIME3 = 0x165667b19e3779f9n;
const PRIME4 = 0x85ebca77c2b2ae63n;
const PRIME5 = 0x27d4eb2f165667c5n;

/** XXH64 of the bytes with the seed 0. */
export function computeXxh64(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const { length } = bytes;
  let at = 0;
  let hash = PRIME5;
  if (length >= 32) {
    let lane0 = wrap(PRIME1 + PRIME2);
    let lane1 = PRIME2;
    let lane2 = 0n;
    let lane3 = wrap(-PRIME1);
    for (; at + 32 <= length; at += 32) {
      lane0 = mix(lane0, view.getBigUint64(at, true));
      lane1 = mix(lane1, view.getBigUint64(at + 8, true));
      lane2 = mix(lane2, view.getBigUint64(at + 16, true));
      lane3 = mix(lane3, view.getBigUint64(at + 24, true));
    }
    hash = wrap(rotate(lane0, 1n) + rotate(lane1, 7n) + rotate(lane2, 12n) + rotate(lane3, 18n));
    for (const lane of [lane0, lane1, lane2, lane3]) {
      hash = wrap((hash ^ mix(0n, lane)) * PRIME1 + PRIME4);
    }
  }
  hash = wrap(hash + BigInt(length));
  for (; at + 8 <= length; at += 8) {
    hash = wrap(rotate(hash ^ mix(0n, view.getBigUint64(at, true)), 27n) * PRIME1 + PRIME4);
  }
  if (at + 4 <= length) {
    hash = hash ^ wrap(BigInt(view.getUint32(at, true)) * PRIME1);
    hash = wrap(rotate(hash, 23n) * PRIME2 + PRIME3);
    at += 4;
  }
  for (; at < length; at++) {
    hash = wrap(rotate(hash ^ wrap(BigInt(bytes[at]) * PRIME5), 11n) * PRIME1);
  }
  hash = wrap((hash ^ (hash >> 33n)) * PRIME2);
  hash = wrap((hash ^ (hash >> 29n)) * PRIME3);
  return hash ^ (hash >> 32n);
}

function mix(lane: bigint, word: bigint): bigint {
  return wrap(rotate(wrap(lane + wrap(word * PRIME2)), 31n) * PRIME1);
}

function rotate(value: bigint, bits: bigint): bigint {
  return wrap(value << bits) | (value >> (64n - bits));
}

function wrap(value: bigint): bigint {
  return BigInt.asUintN(64, value);
}
