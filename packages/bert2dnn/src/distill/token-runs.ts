// Counts that left memory: files of tokens in order, each with its figures, and merging such lists into one.
// Exact whatever the number of runs. Temporary files of one process: no checksum, removed when the vocabulary is chosen.
import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describeWriteError } from '../foundation/files.js';
import type { TokenEntry } from './token-counts.js';

/** A list of tokens in the order of their UTF-16 units. */
export type TokenRun = Iterable<TokenEntry>;

/** Runs that are merged at once: each has an open file and a buffer. */
const FAN_IN = 64;
const BUFFER_BYTES = 1 << 18;

/**
 * Writes a run: for each token the number of its UTF-16 units (4 bytes), its figures (8 each) and the units.
 * @throws Bert2dnnError DISK_FULL, WRITE_FAILED.
 */
export function writeRun(path: string, run: TokenRun): void {
  const buffer = Buffer.alloc(BUFFER_BYTES);
  let end = 0;
  try {
    const file = openSync(path, 'w');
    try {
      const flush = (): void => {
        for (let done = 0; done < end; ) done += writeSync(file, buffer, done, end - done);
        end = 0;
      };
      for (const { token, values } of run) {
        const numBytes = 4 + values.length * 8 + token.length * 2;
        if (end + numBytes > buffer.length) flush();
        // A token may be longer than the buffer: a text has up to a million characters.
        const target = numBytes > buffer.length ? Buffer.alloc(numBytes) : buffer;
        const start = target === buffer ? end : 0;
        let position = target.writeUInt32LE(token.length, start);
        for (const value of values) position = target.writeDoubleLE(value, position);
        target.write(token, position, 'utf16le');
        if (target === buffer) end += numBytes;
        else for (let done = 0; done < numBytes; ) done += writeSync(file, target, done);
      }
      flush();
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw describeWriteError(path, error);
  }
}

/** Reads a run with so many figures a token. */
export function* readRun(path: string, numValues: number): Generator<TokenEntry> {
  const file = openSync(path, 'r');
  try {
    let buffer = Buffer.alloc(BUFFER_BYTES);
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

/** One list of several: figures of equal tokens are added. */
export function* mergeRuns(runs: readonly TokenRun[]): Generator<TokenEntry> {
  const iterators = runs.map((run) => run[Symbol.iterator]());
  try {
    const heap = new EntryHeap();
    const pull = (source: number): void => {
      const { value, done } = iterators[source].next();
      if (done !== true) heap.push({ entry: value, source });
    };
    for (let source = 0; source < iterators.length; source++) pull(source);
    let current: TokenEntry | undefined;
    for (let head = heap.pop(); head !== undefined; head = heap.pop()) {
      const { entry, source } = head;
      if (current?.token === entry.token) {
        for (let index = 0; index < entry.values.length; index++) {
          current.values[index] += entry.values[index];
        }
      } else {
        if (current !== undefined) yield current;
        current = entry;
      }
      pull(source);
    }
    if (current !== undefined) yield current;
  } finally {
    for (const iterator of iterators) iterator.return?.();
  }
}

/** Merges files of runs, in several passes where there are many; the files go as they are read. */
export function* mergeRunFiles(
  paths: readonly string[],
  { numValues, folder, name }: { numValues: number; folder: string; name: string },
): Generator<TokenEntry> {
  const left = [...paths];
  for (let pass = 0; left.length > FAN_IN; pass++) {
    const merged = left.splice(0, FAN_IN);
    const path = join(folder, `${name}-merged-${pass}.run`);
    writeRun(path, mergeRuns(merged.map((run) => readRun(run, numValues))));
    for (const run of merged) rmSync(run);
    left.push(path);
  }
  yield* mergeRuns(left.map((run) => readRun(run, numValues)));
}

interface Head {
  entry: TokenEntry;
  source: number;
}

/** A binary heap, the smallest token on top. */
class EntryHeap {
  readonly #heads: Head[] = [];

  push(head: Head): void {
    const heads = this.#heads;
    let index = heads.length;
    heads.push(head);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (heads[parent].entry.token <= head.entry.token) break;
      heads[index] = heads[parent];
      index = parent;
    }
    heads[index] = head;
  }

  pop(): Head | undefined {
    const heads = this.#heads;
    const top = heads[0];
    const last = heads.pop();
    if (heads.length === 0 || last === undefined) return top;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heads.length) break;
      if (child + 1 < heads.length && heads[child + 1].entry.token < heads[child].entry.token) {
        child++;
      }
      if (heads[child].entry.token >= last.entry.token) break;
      heads[index] = heads[child];
      index = child;
    }
    heads[index] = last;
    return top;
  }
}
