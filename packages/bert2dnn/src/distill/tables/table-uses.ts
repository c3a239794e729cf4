// Which blocks use which table. Blocks that share one are to it a batch of all their bags, one block after the other:
// a row that two blocks touch gets one update, from the sum of its gradients.
import type { Bags } from './trained-tables.js';

/** The bags of every table, of equal number; a table with fewer blocks than another has empty ones at the end. */
export interface JoinedBags {
  bags: Bags[];
  numBags: number;
}

/** Blocks to tables and back. Without a shared table nothing is copied. */
export class TableUses {
  /** Names of the tables, in the order of their first blocks. */
  readonly tables: readonly string[];
  /** For each table, its blocks. */
  private readonly blocks: readonly number[][];
  /** Most blocks of a table. */
  private readonly numSlots: number;

  /** @param tableOfBlock for each block the name of its table; @param D width of a row */
  constructor(
    tableOfBlock: readonly string[],
    private readonly D: number,
  ) {
    this.tables = [...new Set(tableOfBlock)];
    this.blocks = this.tables.map((table) =>
      tableOfBlock.flatMap((name, block) => (name === table ? [block] : [])),
    );
    this.numSlots = Math.max(...this.blocks.map((blocks) => blocks.length));
  }

  /** The bags of the blocks' batches of B examples, by table. */
  joinBags(uses: readonly { bags: Bags }[], B: number): JoinedBags {
    const numBags = this.numSlots * B;
    if (this.numSlots === 1) return { bags: uses.map(({ bags }) => bags), numBags };
    const joined = this.blocks.map((blocks) => {
      const own = blocks.map((block) => uses[block].bags);
      const ids = new Int32Array(own.reduce((sum, { offsets }) => sum + offsets[B], 0));
      const offsets = new Int32Array(numBags + 1);
      let start = 0;
      own.forEach((bags, slot) => {
        const end = bags.offsets[B];
        ids.set(bags.ids.subarray(0, end), start);
        for (let b = 1; b <= B; b++) offsets[slot * B + b] = start + bags.offsets[b];
        start += end;
      });
      return { ids, offsets: offsets.fill(start, own.length * B + 1) };
    });
    return { bags: joined, numBags };
  }

  /** Vectors [numBags, D] of the tables as vectors [B, D] of the blocks. */
  splitVectors(vectors: readonly Float32Array[], B: number): Float32Array[] {
    const size = B * this.D;
    const split: Float32Array[] = [];
    this.blocks.forEach((blocks, table) => {
      blocks.forEach((block, slot) => {
        split[block] = vectors[table].subarray(slot * size, (slot + 1) * size);
      });
    });
    return split;
  }

  /** Gradients [B, D] of the blocks' vectors as gradients [numBags, D] of the tables'. */
  joinGradients(dVectors: readonly Float32Array[], B: number): readonly Float32Array[] {
    if (this.numSlots === 1) return dVectors;
    const size = B * this.D;
    return this.blocks.map((blocks) => {
      const joined = new Float32Array(this.numSlots * size);
      blocks.forEach((block, slot) => {
        joined.set(dVectors[block].subarray(0, size), slot * size);
      });
      return joined;
    });
  }
}
