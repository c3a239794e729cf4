import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  describeWriteError,
  readJson,
  writeAtomically,
  writeFileAtomically,
  writeJsonAtomically,
} from '../../src/foundation/files.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bert2dnn-files-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const noSpace = () =>
  Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });

describe('writeAtomically', () => {
  it('creates folders and replaces a file whole', async () => {
    const path = join(folder, 'a', 'b.txt');
    await writeFileAtomically(path, 'one');
    await writeFileAtomically(path, 'two');
    expect(await readFile(path, 'utf8')).toBe('two');
    expect(await readdir(join(folder, 'a'))).toEqual(['b.txt']);
  });

  it('leaves the old file and nothing else when the writer fails half-way', async () => {
    const path = join(folder, 'model.bin');
    await writeFileAtomically(path, 'old');
    const broken = writeAtomically(path, async (temporaryPath) => {
      await writeFile(temporaryPath, 'half of the ne');
      throw noSpace();
    });
    await expect(broken).rejects.toMatchObject({
      code: 'DISK_FULL',
      message: `${path}: the disk is full; nothing was written`,
    });
    expect(await readFile(path, 'utf8')).toBe('old');
    expect(await readdir(folder)).toEqual(['model.bin']);
  });

  it('says that a place cannot be written', async () => {
    await writeFile(join(folder, 'file'), '');
    await expect(writeFileAtomically(join(folder, 'file', 'x'), 'y')).rejects.toMatchObject({
      code: 'WRITE_FAILED',
    });
  });

  it('recognises a full disk in the words of a library', () => {
    const error = describeWriteError(
      'x.parquet',
      new Error('IO Error: Could not write file "x": No space left on device'),
    );
    expect(error).toMatchObject({ code: 'DISK_FULL' });
  });

  it('keeps the temporary file beside the final one, with its extension', async () => {
    await writeAtomically(join(folder, 'x.parquet'), async (temporaryPath) => {
      expect(temporaryPath.startsWith(`${folder}/.tmp-`)).toBe(true);
      expect(temporaryPath.endsWith('-x.parquet')).toBe(true);
      await writeFile(temporaryPath, '');
    });
  });
});

describe('readJson', () => {
  it('round-trips', async () => {
    await writeJsonAtomically(join(folder, 'x.json'), { a: [1, null] });
    expect(await readJson(join(folder, 'x.json'))).toEqual({ a: [1, null] });
  });

  it('names the file that is missing or broken', async () => {
    await expect(readJson(join(folder, 'no.json'))).rejects.toMatchObject({ code: 'FILE_MISSING' });
    await writeFile(join(folder, 'bad.json'), '{');
    await expect(readJson(join(folder, 'bad.json'))).rejects.toMatchObject({
      code: 'FILE_CORRUPT',
      message: expect.stringContaining('bad.json'),
    });
  });
});
