// A fine-tuning that is killed with -9 at any moment and run again ends with the bytes of the unbroken one; one whose
// checkpoints do not fit on the disk ends with them too.
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../src/foundation/random.js';
import { hashFolder } from './folder-hash.js';

const CHILD = fileURLToPath(new URL('./finetune-child.mjs', import.meta.url));

let work: string;
let unbroken: string;
beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'finetune-resume-'));
  for (const [name, numRows] of [
    ['train', 131],
    ['dev', 40],
  ] as const) {
    const random = createRandom(5, name);
    const lines = Array.from({ length: numRows }, () => {
      const isGood = random.next() < 0.5;
      const words = Array.from(
        { length: 1 + random.nextInt(9) },
        () => 'abcdefgh'[random.nextInt(8)],
      );
      return `${words.join(' ')} ${isGood ? 'fine' : 'poor'}\t${isGood ? 1 : 0}`;
    });
    await writeFile(join(work, `${name}.tsv`), `text\tlabel\n${lines.join('\n')}\n`);
  }
  await runChild('unbroken').ended;
  unbroken = await hashFolder(join(work, 'unbroken', 'teacher'));
});
afterAll(() => rm(work, { recursive: true }));

/** The result's name is the same everywhere, as it may stand in the result. */
function runChild(name: string, limitBlocks?: number) {
  const [train, dev, out] = ['train.tsv', 'dev.tsv', `${name}/teacher`].map((path) =>
    join(work, path),
  );
  const limit = limitBlocks === undefined ? '' : `ulimit -f ${limitBlocks}; `;
  const command = [`${limit}exec "$@"`, 'child', process.execPath, CHILD, train, dev, out];
  const child = spawn('bash', ['-c', ...command], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (text) => {
    said += text;
  });
  const ended = new Promise<string>((resolve) => child.on('close', () => resolve(said)));
  return { child, ended };
}

const namesIn = (...parts: string[]) => readdir(join(work, ...parts)).catch((): string[] => []);

/** Starts the child and kills it as soon as `isTime`; what it had said by then. */
async function killWhen(name: string, isTime: () => Promise<boolean>): Promise<string> {
  const { child, ended } = runChild(name);
  while (child.exitCode === null && !(await isTime())) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  expect(child.exitCode).toBeNull();
  child.kill('SIGKILL');
  return ended;
}

/** Whether a checkpoint of so many updates is whole, in whatever epoch. */
const hasCheckpoint = (name: string, numUpdates: number) => async () =>
  (await namesIn(name, '.teacher.training')).some((file) =>
    new RegExp(`^[0-9a-f]{16}\\.${numUpdates}-\\d+\\.json$`).test(file),
  );
const isWriting = (name: string, numUpdates: number) => async () => {
  const files = await namesIn(name, '.teacher.training');
  return files.some((file) => new RegExp(`^\\.tmp-.*\\.${numUpdates}-\\d+\\.`).test(file));
};
const isSaving = (name: string) => async () =>
  (await namesIn(name)).some((file) => file.startsWith('.tmp-'));

describe('a fine-tuning killed with -9 and run again', () => {
  it('ends with the same bytes, wherever it was killed', async () => {
    // 17 batches, 2 an update, the last alone: 9 updates an epoch.
    const resumed: number[] = [];
    for (const isTime of [
      isWriting('killed', 2),
      hasCheckpoint('killed', 4),
      isWriting('killed', 12),
      hasCheckpoint('killed', 14),
      isSaving('killed'),
    ]) {
      const update = /update (\d+) of 27/.exec(await killWhen('killed', isTime))?.[1];
      resumed.push(Number(update ?? 0));
    }
    // A poll may come late: each run starts where the one before it had come to, in the middle of an epoch or not.
    expect(resumed[0]).toBe(0);
    expect(resumed[2]).toBeGreaterThanOrEqual(4);
    expect(resumed[3]).toBeGreaterThanOrEqual(9);
    expect(resumed[4]).toBeGreaterThanOrEqual(14);
    expect(await namesIn('killed')).not.toContain('teacher');
    const said = await runChild('killed').ended;
    expect(said).toMatch(/goes on from a checkpoint: update 27 of 27, epoch 3 of 3/);
    expect(JSON.parse(said.trim().split('\n').at(-1)!)).toEqual({ resumedFrom: 27, updates: 27 });
    expect(await hashFolder(join(work, 'killed', 'teacher'))).toBe(unbroken);
    expect((await namesIn('killed')).filter((name) => name.endsWith('.training'))).toEqual([]);
  });
});

describe('a fine-tuning whose checkpoints do not fit', () => {
  it('says so once and ends with the same bytes', async () => {
    // Room for each file of the result, but not for weights with two moments.
    const { size } = await stat(join(work, 'unbroken', 'teacher', 'model.safetensors'));
    const said = await runChild('starved', Math.ceil((2 * size) / 1024)).ended;
    const notes = said.split('\n').filter((line) => line.includes('could not be written'));
    expect(notes).toEqual([
      expect.stringMatching(
        /^finetune: a checkpoint could not be written \(.*\.2-0\.safetensors: .*EFBIG.*\); the training goes on$/,
      ),
    ]);
    expect(await hashFolder(join(work, 'starved', 'teacher'))).toBe(unbroken);
    expect((await namesIn('starved')).filter((name) => name.endsWith('.training'))).toEqual([]);
  });
});
