// Decay of the table rows that a batch touches. Rows that nothing touches keep their values: a rare n-gram would else be
// forgotten between two meetings.
import type { BatchBags } from './feature-cache.js';

/** Shrinks rows of one table; remembers which rows of a batch it has met, in 4 bytes a row. */
export class TableDecay {
  readonly #metAt: Uint32Array;
  #numBatches = 0;

  /** @param numRows of the table */
  constructor(numRows: number) {
    this.#metAt = new Uint32Array(numRows);
  }

  /** `row *= keep` for every row of `table [V, D]` that the B bags hold, once however often they do. */
  shrink(
    table: Float32Array,
    { ids, offsets }: BatchBags,
    { B, D, keep }: { B: number; D: number; keep: number },
  ): void {
    const now = ++this.#numBatches;
    for (let index = 0; index < offsets[B]; index++) {
      const id = ids[index];
      if (this.#metAt[id] === now) continue;
      this.#metAt[id] = now;
      for (let at = id * D; at < (id + 1) * D; at++) table[at] *= keep;
    }
  }
}
