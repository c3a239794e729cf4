// How many rows a shard has where nobody says: about a minute of work, the same number in every process of a job.
import type { Teacher } from './teacher.js';

/** Rows whose tokens are counted: the first ones of the input. */
export const COUNTED_ROWS = 1000;

/** Where the teacher does not say how large it is. */
const DEFAULT_SHARD_ROWS = 16_384;
const MIN_SHARD_ROWS = 256;
const MAX_SHARD_ROWS = 65_536;
const SECONDS = 60;
/** Of an ordinary core or two: between the 75 and the 240 that one core did in bench/README.md, "teacher". */
const FLOPS_PER_SECOND = 1e11;
/** Vectors of a shard wait in memory. */
const MAX_VECTOR_BYTES = 1 << 27;

/** What decides the size of a shard. */
export type ShardSizeOptions = Pick<Teacher, 'numParameters' | 'embeddingSize'> & {
  /** Mean number of tokens of a row. */
  meanTokens: number;
};

/**
 * Rows of a shard: a power of two from 256 to 65,536. A token costs two operations a learnt number of the layers; a shard
 * is what 10^11 of them a second do in a minute. Depends on nothing that differs between machines or threads.
 */
export function chooseShardRows(options: ShardSizeOptions): number {
  const { numParameters, meanTokens, embeddingSize = 0 } = options;
  if (numParameters === undefined) return DEFAULT_SHARD_ROWS;
  const rows = (SECONDS * FLOPS_PER_SECOND) / (2 * numParameters * Math.max(1, meanTokens));
  const nearest = 2 ** Math.round(Math.log2(rows));
  const fitting = 2 ** Math.floor(Math.log2(MAX_VECTOR_BYTES / (4 * Math.max(1, embeddingSize))));
  return Math.max(MIN_SHARD_ROWS, Math.min(MAX_SHARD_ROWS, nearest, fitting));
}
