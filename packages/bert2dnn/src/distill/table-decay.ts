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

  /**
   * `row *= keep` for every row of `table [V, D]` that the bags of a batch of B examples hold, once however often they do.
   * @param bags of each block that uses the table
   */
  shrink(
    table: Float32Array,
    bags: readonly BatchBags[],
    { B, D, keep }: { B: number; D: number; keep: number },
  ): void {
    const now = ++this.#numBatches;
    for (const { ids, offsets } of bags) {
      for (let index = 0; index < offsets[B]; index++) {
        const id = ids[index];
        if (this.#metAt[id] === now) continue;
        this.#metAt[id] = now;
        for (let at = id * D; at < (id + 1) * D; at++) table[at] *= keep;
      }
    }
  }
}
