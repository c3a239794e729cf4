// XXH64 in plain JavaScript, for places that forbid WebAssembly. Source: https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md

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
    at = length - (length % 32);
    const lanes = mixBlocks(view, at);
    const [lane0, lane1, lane2, lane3] = lanes;
    hash = wrap(rotate(lane0, 1n) + rotate(lane1, 7n) + rotate(lane2, 12n) + rotate(lane3, 18n));
    for (const lane of lanes) hash = wrap((hash ^ mix(0n, lane)) * PRIME1 + PRIME4);
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

/** The four lanes after blocks of 32 bytes up to `end`. */
function mixBlocks(view: DataView, end: number): bigint[] {
  const starts = [PRIME1 + PRIME2, PRIME2, 0n, -PRIME1];
  const halves = Int32Array.from(starts.flatMap(halvesOf));
  for (let at = 0; at < end; at += 32) {
    for (let place = 0; place < 8; place += 2) {
      const word = at + 4 * place;
      mixHalves(halves, place, view.getInt32(word, true), view.getInt32(word + 4, true));
    }
  }
  return starts.map(
    (_, lane) => wrap(BigInt(halves[2 * lane + 1]) << 32n) | BigInt(halves[2 * lane] >>> 0),
  );
}

/** Lower and upper 32 bits, with a sign. */
function halvesOf(value: bigint): number[] {
  return [Number(BigInt.asIntN(32, value)), Number(BigInt.asIntN(32, value >> 32n))];
}

const [LOW1, HIGH1] = halvesOf(PRIME1);
const [LOW2, HIGH2] = halvesOf(PRIME2);

/** As `mix`, of the lane whose halves begin at `place`: six to eight times as fast as with `bigint`. */
function mixHalves(halves: Int32Array, place: number, low: number, high: number): void {
  const productHigh = highOf(low, LOW2) + Math.imul(low, HIGH2) + Math.imul(high, LOW2);
  const sum = (halves[place] >>> 0) + (Math.imul(low, LOW2) >>> 0);
  const sumHigh = halves[place + 1] + productHigh + (sum > 0xffffffff ? 1 : 0);
  // 31 bits to the left is one to the right with the halves changed.
  const turned = (sumHigh >>> 1) | (sum << 31);
  const turnedHigh = (sum >>> 1) | (sumHigh << 31);
  halves[place] = Math.imul(turned, LOW1);
  halves[place + 1] = highOf(turned, LOW1) + Math.imul(turned, HIGH1) + Math.imul(turnedHigh, LOW1);
}

/** Upper 32 bits of a product of two numbers of 32 bits without a sign. */
function highOf(left: number, right: number): number {
  const low = left & 0xffff;
  const high = left >>> 16;
  const rightLow = right & 0xffff;
  const rightHigh = right >>> 16;
  const middle = Math.imul(high, rightLow) + (Math.imul(low, rightLow) >>> 16);
  const other = Math.imul(low, rightHigh) + (middle & 0xffff);
  return Math.imul(high, rightHigh) + (middle >>> 16) + (other >>> 16);
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
