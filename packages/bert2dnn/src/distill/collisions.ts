// How crowded hashed tables are: the share of features that share a row with another one, from the rows that were used.
import { numFixedMatchRows, type StudentDefinition } from '@bert2dnn/student';
import type { FeatureShard } from './feature-shard.js';

/** Collisions of a block with hashed rows. */
export interface BlockCollisions {
  block: string;
  /** Hashed rows of the table, and how many of them some example has. */
  numRows: number;
  numUsed: number;
  /** Estimated share of the distinct features seen that share their row with another one, 0..1. */
  share: number;
  /** Estimated number of distinct features seen; absent where every row is used, so that it cannot be told. */
  numFeatures?: number;
}

interface CountedBlock {
  name: string;
  blockIndex: number;
  /** Rows before the hashed ones. */
  firstRow: number;
  used: Uint8Array;
}

/**
 * Counts used rows. A feature is alone in its row with probability (1 - 1/V)^(n - 1), which is also, but for one factor,
 * the expected share of rows that n features leave empty: so the share of rows in use estimates the share of features that
 * collide, and n follows from it.
 * Source: linear counting, Whang, Vander-Zanden and Taylor, ACM TODS 1990.
 */
export class CollisionCount {
  readonly #blocks: CountedBlock[];
  readonly #seen = new Set<number>();

  constructor(definition: Pick<StudentDefinition, 'blocks'>) {
    this.#blocks = definition.blocks.flatMap((block, blockIndex) => {
      if (block.kind === 'ngrams' && block.vocabulary === 'list') return [];
      const firstRow = block.kind === 'match' ? numFixedMatchRows(block) : 0;
      return [
        { name: block.name, blockIndex, firstRow, used: new Uint8Array(block.size - firstRow) },
      ];
    });
  }

  /** Adds a shard and says whether it was new; one that was added before changes nothing. */
  add(shard: FeatureShard): boolean {
    if (this.#seen.has(shard.index)) return false;
    this.#seen.add(shard.index);
    for (const { blockIndex, firstRow, used } of this.#blocks) {
      for (const id of shard.blocks[blockIndex].ids) if (id >= firstRow) used[id - firstRow] = 1;
    }
    return true;
  }

  /** Shards added. */
  get numShards(): number {
    return this.#seen.size;
  }

  /** The figures of each hashed block. */
  result(): BlockCollisions[] {
    return this.#blocks.map(({ name, used }) => {
      const numRows = used.length;
      const numUsed = used.reduce((sum, isUsed) => sum + isUsed, 0);
      const emptyShare = 1 - numUsed / numRows;
      const numFeatures = Math.log(emptyShare) / Math.log1p(-1 / numRows);
      const alone = numRows === 1 ? 0 : emptyShare / (1 - 1 / numRows);
      const share = numUsed === 0 ? 0 : Math.max(0, 1 - alone);
      return {
        block: name,
        numRows,
        numUsed,
        share,
        ...(Number.isFinite(numFeatures) && { numFeatures }),
      };
    });
  }
}
