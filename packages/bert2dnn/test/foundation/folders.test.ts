// Folders that appear whole or not at all, whatever stops the run that writes them.
import {
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeFileAtomically } from '../../src/foundation/files.js';
import {
  checkFolderPlace,
  type IsOurs,
  writeFolderAtomically,
} from '../../src/foundation/folders.js';

let parent: string;
let out: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'bert2dnn-folders-'));
  out = join(parent, 'model');
});
afterEach(() => rm(parent, { recursive: true, force: true }));

const isOurs: IsOurs = (names) => names.every((name) => name === 'a' || name === 'b');

/** Writes `out` with the file `a`. */
const writeModel = (content: string) =>
  writeFolderAtomically(out, { isOurs }, async (folder) => {
    await writeFile(join(folder, 'a'), content);
    return content.length;
  });

const failWith = (error: unknown) =>
  writeFolderAtomically(out, { isOurs }, async (folder) => {
    await writeFile(join(folder, 'a'), 'half of the ne');
    throw error;
  });

const contentOf = () => readFile(join(out, 'a'), 'utf8');

async function makeFolder(path: string, content: string, ageHours = 0): Promise<string> {
  await mkdir(path);
  await writeFile(join(path, 'a'), content);
  const time = new Date(Date.now() - ageHours * 3_600_000);
  for (const each of [join(path, 'a'), path]) await utimes(each, time, time);
  return path;
}

describe('writeFolderAtomically', () => {
  it('writes a new folder with its parents, replaces it whole, and gives what the writer gave', async () => {
    out = join(parent, 'deep', 'model');
    await writeFolderAtomically(out, { isOurs }, (folder) => writeFile(join(folder, 'b'), ''));
    expect(await writeModel('new')).toBe(3);
    expect(await readdir(out)).toEqual(['a']);
    expect(await readdir(join(parent, 'deep'))).toEqual(['model']);
  });

  it('shows nothing at its place before all is written', async () => {
    await writeFolderAtomically(out, { isOurs }, async (folder) => {
      await writeFile(join(folder, 'a'), '');
      expect(await readdir(parent)).toEqual([expect.stringMatching(/^\.tmp-[0-9a-f]{12}-model$/)]);
    });
    expect(await readdir(parent)).toEqual(['model']);
  });

  it('leaves the old folder and nothing else when the writer fails', async () => {
    await writeModel('old');
    await expect(failWith(new Error('crash'))).rejects.toThrow('crash');
    expect(await readdir(parent)).toEqual(['model']);
    expect(await contentOf()).toBe('old');
  });

  it('names the place, not the folder beside it, when the disk is full', async () => {
    const noSpace = Object.assign(new Error('ENOSPC: no space left on device, write'), {
      code: 'ENOSPC',
    });
    const message = `${out}: the disk is full; nothing was written`;
    await expect(failWith(noSpace)).rejects.toMatchObject({ code: 'DISK_FULL', message });
    const inside = writeFolderAtomically(out, { isOurs }, (folder) =>
      // The atomic writer of files names its own path, which is in the folder beside.
      writeFileAtomically(join(folder, 'sub'), 'x').then(() =>
        writeFileAtomically(join(folder, 'sub', 'x'), 'y'),
      ),
    );
    await expect(inside).rejects.toMatchObject({
      code: 'WRITE_FAILED',
      message: `${out}: cannot be written (EEXIST)`,
    });
    const library = failWith(new Error('IO Error: Could not write "x": No space left on device'));
    await expect(library).rejects.toMatchObject({ code: 'DISK_FULL', message });
    expect(await readdir(parent)).toEqual([]);
  });

  it('names the place in the words of a library that names the file', async () => {
    const failing = writeFolderAtomically(out, { isOurs }, async (folder) => {
      throw new Error(`IO Error: cannot open "${join(folder, 'x.parquet')}"`);
    });
    await expect(failing).rejects.toMatchObject({
      code: 'WRITE_FAILED',
      message: `${out}: IO Error: cannot open "${join(out, 'x.parquet')}"`,
    });
  });

  it('keeps what someone else put at the place while it wrote', async () => {
    const late = writeFolderAtomically(out, { isOurs }, async () => {
      await mkdir(out);
      await writeFile(join(out, 'thesis.txt'), '');
    });
    await expect(late).rejects.toMatchObject({ code: 'WRITE_FAILED' });
    expect(await readdir(parent)).toEqual(['model']);
    expect(await readdir(out)).toEqual(['thesis.txt']);
  });

  it('writes where a link points to, and keeps the link', async () => {
    await mkdir(join(parent, 'disk'));
    const real = await makeFolder(join(parent, 'disk', 'real'), 'old');
    await symlink(real, out);
    await writeModel('new');
    expect((await lstat(out)).isSymbolicLink()).toBe(true);
    expect(await readFile(join(real, 'a'), 'utf8')).toBe('new');
    expect(await readdir(join(parent, 'disk'))).toEqual(['real']);
  });
});

describe('checkFolderPlace', () => {
  it('takes a place that is free, empty or ours', async () => {
    await checkFolderPlace(out, isOurs);
    await mkdir(out);
    await writeFile(join(out, '.DS_Store'), '');
    await checkFolderPlace(out, () => false);
    await writeFile(join(out, 'b'), '');
    await checkFolderPlace(out, isOurs);
  });

  it('refuses other things and names some, hidden ones too', async () => {
    await mkdir(out);
    for (const name of ['a', '.git', 'thesis.txt']) await writeFile(join(out, name), '');
    const refusal = {
      code: 'WRITE_FAILED',
      message: `${out}: the folder holds ".git", "a", "thesis.txt", expected nothing or only what this command writes`,
    };
    await expect(checkFolderPlace(out, isOurs)).rejects.toMatchObject(refusal);
    await expect(writeModel('new')).rejects.toMatchObject(refusal);
    expect((await readdir(out)).sort()).toEqual(['.git', 'a', 'thesis.txt']);
  });

  it('refuses a file', async () => {
    await writeFile(out, '');
    await expect(checkFolderPlace(out, isOurs)).rejects.toMatchObject({
      code: 'WRITE_FAILED',
      message: `${out}: cannot be written (ENOTDIR)`,
    });
  });
});

describe('after a killed run', () => {
  it('puts back what was to be replaced: the newest, whole, even if the next write fails', async () => {
    // Killed between the two renames: nothing at the place, the old folder and the new one beside it.
    for (const [suffix, content] of [
      ['b', 'older'],
      ['a', 'old'],
    ]) {
      await makeFolder(out, content);
      await rename(out, join(parent, `.old-${suffix.repeat(12)}-model`));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await makeFolder(join(parent, '.tmp-aaaaaaaaaaaa-model'), 'new');
    await expect(failWith(new Error('crash'))).rejects.toThrow('crash');
    expect(await contentOf()).toBe('old');
    await writeModel('newer');
    expect(await contentOf()).toBe('newer');
  });

  it('leaves a folder that is there alone', async () => {
    await writeModel('new');
    await makeFolder(join(parent, '.old-aaaaaaaaaaaa-model'), 'old');
    await checkFolderPlace(out, isOurs);
    expect(await contentOf()).toBe('new');
  });

  it('sweeps what it left of this place, once that is old, after a write that went well', async () => {
    const old = '.tmp-aaaaaaaaaaaa-model';
    const kept = [
      '.tmp-bbbbbbbbbbbb-other', // another place's
      '.tmp-cccc-model', // no name of ours
      '.tmp-dddddddddddd-my-model', // another place's that ends alike
    ];
    for (const name of [old, ...kept]) await makeFolder(join(parent, name), '', 2);
    const fresh = await makeFolder(join(parent, '.tmp-eeeeeeeeeeee-model'), '', 2);
    // Its folder is old but a file in it is not: a long run that still writes.
    await utimes(join(fresh, 'a'), new Date(), new Date());
    await expect(failWith(new Error('crash'))).rejects.toThrow('crash');
    expect(await readdir(parent)).toContain(old);
    await writeModel('new');
    expect((await readdir(parent)).sort()).toEqual(
      [...kept, '.tmp-eeeeeeeeeeee-model', 'model'].sort(),
    );
  });
});
