// A distillation on a disk that is really full, a tmpfs: too small from the start, and filled up at each piece of work.
// `npm run test:faults`; needs the right to mount, and says so where that is missing.
import { spawnSync } from 'node:child_process';
import { statfsSync } from 'node:fs';
import { copyFile, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { makeTestFolder } from '../labels/score-fixture.js';
import { hashFolder } from '../teacher/folder-hash.js';
import { startChild, writePairs } from './killed-distillation.js';

const ROOMY_KIB = 65_536;

const folder = await makeTestFolder();
const disk = join(folder, 'disk');
await mkdir(disk);
const mount = (options: string) =>
  spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', disk], { encoding: 'utf8' });
const { status, stderr, error } = mount(`size=${ROOMY_KIB}k`);
const reason = error?.message ?? stderr.trim();
afterAll(() => {
  if (status === 0) spawnSync('umount', [disk]);
});

/** The disk has so much room in all from now on; not less than it holds. */
function resize(kib: number): void {
  const result = mount(`remount,size=${kib}k`);
  if (result.status !== 0) throw new Error(result.stderr);
}

/** Takes the room that is left. The child writes meanwhile, so that what it holds is more than what was counted. */
function fillUp(): void {
  for (let isFull = false; !isFull; ) {
    const { blocks, bfree, bsize } = statfsSync(disk);
    const usedKib = Math.ceil(((blocks - bfree) * bsize) / 1024);
    isFull = mount(`remount,size=${usedKib}k`).status === 0;
  }
}

/** The disk with the pairs alone. */
async function startOver(): Promise<void> {
  resize(ROOMY_KIB);
  for (const name of await readdir(disk)) await rm(join(disk, name), { recursive: true });
  for (const name of ['train', 'dev']) {
    await copyFile(join(folder, `${name}.parquet`), join(disk, `${name}.parquet`));
  }
}

/** What one distillation said, with `onLine` called for each line at the moment it is said. */
async function distilOnDisk(onLine: (line: string) => void = () => undefined): Promise<string[]> {
  const { child, ended } = startChild(disk, { name: 'starved', threads: 2 });
  child.stdout?.on('data', (text) => {
    for (const line of String(text).split('\n')) onLine(line);
  });
  return (await ended).trim().split('\n');
}

const hashStudent = () => hashFolder(join(disk, 'starved', 'student'));

describe.skipIf(status !== 0)(`a full disk${status === 0 ? '' : ` (no mount: ${reason})`}`, () => {
  it('is a clear error wherever it fills up; with room the same command ends with the same bytes', async () => {
    await writePairs(folder);
    await startOver();
    const lines = await distilOnDisk();
    const expected = await hashStudent();

    const places = new Map<string, string>();
    for (const stage of new Set(lines.slice(0, -1))) {
      await startOver();
      let hasFilled = false;
      const said = await distilOnDisk((line) => {
        if (line !== stage || hasFilled) return;
        hasFilled = true;
        fillUp();
      });
      const { code, message } = JSON.parse(said.at(-1)!);
      if (code !== undefined) {
        expect(code, `${stage}: ${message}`).toBe('DISK_FULL');
        places.set(stage, message.replaceAll(disk, ''));
      }
      resize(ROOMY_KIB);
      await distilOnDisk();
      expect(await hashStudent(), stage).toBe(expected);
      expect(await readdir(join(disk, 'starved'))).toEqual(['student']);
    }
    console.log([...places].map(([stage, message]) => `${stage}: ${message}`).join('\n'));
    expect(places.size).toBeGreaterThan(1);
  });
});
