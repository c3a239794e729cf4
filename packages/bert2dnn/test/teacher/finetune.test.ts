// Fine-tuning a tiny model on a task of a few hundred rows: it learns, repeats, and refuses what cannot be learnt.
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSafetensors, type TensorToWrite, writeSafetensors } from '@bert2dnn/student';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ExampleColumns, type ExampleSet, openExamples } from '../../src/data/index.js';
import { createRandom } from '../../src/foundation/random.js';
import { type FinetuneOptions, finetune } from '../../src/teacher/finetune.js';
import { loadTeacher } from '../../src/teacher/teacher.js';
import { hashFolder } from './folder-hash.js';

const GOOD = ['great', 'lovely', 'superb', 'fine', 'bright'];
const BAD = ['awful', 'dull', 'broken', 'weak', 'poor'];
const FILLER = ['the', 'shoe', 'was', 'a', 'very', 'hat', 'this', 'is'];
const SMALL = { hiddenSize: 32, numHeads: 2, numLayers: 1, vocabularySize: 300 };

let work: string;
beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'finetune-'));
});
afterAll(() => rm(work, { recursive: true }));

/** Rows `text <tab> label`: the label is 1 for a good word among filler, 0 for a bad one. */
async function writeTask(
  name: string,
  numRows: number,
  labelOf: (isGood: boolean) => string,
): Promise<string> {
  const random = createRandom(7, name);
  const lines = ['text\tlabel'];
  for (let row = 0; row < numRows; row++) {
    const isGood = random.next() < 0.5;
    const words = Array.from({ length: 2 + random.nextInt(6) }, () => FILLER[random.nextInt(8)]);
    words.splice(random.nextInt(words.length), 0, (isGood ? GOOD : BAD)[random.nextInt(5)]);
    lines.push(`${words.join(' ')}\t${labelOf(isGood)}`);
  }
  const path = join(work, `${name}.tsv`);
  await writeFile(path, `${lines.join('\n')}\n`);
  return path;
}

async function openTask(
  name: string,
  labelOf: (isGood: boolean) => string,
  columns: ExampleColumns = {},
) {
  const open = async (part: string, numRows: number): Promise<ExampleSet> =>
    openExamples([await writeTask(`${name}-${part}`, numRows, labelOf)], columns, { label: true });
  return { train: await open('train', 400), dev: await open('dev', 150) };
}

const graded = (isGood: boolean) => (isGood ? '1' : '0');
const options = (task: { train: ExampleSet; dev: ExampleSet }, out: string): FinetuneOptions => ({
  model: 'tiny',
  tiny: SMALL,
  ...task,
  out: join(work, out),
  epochs: 3,
  learningRate: 3e-3,
  threads: 1,
});

describe('finetune --model tiny', () => {
  it('learns a graded task, writes a teacher that scores so, and repeats bit by bit', async () => {
    const task = await openTask('graded', graded);
    const result = await finetune(options(task, 'first'));
    expect(result.dev.auc).toBeGreaterThan(0.9);
    expect(result.epochs.length).toBe(3);
    const teacher = await loadTeacher(result.out);
    expect([teacher.fields, teacher.numOutputs]).toEqual([['text'], 1]);
    const [good, bad] = await teacher.logits([['the shoe was great', 'the shoe was awful']]);
    expect(good).toBeGreaterThan(bad);
    await teacher.release();
    // The folder's own name may stand in it.
    const hash = await hashFolder(result.out);
    await finetune(options(task, 'first'));
    expect(await hashFolder(result.out)).toBe(hash);
    await finetune({ ...options(task, 'first'), seed: 2 });
    expect(await hashFolder(result.out)).not.toBe(hash);
  });

  it('gives the same bytes for one thread and two, also in batches smaller than the width', async () => {
    const task = await openTask('threads', graded);
    const tiny = { ...SMALL, hiddenSize: 128, numLayers: 2 };
    const small = { ...options(task, 'threads'), tiny, batchSize: 6, epochs: 1 };
    const { out } = await finetune(small);
    const hash = await hashFolder(out);
    await finetune({ ...small, threads: 2 });
    expect(await hashFolder(out)).toBe(hash);
  });

  it('learns classes with a softmax head, and goes on from its own folder', async () => {
    const classes = ['bad', 'good'];
    const task = await openTask('classes', (isGood) => classes[Number(isGood)], { classes });
    const first = await finetune({ ...options(task, 'classes-1'), epochs: 2 });
    const next = await finetune({ ...options(task, 'classes-2'), model: first.out, epochs: 1 });
    expect(next.dev.accuracy).toBeGreaterThan(0.9);
    const teacher = await loadTeacher(next.out);
    expect([teacher.numOutputs, teacher.classes]).toEqual([2, classes]);
    await teacher.release();
  });

  it('continues a head of two outputs on graded labels', async () => {
    const task = await openTask('two', graded);
    const two = { ...options(task, 'two-logits'), model: join(work, 'classes-1'), epochs: 1 };
    expect((await finetune(two)).dev.auc).toBeGreaterThan(0.9);
    const teacher = await loadTeacher(two.out);
    expect(teacher.numOutputs).toBe(2);
    await teacher.release();
  });
});

describe('finetune refuses', () => {
  it('labels of one side', async () => {
    const task = await openTask('one-sided', () => '0');
    const refused = finetune(options(task, 'none'));
    await expect(refused).rejects.toMatchObject({ code: 'LABELS_ONE_SIDED' });
    await expect(refused).rejects.toThrow(
      /one-sided-train\.tsv: no positive label: all 400 labels are in the lower half of 0\.\.1/,
    );
  });

  it('a place that holds something else, before any work', async () => {
    const task = await openTask('place', graded);
    await expect(finetune({ ...options(task, '.'), epochs: 1 })).rejects.toMatchObject({
      code: 'WRITE_FAILED',
    });
  });

  it('to go on with values that are not finite: step and tensor are named, nothing is written', async () => {
    const task = await openTask('nan', graded);
    const start = await finetune({ ...options(task, 'nan-start'), epochs: 1 });
    const path = join(start.out, 'model.safetensors');
    const tensors: Record<string, TensorToWrite> = Object.fromEntries(
      readSafetensors(await readFile(path)).tensors,
    );
    const weight = 'bert.encoder.layer.0.output.dense.weight';
    tensors[weight] = { ...tensors[weight], data: new Float32Array(32 * 128).fill(Number.NaN) };
    await writeFile(path, writeSafetensors(tensors));
    const failing = finetune({ ...options(task, 'nan-out'), model: start.out });
    await expect(failing).rejects.toMatchObject({
      code: 'NOT_FINITE',
      message: expect.stringMatching(/step 1\b/),
    });
    expect(await readdir(work)).not.toContain('nan-out');
  });

  it('to finish after an interruption, and leaves no folder', async () => {
    const task = await openTask('halted', graded);
    const stopped = finetune({ ...options(task, 'stopped'), signal: AbortSignal.abort() });
    await expect(stopped).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect((await readdir(work)).filter((name) => name.includes('stopped'))).toEqual([]);
  });
});
