// Texts as sets of shingles, for comparing many texts fast. Knows no similarity.

/** UTF-16 units of a shingle. */
export const SHINGLE_UNITS = 4;

const NOT_IN_WORDS = /[^\p{L}\p{M}\p{N}]+/gu;
const SPACE = 32;
/** ASCII unit -> its lower-case letter or digit, or a space. */
const ASCII_UNITS = Uint8Array.from({ length: 128 }, (_, unit) => {
  const lower = String.fromCharCode(unit).toLowerCase();
  return /[a-z0-9]/.test(lower) ? lower.charCodeAt(0) : SPACE;
});

/**
 * The text that shingles are cut from: lower case, every run without letters, marks and digits one space, and one space
 * at both ends. Two texts with the same spelling have the same shingles.
 * @example spellForShingles('1/2" Pipe!') // ' 1 2 pipe '
 */
export function spellForShingles(text: string): string {
  const words = text.toLowerCase().replace(NOT_IN_WORDS, ' ').trim();
  return words === '' ? ' ' : ` ${words} `;
}

/**
 * Cuts texts into distinct shingles: the runs of 4 UTF-16 units of their spelling; a shorter spelling is its own single
 * shingle. A shingle is a number of 32 bits. In ASCII it is the shingle itself, 7 bits a unit; beyond, it is a hash of 31
 * bits, so that two shingles of one text of n are taken for one with a chance of n^2 / 2^32 (1 in 4,000 for 1,000), which
 * moves a similarity by about 1 / n. Arrays grow to the longest text and are used again.
 */
export class Shingler {
  /** Shingles of the text that was read last, in order of first appearance; valid up to the count that `read` gave. */
  shingles = new Uint32Array(256);
  private units = new Uint16Array(256);
  /** Open addressing: a slot holds a shingle of this text if its stamp is the current one. */
  private slots = new Uint32Array(1024);
  private stamps = new Uint32Array(1024);
  private stamp = 0;
  private shift = 22;

  /**
   * Reads a text; gives the number of its distinct shingles, at least 1.
   * @param most stops at one shingle more than that, for callers who want no larger set
   */
  read(text: string, most = Number.POSITIVE_INFINITY): number {
    const numUnits = this.spell(text);
    if (numUnits <= SHINGLE_UNITS) {
      this.shingles[0] = packShingle(this.units, 0, numUnits);
      return 1;
    }
    this.startSet();
    let numDistinct = 0;
    const end = numUnits - SHINGLE_UNITS;
    for (let start = 0; start <= end && numDistinct <= most; start++) {
      const shingle = packShingle(this.units, start, SHINGLE_UNITS);
      if (this.add(shingle)) this.shingles[numDistinct++] = shingle;
    }
    return numDistinct;
  }

  /** Writes the spelling into `units`; gives its length. */
  private spell(text: string): number {
    this.reserve(text.length + 2);
    const { units } = this;
    units[0] = SPACE;
    let numUnits = 1;
    for (let index = 0; index < text.length; index++) {
      const unit = text.charCodeAt(index);
      if (unit >= 128) return this.copySpelling(spellForShingles(text));
      const spelled = ASCII_UNITS[unit];
      if (spelled !== SPACE || units[numUnits - 1] !== SPACE) units[numUnits++] = spelled;
    }
    if (units[numUnits - 1] !== SPACE) units[numUnits++] = SPACE;
    return numUnits;
  }

  private copySpelling(spelling: string): number {
    // Lower-casing can lengthen a text.
    this.reserve(spelling.length);
    for (let index = 0; index < spelling.length; index++) {
      this.units[index] = spelling.charCodeAt(index);
    }
    return spelling.length;
  }

  /** Room for a text of `numUnits`; the set stays at most half full. */
  private reserve(numUnits: number): void {
    if (numUnits <= this.units.length) return;
    const bits = 32 - Math.clz32(numUnits - 1);
    this.units = new Uint16Array(2 ** bits);
    this.shingles = new Uint32Array(2 ** bits);
    this.slots = new Uint32Array(2 ** (bits + 1));
    this.stamps = new Uint32Array(2 ** (bits + 1));
    this.stamp = 0;
    this.shift = 31 - bits;
  }

  private startSet(): void {
    if (this.stamp === 0xffffffff) {
      this.stamps.fill(0);
      this.stamp = 0;
    }
    this.stamp++;
  }

  /** Adds a shingle to the set of this text; says whether it is new. */
  private add(shingle: number): boolean {
    const { slots, stamps, stamp } = this;
    const mask = slots.length - 1;
    let slot = spreadShingle(shingle) >>> this.shift;
    while (stamps[slot] === stamp) {
      if (slots[slot] === shingle) return false;
      slot = (slot + 1) & mask;
    }
    stamps[slot] = stamp;
    slots[slot] = shingle;
    return true;
  }
}

/** A multiplicative hash of a shingle whose high bits are good. Source: Knuth, TAOCP 3, 6.4 (Fibonacci hashing). */
export function spreadShingle(shingle: number): number {
  return Math.imul(shingle ^ (shingle >>> 15), 0x9e3779b1) >>> 0;
}

/** `length` units as a number: exact for ASCII, else hashed with the highest bit set. */
function packShingle(units: Uint16Array, start: number, length: number): number {
  let packed = 0;
  let all = 0;
  for (let index = start; index < start + length; index++) {
    packed = (packed << 7) | units[index];
    all |= units[index];
  }
  if (all < 128) return packed;
  let hash = 0x811c9dc5;
  for (let index = start; index < start + length; index++) {
    hash = Math.imul(hash ^ units[index], 0x85ebca6b);
    hash ^= hash >>> 13;
  }
  return (hash | 0x80000000) >>> 0;
}
