// Mutations that know nothing of the format: of any bytes, with those of another file to take from.

/** Bytes with up to eight bits flipped. */
function flipBits(bytes, random) {
  const changed = bytes.slice();
  const numFlips = 1 + random.below(8);
  for (let flip = 0; flip < numFlips && changed.length > 0; flip++) {
    changed[random.below(changed.length)] ^= 1 << random.below(8);
  }
  return changed;
}

const PLAUSIBLE_BYTES = [0, 1, 0x20, 0x22, 0x2c, 0x30, 0x39, 0x7b, 0x7d, 0x7f, 0x80, 0xff];

/** A run of one byte over what was there. */
function fillRun(bytes, random) {
  const changed = bytes.slice();
  const start = random.below(changed.length + 1);
  return changed.fill(random.pick(PLAUSIBLE_BYTES), start, start + 1 + random.below(16));
}

/** A part of the file, from the start or to the end. */
function truncate(bytes, random) {
  const place = random.below(bytes.length + 1);
  return random.chance(0.8) ? bytes.slice(0, place) : bytes.slice(place);
}

/** A few bytes more at the end. */
function extend(bytes, random) {
  const longer = new Uint8Array(bytes.length + 1 + random.below(16));
  longer.set(bytes);
  return longer;
}

/** The start of the file and the end of another. */
function splice(bytes, random, other) {
  const left = bytes.subarray(0, random.below(bytes.length + 1));
  const right = other.subarray(random.below(other.length + 1));
  return concatenate(left, right);
}

/** A run of bytes moved, doubled or left out. */
function moveRun(bytes, random) {
  const start = random.below(bytes.length + 1);
  const end = Math.min(bytes.length, start + random.below(64));
  const run = bytes.slice(start, end);
  const rest = concatenate(bytes.subarray(0, start), bytes.subarray(end));
  const place = random.below(rest.length + 1);
  if (random.chance(0.3)) return rest;
  const inserted = concatenate(rest.subarray(0, place), run);
  return concatenate(inserted, (random.chance(0.5) ? rest : bytes).subarray(place));
}

/** The length of the header a little off, or absurd. */
function lieAboutHeader(bytes, random) {
  const changed = bytes.slice();
  if (changed.length < 8) return changed;
  const view = new DataView(changed.buffer, changed.byteOffset, 8);
  const off = BigInt(random.pick([-8, -1, 1, 7, 8, 2 ** 31, 2 ** 40]));
  view.setBigUint64(0, BigInt.asUintN(64, view.getBigUint64(0, true) + off), true);
  return changed;
}

const BYTE_MUTATIONS = [
  flipBits,
  flipBits,
  fillRun,
  truncate,
  extend,
  splice,
  moveRun,
  lieAboutHeader,
];

/** Bytes with one of these mutations; `other` is a file to take from. */
export function mutateBytes(bytes, random, other) {
  return random.pick(BYTE_MUTATIONS)(bytes, random, other);
}

/** Text with one of these mutations, as UTF-8. */
export function mutateText(text, random, other) {
  const bytes = mutateBytes(
    new TextEncoder().encode(text),
    random,
    new TextEncoder().encode(other),
  );
  return new TextDecoder().decode(bytes);
}

function concatenate(left, right) {
  const joined = new Uint8Array(left.length + right.length);
  joined.set(left);
  joined.set(right, left.length);
  return joined;
}
