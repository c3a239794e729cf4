// Cuts rows into shards and names what each one produces. Reads and writes nothing.
import { Bert2dnnError } from '../foundation/errors.js';
import { fingerprintJson, type Json } from '../foundation/fingerprint.js';

/** One unit of work: a range of input rows and the file that it becomes. */
export interface PlannedShard {
  index: number;
  /** First row, counted from 0 over the whole input. */
  start: number;
  numRows: number;
  /** Output file name: index and a hash of everything that decides the content. */
  file: string;
}

/** What a plan is made of. */
export interface PlanOptions {
  numRows: number;
  /** Rows a shard; the last one may have fewer. */
  shardRows: number;
  /** What file names begin with. */
  prefix: string;
  /** With the dot, `.parquet`. */
  extension: string;
  /** Everything beside the range that decides the content: inputs, model, options, format version. */
  key: Json;
}

/** The part of a plan that one process does: shards whose index modulo `count` is `index`. */
export interface ShardSelection {
  index: number;
  count: number;
}

/** Cuts `numRows` into shards in input order. */
export function planShards(options: PlanOptions): PlannedShard[] {
  const { numRows, shardRows, prefix, extension, key } = options;
  const shards: PlannedShard[] = [];
  for (let start = 0; start < numRows; start += shardRows) {
    const index = shards.length;
    const rows = Math.min(shardRows, numRows - start);
    const hash = fingerprintJson({ key, start, numRows: rows });
    const number = String(index).padStart(5, '0');
    shards.push({ index, start, numRows: rows, file: `${prefix}-${number}-${hash}${extension}` });
  }
  return shards;
}

/** The shards of a plan that a selection does; all of them without one. */
export function selectShards(
  shards: readonly PlannedShard[],
  selection: ShardSelection | undefined,
): PlannedShard[] {
  if (selection === undefined) return [...shards];
  return shards.filter((shard) => shard.index % selection.count === selection.index);
}

/**
 * Reads `i/N`, for example `0/4`.
 * @throws Bert2dnnError USAGE when it is not two whole numbers with 0 <= i < N.
 */
export function parseShardSelection(text: string): ShardSelection {
  const match = /^(\d+)\/(\d+)$/.exec(text);
  const selection = { index: Number(match?.[1]), count: Number(match?.[2]) };
  if (match === null || selection.index >= selection.count) {
    throw new Bert2dnnError('USAGE', `--shard: got "${text}", expected i/N with 0 <= i < N`, {
      hint: 'For two processes: --shard 0/2 and --shard 1/2.',
    });
  }
  return selection;
}
