// A shard of the feature cache as bytes: the ids of consecutive examples, block by block, and their group keys.
// Little-endian; on another machine the magic number reads differently, so that the shard is made again.
import { crc32 } from 'node:zlib';
import type { FeatureBuffer } from '@bert2dnn/student';
import { Bert2dnnError } from '../foundation/errors.js';

/** Bags of one block for the examples of a shard, as CSR. */
export interface ShardBags {
  /** [Z] */
  ids: Int32Array;
  /** [n + 1], from 0. */
  offsets: Int32Array;
}

/** The features of consecutive examples: views of one buffer. */
export interface FeatureShard {
  /** Place of the shard among all; its first example is `index` times the examples of a full shard. */
  index: number;
  numExamples: number;
  blocks: ShardBags[];
  /** [n], equal for examples of one group; absent where there are no groups. */
  groupKeys?: BigUint64Array;
  sizeBytes: number;
}

/** What a shard is known by. */
export interface ShardName {
  /** 16 hex digits: the fingerprint of everything that the ids depend on. */
  key: string;
  index: number;
}

const MAGIC = 0x53463242; // "B2FS"
const VERSION = 1;
/** Words of 32 bits before the counts of ids. */
const HEADER_WORDS = 10;
const CHECKSUM_WORD = 9;

/** The words of a shard's header. */
function headerOf({ key, index }: ShardName, sizes: number[]): number[] {
  const high = Number.parseInt(key.slice(0, 8), 16);
  const low = Number.parseInt(key.slice(8), 16);
  return [MAGIC, VERSION, high, low, index, ...sizes, 0];
}

/** Bytes before the group keys: the header and a count of ids for each block, to a multiple of 8. */
function headBytes(numBlocks: number): number {
  return Math.ceil((HEADER_WORDS + numBlocks) / 2) * 8;
}

/** Writes the examples of a buffer, and their groups if there are any [n], as the bytes of a shard. */
export function encodeShard(
  name: ShardName,
  buffer: FeatureBuffer,
  groupKeys: BigUint64Array | undefined,
): ArrayBuffer {
  const { numExamples, blocks } = buffer;
  const numBlocks = blocks.length;
  const numIds = blocks.map((block) => block.numIds);
  const groupBytes = groupKeys === undefined ? 0 : numExamples * 8;
  const bagWords = numIds.reduce((sum, count) => sum + count + numExamples + 1, 0);
  const bytes = new ArrayBuffer(headBytes(numBlocks) + groupBytes + bagWords * 4);
  const words = new Uint32Array(bytes);
  const sizes = [numExamples, numBlocks, groupKeys === undefined ? 0 : 1];
  words.set([...headerOf(name, [...sizes, bagWords]), ...numIds]);
  let position = headBytes(numBlocks);
  if (groupKeys !== undefined) new BigUint64Array(bytes, position, numExamples).set(groupKeys);
  position = (position + groupBytes) / 4;
  const signed = new Int32Array(bytes);
  for (const block of blocks) {
    signed.set(block.offsets.subarray(0, numExamples + 1), position);
    position += numExamples + 1;
    signed.set(block.ids.subarray(0, block.numIds), position);
    position += block.numIds;
  }
  words[CHECKSUM_WORD] = crc32(new Uint8Array(bytes));
  return bytes;
}

/**
 * Whether bytes are the whole, undamaged shard of that name. Reads every byte; the checksum's own word counts as 0.
 * @throws Bert2dnnError FILE_CORRUPT naming `path`.
 */
export function checkShard(bytes: ArrayBuffer, name: ShardName, path: string): void {
  const words = new Uint32Array(bytes, 0, Math.floor(bytes.byteLength / 4));
  const expected = headerOf(name, []).slice(0, 5);
  const isNamed = expected.every((word, index) => words[index] === word);
  if (bytes.byteLength % 4 !== 0 || bytes.byteLength < HEADER_WORDS * 4 || !isNamed) {
    throw corrupt(path, 'is not the shard of that name');
  }
  const [numExamples, numBlocks, hasGroups, bagWords] = words.subarray(5, CHECKSUM_WORD);
  const size = headBytes(numBlocks) + hasGroups * numExamples * 8 + bagWords * 4;
  if (bytes.byteLength !== size) {
    throw corrupt(path, `got ${bytes.byteLength} bytes, expected ${size}`);
  }
  const checksum = words[CHECKSUM_WORD];
  words[CHECKSUM_WORD] = 0;
  const got = crc32(new Uint8Array(bytes));
  words[CHECKSUM_WORD] = checksum;
  if (got !== checksum) throw corrupt(path, `checksum is ${got}, expected ${checksum}`);
}

/** The shard in bytes that were checked or just made; nothing is copied. */
export function decodeShard(bytes: ArrayBuffer): FeatureShard {
  const words = new Uint32Array(bytes, 0, HEADER_WORDS);
  const [index, numExamples, numBlocks, hasGroups] = words.subarray(4);
  let position = headBytes(numBlocks);
  const shard: FeatureShard = { index, numExamples, blocks: [], sizeBytes: bytes.byteLength };
  if (hasGroups === 1) {
    shard.groupKeys = new BigUint64Array(bytes, position, numExamples);
    position += numExamples * 8;
  }
  const numIds = new Uint32Array(bytes, HEADER_WORDS * 4, numBlocks);
  for (let block = 0; block < numBlocks; block++) {
    const offsets = new Int32Array(bytes, position, numExamples + 1);
    position += offsets.byteLength;
    const ids = new Int32Array(bytes, position, numIds[block]);
    position += ids.byteLength;
    shard.blocks.push({ ids, offsets });
  }
  return shard;
}

function corrupt(path: string, reason: string): Bert2dnnError {
  return new Bert2dnnError('FILE_CORRUPT', `${path}: ${reason}`);
}
