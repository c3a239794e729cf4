// The ids of all examples, kept compactly in memory, so that epochs after the first need no text.
// Four bytes an id and four an example and block; texts are never held.
import type { FeatureBuffer } from '@bert2dnn/student';

/** Examples of a shard; a power of two, so that finding one is a shift and a mask. */
const SHARD_BITS = 14;
const SHARD_EXAMPLES = 1 << SHARD_BITS;
const SHARD_MASK = SHARD_EXAMPLES - 1;

/** Bags of one block for up to `SHARD_EXAMPLES` examples, as CSR. */
interface Shard {
  ids: Int32Array;
  offsets: Int32Array;
}

/** Bags of one block for the examples of a batch; arrays are reused and may be longer than what is in use. */
export interface BatchBags {
  /** [Z] */
  ids: Int32Array;
  /** [B + 1], from 0. */
  offsets: Int32Array;
}

/** An append-only store of id bags, block by block. */
export class FeatureCache {
  /** Examples stored. */
  numExamples = 0;
  /** Ids stored, all blocks together. */
  numIds = 0;
  private readonly blocks: Shard[][];

  constructor(readonly numBlocks: number) {
    this.blocks = Array.from({ length: numBlocks }, () => []);
  }

  /** Most examples that a buffer may hold at `append`. */
  static readonly SHARD_EXAMPLES = SHARD_EXAMPLES;

  /** Bytes of the stored arrays. */
  get sizeBytes(): number {
    let bytes = 0;
    for (const shards of this.blocks) {
      for (const { ids, offsets } of shards) bytes += ids.byteLength + offsets.byteLength;
    }
    return bytes;
  }

  /**
   * Copies a buffer's examples to the end. Every buffer but the last must hold exactly `SHARD_EXAMPLES`.
   * @throws RangeError if an earlier buffer was shorter, or this one is longer.
   */
  append(buffer: FeatureBuffer): void {
    if ((this.numExamples & SHARD_MASK) !== 0 || buffer.numExamples > SHARD_EXAMPLES) {
      throw new RangeError(
        `FeatureCache: ${buffer.numExamples} examples after ${this.numExamples}, expected full shards of ${SHARD_EXAMPLES}`,
      );
    }
    this.numExamples += buffer.numExamples;
    buffer.blocks.forEach((block, blockIndex) => {
      this.numIds += block.numIds;
      this.blocks[blockIndex].push({
        ids: block.ids.slice(0, block.numIds),
        offsets: block.offsets.slice(0, block.numExamples + 1),
      });
    });
  }

  /** Gathers the bags of the examples `examples [B]` of a block into `into`. */
  gather(blockIndex: number, examples: Int32Array, into: BatchBags): void {
    const shards = this.blocks[blockIndex];
    const B = examples.length;
    if (into.offsets.length < B + 1) into.offsets = new Int32Array(B + 1);
    const { offsets } = into;
    offsets[0] = 0;
    for (let b = 0; b < B; b++) {
      const { offsets: stored } = shards[examples[b] >> SHARD_BITS];
      const place = examples[b] & SHARD_MASK;
      offsets[b + 1] = offsets[b] + stored[place + 1] - stored[place];
    }
    if (into.ids.length < offsets[B]) into.ids = new Int32Array(Math.ceil(offsets[B] * 1.25));
    const { ids } = into;
    for (let b = 0; b < B; b++) {
      const shard = shards[examples[b] >> SHARD_BITS];
      let source = shard.offsets[examples[b] & SHARD_MASK];
      for (let index = offsets[b]; index < offsets[b + 1]; index++)
        ids[index] = shard.ids[source++];
    }
  }
}

/** Bags for the first batch. */
export function createBatchBags(): BatchBags {
  return { ids: new Int32Array(0), offsets: new Int32Array(1) };
}
