// Checkpoints: a training that was broken off goes on to the same values, from the last sound checkpoint, or anew.
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkpointFolderOf, removeCheckpoints } from '../../src/teacher/training-checkpoint.js';
import type { TrainingLoopResult } from '../../src/teacher/training-loop.js';
import { recordingProgress, type ToyMetrics, type ToyOptions, trainToy } from './toy-training.js';

// Four batches, two an update: two updates an epoch, with dropout and a checkpoint after every update.
const TOY: ToyOptions = {
  dropoutRate: 0.3,
  settings: { epochs: 4, accumulate: 2, checkpointSteps: 1 },
  // The first epoch is the best one, so that its values must survive.
  isBetter: () => false,
};

let work: string;
let unbroken: TrainingLoopResult<ToyMetrics>;
beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'checkpoint-'));
  unbroken = await trainToy(TOY);
});
afterAll(() => rm(work, { recursive: true }));

const place = (name: string) => ({ folder: join(work, name), identity: { data: 'toy' } });

/** What must be equal: all but the speed. */
const figuresOf = ({ epochs, bestEpoch, updates, parameters }: TrainingLoopResult<ToyMetrics>) => ({
  epochs: epochs.map(({ trainLoss, dev }) => ({ trainLoss, dev })),
  bestEpoch,
  updates,
  parameters,
});

/** Trains until so many updates are done, then breaks off. */
async function breakOff(name: string, numUpdates: number, more: ToyOptions = {}): Promise<void> {
  const controller = new AbortController();
  const progress = recordingProgress((done) => {
    if (done === numUpdates) controller.abort();
  });
  const settings = { ...TOY.settings, ...more.settings };
  const broken = trainToy({
    ...TOY,
    ...more,
    settings,
    checkpoint: place(name),
    progress,
    signal: controller.signal,
  });
  await expect(broken).rejects.toMatchObject({ code: 'INTERRUPTED' });
}

/** Trains to the end; what was said and what came out. */
async function goOn(name: string) {
  const progress = recordingProgress();
  const result = await trainToy({ ...TOY, checkpoint: place(name), progress });
  return { result, notes: progress.notes };
}

const listFiles = async (name: string, ending: string) =>
  (await readdir(join(work, name))).filter((file) => file.endsWith(ending)).sort();

describe('a training that was broken off', () => {
  it.each([1, 2, 3, 5, 7])(
    'after update %d ends with the values of the unbroken one',
    async (at) => {
      await breakOff(`after-${at}`, at);
      const { result, notes } = await goOn(`after-${at}`);
      expect(result.resumedFrom).toBe(at);
      expect(notes[0]).toMatch(
        new RegExp(
          `^toy: goes on from a checkpoint: update ${at} of 8, epoch ${Math.floor(at / 2) + 1} of 4$`,
        ),
      );
      expect(figuresOf(result)).toEqual(figuresOf(unbroken));
    },
  );

  it('goes on even from its end, when only the result was not yet in place', async () => {
    await trainToy({ ...TOY, checkpoint: place('end') });
    const { result } = await goOn('end');
    expect(result.resumedFrom).toBe(8);
    expect(figuresOf(result)).toEqual(figuresOf(unbroken));
  });

  it('may go on with other threads and another rhythm of checkpoints', async () => {
    await breakOff('rhythm', 3, { settings: { checkpointSteps: 2 } });
    expect((await goOn('rhythm')).result.resumedFrom).toBe(3);
  });

  it('keeps two checkpoints at most, and none once they are removed', async () => {
    await trainToy({ ...TOY, checkpoint: place('kept') });
    expect((await listFiles('kept', '.json')).length).toBe(2);
    expect((await readdir(join(work, 'kept'))).length).toBe(5);
    await removeCheckpoints(join(work, 'kept'));
    expect(await readdir(work)).not.toContain('kept');
  });

  it('keeps none without the option, or with a rhythm of 0', async () => {
    const settings = { ...TOY.settings, checkpointSteps: 0 };
    await trainToy({ ...TOY, settings, checkpoint: place('none') });
    expect(await readdir(work)).not.toContain('none');
  });

  it('leaves what others put into its folder', async () => {
    await trainToy({ ...TOY, checkpoint: place('shared') });
    await writeFile(join(work, 'shared', 'notes.txt'), 'mine');
    await removeCheckpoints(join(work, 'shared'));
    expect(await readdir(join(work, 'shared'))).toEqual(['notes.txt']);
  });
});

describe('a checkpoint of another training', () => {
  it.each([
    ['rate', { settings: { learningRate: 0.01 } }],
    ['seed', { settings: { seed: 4 } }],
    ['name', { name: 'other' }],
  ] as [string, ToyOptions][])('(%s) is said and not resumed', async (what, other) => {
    await breakOff(what, 3, other);
    const { result, notes } = await goOn(what);
    expect(notes[0]).toMatch(/the checkpoint in .* is of another training .* starts anew/);
    expect(result.resumedFrom).toBe(0);
    expect(figuresOf(result)).toEqual(figuresOf(unbroken));
  });

  it('stays until the first own one is whole', async () => {
    await breakOff('replaced', 3, { settings: { seed: 4 } });
    const old = await listFiles('replaced', '.json');
    const refused = trainToy({
      ...TOY,
      checkpoint: place('replaced'),
      signal: AbortSignal.abort(),
    });
    await expect(refused).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(await listFiles('replaced', '.json')).toEqual(old);
    await breakOff('replaced', 1);
    expect(await listFiles('replaced', '.json')).toEqual([expect.stringMatching(/\.1-0\.json$/)]);
  });
});

describe('a damaged checkpoint', () => {
  const damages: [string, (path: string) => Promise<void>][] = [
    ['is truncated', (path) => truncate(path, 100)],
    ['is empty', (path) => truncate(path, 0)],
    ['has another byte', (path) => flipByte(path, -3)],
    ['has another byte in its header', (path) => flipByte(path, 12)],
    ['claims a huge header', (path) => flipByte(path, 6)],
    ['is gone', (path) => rm(path)],
  ];
  async function flipByte(path: string, at: number): Promise<void> {
    const bytes = await readFile(path);
    bytes[at < 0 ? bytes.length + at : at] ^= 1;
    await writeFile(path, bytes);
  }

  it.each(damages)(
    'whose file %s is said and left out: the one before it serves',
    async (what, damage) => {
      const name = `damaged ${what}`;
      await breakOff(name, 5);
      const files = await listFiles(name, '.5-2.safetensors');
      await damage(join(work, name, files[0]));
      const { result, notes } = await goOn(name);
      expect(notes[0]).toMatch(/^toy: a damaged checkpoint is left out \(.*5-2\.safetensors/);
      expect(result.resumedFrom).toBe(4);
      expect(figuresOf(result)).toEqual(figuresOf(unbroken));
    },
  );

  it.each([
    ['is no JSON', '{'],
    ['is null', 'null'],
    ['has other figures', undefined],
  ])('whose manifest %s is left out too', async (what, content) => {
    const name = `manifest ${what}`;
    await breakOff(name, 5);
    const [file] = await listFiles(name, '.5-2.json');
    const text = await readFile(join(work, name, file), 'utf8');
    const changed = text.replace('"updatesDone": 5', '"updatesDone": 6');
    expect(changed).not.toBe(text);
    await writeFile(join(work, name, file), content ?? changed);
    const { result } = await goOn(name);
    expect(result.resumedFrom).toBe(4);
    expect(figuresOf(result)).toEqual(figuresOf(unbroken));
  });

  it('starts anew when none is sound', async () => {
    await breakOff('hopeless', 5);
    const best = await listFiles('hopeless', '.best-1.safetensors');
    await truncate(join(work, 'hopeless', best[0]), 50);
    const { result, notes } = await goOn('hopeless');
    expect(notes[2]).toBe('toy: no checkpoint is whole; the training starts anew');
    expect(result.resumedFrom).toBe(0);
    expect(figuresOf(result)).toEqual(figuresOf(unbroken));
  });
});

describe('a checkpoint that cannot be written', () => {
  it('is said once, and the training goes on', async () => {
    await writeFile(join(work, 'file'), 'in the way');
    const { result, notes } = await goOn('file');
    const said = notes.filter((note) => note.includes('could not be written'));
    expect(said).toEqual([
      expect.stringMatching(
        /^toy: a checkpoint could not be written \(.*\); the training goes on$/,
      ),
    ]);
    expect(figuresOf(result)).toEqual(figuresOf(unbroken));
  });

  it('leaves the one before it, from which a later run goes on', async () => {
    await breakOff('blocked', 2);
    const [values] = await listFiles('blocked', '.2-1.safetensors');
    const key = values.slice(0, 16);
    // A folder in the place of the files of update 3.
    await mkdir(join(work, 'blocked', `${key}.3-1.safetensors`, 'full'), { recursive: true });
    await breakOff('blocked', 1);
    expect(await listFiles('blocked', '.json')).toContain(`${key}.2-1.json`);
    const { result, notes } = await goOn('blocked');
    expect(result.resumedFrom).toBe(2);
    expect(notes.filter((note) => note.includes('could not be written'))).toEqual([
      expect.stringMatching(/the training goes on, the checkpoint before it stays$/),
    ]);
    expect(figuresOf(result)).toEqual(figuresOf(unbroken));
  });
});

describe('checkpointFolderOf', () => {
  it('is hidden beside the result', () => {
    expect(checkpointFolderOf('/models/teacher')).toBe('/models/.teacher.training');
    expect(checkpointFolderOf('/models/teacher/')).toBe('/models/.teacher.training');
  });
});
