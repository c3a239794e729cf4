// What killed processes leave: taken away where they are dead, left where they live or are unknown.
import { spawn, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTemporaryName, removeLeftovers } from '../../src/foundation/temporary-names.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'names-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A name as another process of this machine makes it. */
function nameOf(pid: number, name: string): string {
  return createTemporaryName(name).replace(`.${process.pid}-`, `.${pid}-`);
}

function deadPid(): number {
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  return pid;
}

async function write(...names: string[]): Promise<void> {
  for (const name of names) await writeFile(join(folder, name), 'half');
}

describe('temporary names', () => {
  it('differ each time and keep the extension', () => {
    const names = Array.from({ length: 100 }, () => createTemporaryName('a.parquet'));
    expect(new Set(names).size).toBe(100);
    for (const name of names)
      expect(name).toMatch(/^\.tmp-[0-9a-f]{12}-[0-9a-f]{8}\.\d+-a\.parquet$/);
  });
});

describe('leftovers', () => {
  it('of a dead process go, files and folders; those of living ones stay', async () => {
    const living = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    const pid = deadPid();
    const kept = [createTemporaryName('own'), nameOf(living.pid as number, 'living')];
    await write(nameOf(pid, 'file.json'), ...kept);
    await mkdir(join(folder, nameOf(pid, 'folder')));
    await removeLeftovers(folder);
    living.kill();
    expect((await readdir(folder)).sort()).toEqual(kept.sort());
  });

  it('of another kind, and files of other names, stay', async () => {
    const kept = [nameOf(deadPid(), 'theirs.json'), '.tmp-0123456789ab-old', 'x.tmp', '.tmp-x'];
    await write(nameOf(deadPid(), 'ours.json'), ...kept);
    await removeLeftovers(folder, (name) => name === 'ours.json');
    expect((await readdir(folder)).sort()).toEqual(kept.sort());
  });

  it('of another machine go when they are old', async () => {
    const foreign = (name: string) =>
      nameOf(deadPid(), name).replace(/-[0-9a-f]{8}\./, '-ffffffff.');
    const [young, old] = [foreign('young'), foreign('old')];
    await write(young, old);
    const before = new Date(Date.now() - 25 * 3_600_000);
    await utimes(join(folder, old), before, before);
    await removeLeftovers(folder);
    expect(await readdir(folder)).toEqual([young]);
  });

  it('of no folder are none', async () => {
    await expect(removeLeftovers(join(folder, 'nowhere'))).resolves.toBeUndefined();
  });
});
