// Posting blocks in a work folder: written once, then read as often as searches need them.
// As many as fit in the given memory stay loaded; the others take turns in it. No search here.
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Bert2dnnError } from '../../foundation/errors.js';
import { describeWriteError } from '../../foundation/files.js';
import { type Collection, saturationsOf } from './collection.js';
import { fillPeaks, type PostingBlock, viewBlock } from './posting-block.js';

/** A block in shared memory, as a worker thread gets it. */
export interface LoadedBlock {
  buffer: SharedArrayBuffer;
  /** Bytes [start, start + numBytes) of the buffer are the block's. */
  start: number;
  numBytes: number;
  /** The name for errors. */
  place: string;
}

/** Bytes read or written at once. */
const CHUNK_BYTES = 2 ** 26;

/** How much of the memory blocks take turns in, if not all can stay. */
const TURN_SHARE = 0.25;

interface StoredBlock {
  path: string;
  numBytes: number;
}

/** The arrays of a loaded block. @throws Bert2dnnError FILE_CORRUPT as `viewBlock` */
export function viewLoaded({ buffer, start, numBytes, place }: LoadedBlock): PostingBlock {
  return viewBlock(buffer, { place, start, numBytes });
}

/**
 * Stores the blocks of one index. Write all, `finish` once, then `load` group by group, in order and over again.
 * The first group stays in memory. The others take turns in a quarter of the memory, or as much as one block needs.
 */
export class BlockStore {
  private readonly blocks: StoredBlock[] = [];
  private groups: StoredBlock[][] = [];
  private kept: LoadedBlock[] | undefined;
  private turnBuffer = new SharedArrayBuffer(0);

  /** @param options folder for the files; bytes that blocks may take in memory, 0 or more */
  constructor(private readonly options: { folder: string; memoryBytes: number }) {}

  get numGroups(): number {
    return this.groups.length;
  }

  /** Bytes of all blocks. */
  get numBytes(): number {
    return this.blocks.reduce((sum, { numBytes }) => sum + numBytes, 0);
  }

  /** Stores the next block. @throws Bert2dnnError DISK_FULL, WRITE_FAILED */
  async write(buffer: SharedArrayBuffer): Promise<void> {
    const name = `bm25-${String(this.blocks.length).padStart(5, '0')}.block`;
    const path = join(this.options.folder, name);
    // Listed first, so that a file written in part is removed too.
    this.blocks.push({ path, numBytes: buffer.byteLength });
    await mkdir(this.options.folder, { recursive: true }).catch((error) => {
      throw describeWriteError(this.options.folder, error);
    });
    await withFile(path, 'w', async (file) => writeAt(file, new Uint8Array(buffer), 0));
  }

  /** Fills the peaks of each block, now that the collection is known, and keeps the first group in memory. */
  async finish(collection: Collection): Promise<void> {
    for (const stored of this.blocks) {
      const [loaded] = await this.read([stored]);
      const block = viewLoaded(loaded);
      fillPeaks(block, saturationsOf(block, collection));
      const { peaks } = block;
      const bytes = new Uint8Array(peaks.buffer, peaks.byteOffset, peaks.byteLength);
      await withFile(stored.path, 'r+', async (file) => writeAt(file, bytes, peaks.byteOffset));
    }
    this.groups = this.group();
    if (this.groups.length === 0) return;
    this.turnBuffer = new SharedArrayBuffer(0);
    this.kept = await this.read(this.groups[0]);
    this.turnBuffer = new SharedArrayBuffer(0);
  }

  /**
   * The blocks of a group, in order; those of any but the first are valid until the next `load`.
   * @throws Bert2dnnError FILE_MISSING, FILE_CORRUPT
   */
  async load(group: number): Promise<readonly LoadedBlock[]> {
    if (group === 0 && this.kept !== undefined) return this.kept;
    return this.read(this.groups[group]);
  }

  /** Consecutive blocks: as many as may stay in memory, then as many at a time as may take turns. */
  private group(): StoredBlock[][] {
    const { memoryBytes } = this.options;
    const isAll = this.numBytes <= memoryBytes;
    const groups: StoredBlock[][] = [];
    let numBytes = 0;
    for (const stored of this.blocks) {
      const share = isAll ? 1 : groups.length <= 1 ? 1 - TURN_SHARE : TURN_SHARE;
      if (groups.length === 0 || numBytes + stored.numBytes > share * memoryBytes) {
        groups.push([]);
        numBytes = 0;
      }
      groups[groups.length - 1].push(stored);
      numBytes += stored.numBytes;
    }
    return groups;
  }

  /** Reads blocks into the turn buffer, which grows to what they need. */
  private async read(blocks: readonly StoredBlock[]): Promise<LoadedBlock[]> {
    const starts = [0];
    for (const { numBytes } of blocks) starts.push(alignStart((starts.at(-1) ?? 0) + numBytes));
    const needed = starts[blocks.length];
    if (this.turnBuffer.byteLength < needed) this.turnBuffer = new SharedArrayBuffer(needed);
    const buffer = this.turnBuffer;
    const loaded: LoadedBlock[] = [];
    for (const [index, { path, numBytes }] of blocks.entries()) {
      const block = { buffer, start: starts[index], numBytes, place: path };
      await readWhole(path, new Uint8Array(buffer, block.start, numBytes));
      viewLoaded(block);
      loaded.push(block);
    }
    return loaded;
  }

  /** Removes the files. */
  async remove(): Promise<void> {
    for (const { path } of this.blocks) await rm(path, { force: true });
  }
}

/** Arrays of 32-bit numbers begin at multiples of 4. */
function alignStart(position: number): number {
  return Math.ceil(position / 8) * 8;
}

async function withFile(
  path: string,
  flags: string,
  use: (file: FileHandle) => Promise<void>,
): Promise<void> {
  try {
    const file = await open(path, flags);
    try {
      await use(file);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw describeWriteError(path, error);
  }
}

/** The system may take fewer bytes than it is given, and never takes more than 2 GiB. */
async function writeAt(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const part = bytes.subarray(done, done + CHUNK_BYTES);
    done += (await file.write(part, 0, part.length, position + done)).bytesWritten;
  }
}

async function readWhole(path: string, into: Uint8Array): Promise<void> {
  const file = await open(path, 'r').catch((cause) => {
    throw new Bert2dnnError('FILE_MISSING', `${path}: cannot be read, expected a posting block`, {
      hint: 'It is a file of work in progress: run the same command again to make it anew.',
      cause,
    });
  });
  try {
    const { size } = await file.stat();
    if (size !== into.length) {
      throw new Bert2dnnError(
        'FILE_CORRUPT',
        `${path}: size is ${size} bytes, expected the ${into.length} that were written`,
        { hint: 'It is a file of work in progress: run the same command again to make it anew.' },
      );
    }
    for (let done = 0; done < size; ) {
      const part = into.subarray(done, done + CHUNK_BYTES);
      const { bytesRead } = await file.read(part, 0, part.length, done);
      if (bytesRead === 0) {
        throw new Bert2dnnError(
          'FILE_CORRUPT',
          `${path}: ended at ${done} bytes, expected ${size}`,
        );
      }
      done += bytesRead;
    }
  } finally {
    await file.close();
  }
}
