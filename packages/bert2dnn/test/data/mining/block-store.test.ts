// Posting blocks as files: what is loaded is what was written, and a file that lies is refused.
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BlockStore, type LoadedBlock, viewLoaded } from '../../../src/data/mining/block-store.js';
import { IndexBuilder } from '../../../src/data/mining/index-builder.js';
import { viewBlock } from '../../../src/data/mining/posting-block.js';
import { createTexts } from './collections.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bert2dnn-blocks-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A finished store of 3 blocks. */
async function createStore(memoryBytes: number) {
  const store = new BlockStore({ folder, memoryBytes });
  const buffers: SharedArrayBuffer[] = [];
  const onBlock = (buffer: SharedArrayBuffer) => buffers.push(buffer);
  const builder = new IndexBuilder({ k1: 1.2, b: 0.75, blockDocuments: 40, onBlock });
  for (const text of createTexts(100, { seed: 3, numWords: 50, length: 9 })) {
    builder.add(text.split(' '));
  }
  const collection = builder.finish();
  for (const buffer of buffers) await store.write(buffer);
  await store.finish(collection);
  return { store, buffers };
}

const path = () => join(folder, 'bm25-00001.block');

function expectEqual(loaded: LoadedBlock, buffer: SharedArrayBuffer, number: number): void {
  const block = viewLoaded(loaded);
  const written = viewBlock(buffer, { place: 'written', numBytes: buffer.byteLength });
  expect(block.firstDocument).toBe((number - 1) * 40);
  for (const name of ['pairs', 'terms', 'offsets', 'documents', 'codes'] as const) {
    expect(block[name]).toEqual(written[name]);
  }
  // Peaks are filled once the collection is known, so not in the buffer that was written.
  expect(Math.max(...block.peaks)).toBeGreaterThan(0);
}

describe('BlockStore', () => {
  it('gives back the blocks in order, whether they stay in memory or take turns', async () => {
    for (const [memoryBytes, numGroups] of [
      [0, 3],
      // 3,906 bytes in all: two blocks have 2,898, which is not quite three quarters of this.
      [3880, 2],
      [1e9, 1],
    ]) {
      const { store, buffers } = await createStore(memoryBytes);
      expect(store.numGroups).toBe(numGroups);
      expect(store.numBytes).toBe(buffers.reduce((sum, { byteLength }) => sum + byteLength, 0));
      for (let pass = 0; pass < 2; pass++) {
        let index = 0;
        for (let group = 0; group < numGroups; group++) {
          for (const loaded of await store.load(group))
            expectEqual(loaded, buffers[index++], index);
        }
        expect(index).toBe(3);
      }
      await store.remove();
      expect(await readdir(folder)).toEqual([]);
    }
  });

  it('refuses a file of another size, magic or version, and one that is gone', async () => {
    const { store } = await createStore(0);
    const bytes = await readFile(path());
    const corrupt = async (change: (copy: Buffer) => void) => {
      const copy = Buffer.from(bytes);
      change(copy);
      await writeFile(path(), copy);
    };
    const expectCorrupt = (message: RegExp) =>
      expect(store.load(1)).rejects.toMatchObject({
        code: 'FILE_CORRUPT',
        message: expect.stringMatching(message),
      });
    await corrupt((copy) => copy.writeUInt32LE(1, 0));
    await expectCorrupt(/bm25-00001\.block: magic is 0x1, expected/);
    await corrupt((copy) => copy.writeUInt32LE(9, 4));
    await expectCorrupt(/version is 9, expected 1/);
    await corrupt((copy) => copy.writeUInt32LE(copy.readUInt32LE(20) + 1, 20));
    await expectCorrupt(/size is \d+ bytes, expected \d+ by its header/);
    await truncate(path(), bytes.length - 6);
    await expectCorrupt(/size is \d+ bytes, expected the \d+ that were written/);
    await rm(path());
    await expect(store.load(1)).rejects.toMatchObject({ code: 'FILE_MISSING' });
    await expect(store.load(0)).resolves.toHaveLength(1);
  });

  it('says that a folder cannot be written', async () => {
    await writeFile(join(folder, 'file'), '');
    const store = new BlockStore({ folder: join(folder, 'file'), memoryBytes: 0 });
    await expect(store.write(new SharedArrayBuffer(64))).rejects.toMatchObject({
      code: 'WRITE_FAILED',
    });
  });
});
