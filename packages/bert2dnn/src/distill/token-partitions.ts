// Counts that left memory: files of tokens with their figures, parted by the hash of the token, so that all counts of one
// token are in one partition and a partition can be added up in memory. Exact whatever the number of tokens.
// Temporary files of one process: no checksum, removed when the vocabulary is chosen.
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { describeWriteError } from '../foundation/files.js';
import type { TokenEntry } from './token-counts.js';

/** Partitions of a block's tokens: with 4 million tokens in one, a thousand million in all. */
export const NUM_PARTITIONS = 256;
const BUFFER_BYTES = 1 << 14;
const READ_BYTES = 1 << 18;

/** The partition of a token: FNV-1a of its UTF-16 units. */
export function partitionOf(token: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < token.length; index++) {
    hash = Math.imul(hash ^ token.charCodeAt(index), 0x01000193);
  }
  return (hash ^ (hash >>> 15)) & (NUM_PARTITIONS - 1);
}

/** Files of a block's partitions, written by one counter. */
export class PartitionFiles {
  readonly #buffers: (Buffer | undefined)[] = [];
  readonly #ends = new Int32Array(NUM_PARTITIONS);

  /** @param prefix of the files' paths */
  constructor(private readonly prefix: string) {}

  /** Path of the file of a partition. It is there only if a token was written to it. */
  pathOf(partition: number): string {
    return `${this.prefix}-${partition}.tokens`;
  }

  /**
   * Adds tokens: for each the number of its UTF-16 units (4 bytes), its figures (8 each) and the units.
   * @throws Bert2dnnError DISK_FULL, WRITE_FAILED.
   */
  append(entries: Iterable<TokenEntry>): void {
    for (const { token, values } of entries) {
      const partition = partitionOf(token);
      const numBytes = 4 + values.length * 8 + token.length * 2;
      if (this.#ends[partition] + numBytes > BUFFER_BYTES) this.#flush(partition);
      // A token may be longer than the buffer: a text has up to a million characters.
      const isLong = numBytes > BUFFER_BYTES;
      const target = isLong ? Buffer.alloc(numBytes) : this.#bufferOf(partition);
      let position = target.writeUInt32LE(token.length, this.#ends[partition]);
      for (const value of values) position = target.writeDoubleLE(value, position);
      target.write(token, position, 'utf16le');
      if (isLong) this.#write(partition, target);
      else this.#ends[partition] += numBytes;
    }
    for (let partition = 0; partition < NUM_PARTITIONS; partition++) this.#flush(partition);
  }

  #bufferOf(partition: number): Buffer {
    this.#buffers[partition] ??= Buffer.alloc(BUFFER_BYTES);
    return this.#buffers[partition];
  }

  #flush(partition: number): void {
    if (this.#ends[partition] === 0) return;
    this.#write(partition, this.#bufferOf(partition).subarray(0, this.#ends[partition]));
    this.#ends[partition] = 0;
  }

  #write(partition: number, bytes: Buffer): void {
    const path = this.pathOf(partition);
    try {
      const file = openSync(path, 'a');
      try {
        for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
      } finally {
        closeSync(file);
      }
    } catch (error) {
      throw describeWriteError(path, error);
    }
  }
}

/** The tokens of one partition's files, counts of equal ones added. Files that are not there have none. */
export function* addUpPartition(
  paths: readonly string[],
  numValues: number,
): Generator<TokenEntry> {
  const sums = new Map<string, Float64Array>();
  for (const path of paths) {
    for (const { token, values } of readTokens(path, numValues)) {
      const sum = sums.get(token);
      if (sum === undefined) sums.set(token, values);
      else for (let index = 0; index < numValues; index++) sum[index] += values[index];
    }
  }
  for (const [token, values] of sums) yield { token, values };
}

/** Reads a file with so many figures a token. */
function* readTokens(path: string, numValues: number): Generator<TokenEntry> {
  const file = openIfThere(path);
  if (file === undefined) return;
  try {
    let buffer = Buffer.alloc(READ_BYTES);
    let start = 0;
    let end = 0;
    /** Whether so many bytes are in the buffer; false at the end of the file. */
    const fill = (numBytes: number): boolean => {
      if (end - start >= numBytes) return true;
      const larger = numBytes > buffer.length ? Buffer.alloc(numBytes) : buffer;
      buffer.copy(larger, 0, start, end);
      [buffer, end, start] = [larger, end - start, 0];
      while (end < numBytes) {
        const numRead = readSync(file, buffer, end, buffer.length - end, null);
        if (numRead === 0) return false;
        end += numRead;
      }
      return true;
    };
    while (fill(4)) {
      const length = buffer.readUInt32LE(start);
      const numBytes = 4 + numValues * 8 + length * 2;
      if (!fill(numBytes)) throw new RangeError(`${path}: ended early`);
      const values = new Float64Array(numValues);
      for (let index = 0; index < numValues; index++) {
        values[index] = buffer.readDoubleLE(start + 4 + index * 8);
      }
      const token = buffer.toString('utf16le', start + 4 + numValues * 8, start + numBytes);
      start += numBytes;
      yield { token, values };
    }
  } finally {
    closeSync(file);
  }
}

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
