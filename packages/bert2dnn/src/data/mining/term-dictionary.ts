// Terms to ids 0, 1, 2, ...: a hash table in flat shared arrays, which worker threads read without a copy.
// Cost: 2 bytes a UTF-16 unit, 8 for end and hash, and 7 to 13 of slots, so about 30 to 40 bytes a term; an array takes
// thrice its size for the moment in which it grows. A Map of strings takes three times that and cannot be shared.
import { hashString } from '../../foundation/random.js';
import { GrowingArray } from './growing-array.js';

/** A dictionary's arrays, for another thread. */
export interface TermDictionaryArrays {
  numTerms: number;
  /** Id + 1 by hash; 0 is free. The length is a power of two. */
  slots: Uint32Array;
  /** Term t is units [starts[t], starts[t + 1]). */
  starts: Uint32Array;
  units: Uint16Array;
}

const FIRST_SLOTS = 1024;
/** How full the slots may become. */
const MAX_LOAD = 0.6;

/** The id of a term, or -1. */
export function findTerm(dictionary: TermDictionaryArrays, term: string): number {
  const { slots, starts, units } = dictionary;
  const mask = slots.length - 1;
  for (let slot = slotOf(hashString(term), mask); ; slot = (slot + 1) & mask) {
    const id = slots[slot] - 1;
    if (id === -1) return -1;
    if (isTerm(term, units, starts[id], starts[id + 1])) return id;
  }
}

/** A dictionary that grows. */
export class TermDictionary {
  private slots = new Uint32Array(new SharedArrayBuffer(FIRST_SLOTS * 4));
  private readonly starts = GrowingArray.ofUint32();
  private readonly units = GrowingArray.ofUint16();
  private readonly hashes = GrowingArray.ofUint32();
  private arrays: TermDictionaryArrays;

  constructor() {
    this.starts.push(0);
    this.arrays = this.share();
  }

  get numTerms(): number {
    return this.starts.length - 1;
  }

  /** The id of a term, which is added if it is new. */
  add(term: string): number {
    const known = findTerm(this.arrays, term);
    if (known !== -1) return known;
    if (this.numTerms + 1 > this.slots.length * MAX_LOAD) this.growSlots();
    for (let index = 0; index < term.length; index++) this.units.push(term.charCodeAt(index));
    this.starts.push(this.units.length);
    this.hashes.push(hashString(term));
    fillSlot(this.slots, hashString(term), this.numTerms);
    this.arrays = this.share();
    return this.numTerms - 1;
  }

  /** The arrays as they are now; valid until the next `add`. */
  share(): TermDictionaryArrays {
    const { slots, numTerms } = this;
    return { numTerms, slots, starts: this.starts.view(), units: this.units.view() };
  }

  private growSlots(): void {
    const slots = new Uint32Array(new SharedArrayBuffer(this.slots.length * 2 * 4));
    this.hashes.view().forEach((hash, id) => {
      fillSlot(slots, hash, id + 1);
    });
    this.slots = slots;
  }
}

function fillSlot(slots: Uint32Array, hash: number, value: number): void {
  const mask = slots.length - 1;
  let slot = slotOf(hash, mask);
  while (slots[slot] !== 0) slot = (slot + 1) & mask;
  slots[slot] = value;
}

/** FNV-1a's high bits are mixed better than its low ones, so both count. */
function slotOf(hash: number, mask: number): number {
  return (hash ^ (hash >>> 15)) & mask;
}

function isTerm(term: string, units: Uint16Array, start: number, end: number): boolean {
  if (end - start !== term.length) return false;
  for (let index = 0; index < term.length; index++) {
    if (units[start + index] !== term.charCodeAt(index)) return false;
  }
  return true;
}
