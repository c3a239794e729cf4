// A set of texts that remembers hashes only: 16 bytes a text, for hundreds of millions. Cannot list its texts.
import { hashString } from '../foundation/random.js';

/**
 * Remembers which texts it has seen by 53-bit hashes. Two different texts collide with a chance of n^2 / 2^54 over n
 * texts (once in 2,000 runs of 3 million): the second is then taken for a duplicate, so use it where dropping one is harmless.
 */
export class TextSet {
  /** Number of texts. */
  size = 0;
  private slots = new Float64Array(1 << 12);

  /** Adds a text; says whether it is new. */
  add(text: string): boolean {
    if (2 * this.size >= this.slots.length) this.grow();
    const isNew = insert(this.slots, hash53(text));
    if (isNew) this.size++;
    return isNew;
  }

  private grow(): void {
    const slots = new Float64Array(2 * this.slots.length);
    for (const hash of this.slots) if (hash !== 0) insert(slots, hash);
    this.slots = slots;
  }
}

/** Puts a hash into its slot or the next free one; 0 marks a free slot. */
function insert(slots: Float64Array, hash: number): boolean {
  const mask = slots.length - 1;
  let slot = hash % slots.length;
  while (slots[slot] !== 0) {
    if (slots[slot] === hash) return false;
    slot = (slot + 1) & mask;
  }
  slots[slot] = hash;
  return true;
}

/** A 53-bit hash that is never 0: FNV-1a forwards, and a multiplicative hash with another constant. */
function hash53(text: string): number {
  let other = 0x9747b28c;
  for (let index = 0; index < text.length; index++) {
    other = Math.imul(other ^ text.charCodeAt(index), 0x5bd1e995);
    other ^= other >>> 15;
  }
  return (other >>> 11) * 4294967296 + hashString(text) + 1;
}
