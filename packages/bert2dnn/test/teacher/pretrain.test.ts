// Pretraining a tiny model on texts with an easy rule: it learns, repeats, resumes, is a start, and refuses what it must.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openExamples } from '../../src/data/index.js';
import { openScorer } from '../../src/evaluate/open-scorer.js';
import { SILENT } from '../../src/foundation/progress.js';
import { createRandom } from '../../src/foundation/random.js';
import { finetune } from '../../src/teacher/finetune.js';
import { openModelFolder } from '../../src/teacher/model-folder.js';
import { type PretrainOptions, pretrain } from '../../src/teacher/pretrain.js';
import { loadTeacher } from '../../src/teacher/teacher.js';

const SMALL = { hiddenSize: 32, numHeads: 2, numLayers: 1, vocabularySize: 300 };
const COLORS = ['red', 'blue', 'green', 'black'];
const THINGS = ['apple', 'ocean', 'meadow', 'night'];
const FILLER = ['really', 'often', 'still', 'rather', 'always', 'never', 'nearly', 'surely'];

let work: string;
let corpus: string;
beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'pretrain-'));
  corpus = await write('corpus.tsv', ['text', ...sentences(600)]);
});
afterAll(() => rm(work, { recursive: true }));

async function write(name: string, lines: string[]): Promise<string> {
  const path = join(work, name);
  await writeFile(path, `${lines.join('\n')}\n`);
  return path;
}

/** "the night is often surely black": the thing tells the color and the color the thing. */
function sentences(numRows: number): string[] {
  const random = createRandom(5, 'sentences');
  return Array.from({ length: numRows }, () => {
    const kind = random.nextInt(4);
    const [one, other] = [FILLER[random.nextInt(8)], FILLER[random.nextInt(8)]];
    return `the ${THINGS[kind]} is ${one} ${other} ${COLORS[kind]}`;
  });
}

async function options(out: string, input = corpus): Promise<PretrainOptions> {
  return {
    model: 'tiny',
    tiny: SMALL,
    input: await openExamples([input]),
    // The card names its folder, so all have one name.
    out: join(work, out, 'encoder'),
    epochs: 3,
    batchSize: 16,
    learningRate: 5e-3,
    devShare: 0.1,
    threads: 1,
    checkpointSteps: 5,
  };
}

async function hashFolder(name: string): Promise<string> {
  const hash = createHash('sha256');
  const folder = join(work, name, 'encoder');
  for (const file of (await readdir(folder)).sort())
    hash.update(file).update(await readFile(join(folder, file)));
  return hash.digest('hex');
}

/** Runs the child until it has printed `numNotes` lines that begin with `epoch`, then kills it as a power cut would. */
function killAfter(numNotes: number, out: string): Promise<NodeJS.Signals | null> {
  const child = fileURLToPath(new URL('./pretrain-child.mjs', import.meta.url));
  const running = spawn(process.execPath, [child, corpus, join(work, out, 'encoder')]);
  let printed = '';
  running.stdout.on('data', (chunk) => {
    printed += chunk;
    if ((printed.match(/^epoch/gm) ?? []).length >= numNotes) running.kill('SIGKILL');
  });
  return new Promise((resolve) => running.once('exit', (_, signal) => resolve(signal)));
}

describe('pretrain --model tiny', () => {
  it('learns the rule, writes an encoder, and repeats bit by bit', async () => {
    const result = await pretrain(await options('first'));
    const losses = result.epochs.map(({ dev }) => dev.loss);
    expect(losses[2]).toBeLessThan(losses[0]);
    // Three of five words can be told: an untaught model is right once in the vocabulary's size.
    expect(result.dev.accuracy).toBeGreaterThan(0.4);
    expect(result.dev.perplexity).toBeCloseTo(Math.exp(result.dev.loss), 6);
    expect(result.numRows + result.numHeldOut).toBe(600);
    await pretrain(await options('second'));
    expect(await hashFolder('second')).toBe(await hashFolder('first'));
    await pretrain({ ...(await options('other-seed')), seed: 2 });
    expect(await hashFolder('other-seed')).not.toBe(await hashFolder('first'));
    expect(await readdir(join(work, 'first'))).toEqual(['encoder']);
  });

  it('ends with the same bytes after it was killed', async () => {
    expect(await killAfter(1, 'killed')).toBe('SIGKILL');
    expect(await readdir(join(work, 'killed'))).not.toContain('encoder');
    const notes: string[] = [];
    const progress = { ...SILENT, note: (message: string) => void notes.push(message) };
    await pretrain({ ...(await options('killed')), progress });
    expect(notes.join('\n')).toMatch(/goes on from a checkpoint/);
    expect(await hashFolder('killed')).toBe(await hashFolder('first'));
  });

  it('masks anew in each epoch, whatever the masks of the one before', async () => {
    const still = { ...(await options('still')), learningRate: 0, epochs: 2 };
    const [first, second] = (await pretrain(still)).epochs;
    // Nothing is learnt, so the loss of the epochs differs by their masks and dropout, and the held-out loss not at all.
    expect(second.dev).toEqual(first.dev);
    expect(second.trainLoss).not.toBe(first.trainLoss);
  });
});

describe('a pretrained folder', () => {
  it('says what it is, and opens with its head over the vocabulary and without a classifier', async () => {
    const { config, weights, extra } = await openModelFolder(join(work, 'first', 'encoder'));
    expect(config.source['architectures']).toEqual(['BertForMaskedLM']);
    expect(weights).toMatchObject({ hasHead: false, hasPooler: false, hasMaskedLm: true });
    expect(extra).toMatchObject({ fields: ['text'], maxTokens: 64, task: { kind: 'masked-lm' } });
    const train = [{ file: 'corpus.tsv', numRows: 600 }];
    expect(extra?.provenance).toMatchObject({ base: 'tiny', train, dev: [] });
  });

  it('is gone on from: the loss begins where it ended', async () => {
    const first = await pretrain({ ...(await options('start')), epochs: 2 });
    const next = { ...(await options('next')), model: first.out, epochs: 1, learningRate: 1e-5 };
    const went = await pretrain(next);
    expect(Math.abs(went.dev.loss - first.dev.loss)).toBeLessThan(0.05);
    expect((await openModelFolder(went.out)).weights.hasMaskedLm).toBe(true);
  });

  it('is a start for finetune', async () => {
    const label = (text: string) => (/red|blue/.test(text) ? 1 : 0);
    const rows = sentences(200).map((text) => `${text}\t${label(text)}`);
    const labelled = await write('labelled.tsv', ['text\tlabel', ...rows]);
    const set = await openExamples([labelled], {}, { label: true });
    const result = await finetune({
      model: join(work, 'first', 'encoder'),
      train: set,
      dev: set,
      out: join(work, 'classifier'),
      epochs: 2,
      learningRate: 1e-3,
      threads: 1,
    });
    expect(result.dev.auc).toBeGreaterThan(0.95);
  });

  it('is no teacher: score and evaluate say that it has no classification head', async () => {
    const folder = join(work, 'first', 'encoder');
    const message = /encoder: .*no classification head/;
    await expect(loadTeacher(folder)).rejects.toThrow(message);
    await expect(openScorer(folder)).rejects.toMatchObject({
      code: 'TEACHER_INVALID',
      hint: expect.stringMatching(/bert2dnn finetune --model/),
    });
  });
});

describe('pretrain refuses', () => {
  it('texts without a word and texts too few to hold one out', async () => {
    const empty = await write('empty.jsonl', ['{"text": " "}', '{"text": ""}']);
    await expect(pretrain(await options('none', empty))).rejects.toMatchObject({
      code: 'TOO_FEW_EXAMPLES',
    });
    const one = await write('one.tsv', ['text', 'the same words', 'the same words']);
    const refused = pretrain(await options('none', one));
    await expect(refused).rejects.toThrow(/2 rows with a word, of which 2 would be held out/);
  });

  it('a tokenizer without mask token', async () => {
    const folder = join(work, 'maskless');
    await cp(join(work, 'first', 'encoder'), folder, { recursive: true });
    for (const name of ['tokenizer.json', 'tokenizer_config.json']) {
      const text = await readFile(join(folder, name), 'utf8');
      await writeFile(join(folder, name), text.replaceAll('[MASK]', '[unused]'));
    }
    await writeFile(join(folder, 'tokenizer_config.json'), '{}');
    const failing = pretrain({ ...(await options('none')), model: folder });
    await expect(failing).rejects.toMatchObject({
      code: 'TOKENIZER_INVALID',
      message: expect.stringMatching(/maskless: the tokenizer has no mask token/),
    });
  });

  it('an ELECTRA discriminator', async () => {
    const folder = join(work, 'electra');
    await cp(join(work, 'first', 'encoder'), folder, { recursive: true });
    const path = join(folder, 'config.json');
    const config = JSON.parse(await readFile(path, 'utf8'));
    const electra = { ...config, model_type: 'electra', embedding_size: 32 };
    await writeFile(path, JSON.stringify(electra));
    const failing = pretrain({ ...(await options('none')), model: folder });
    await expect(failing).rejects.toMatchObject({ code: 'TEACHER_INVALID' });
    await expect(failing).rejects.toThrow(/electra/);
  });

  it('other fields to measure on, and a place that holds something else', async () => {
    const pairs = await write('pairs.tsv', ['query\ttitle', 'red\tapple', 'blue\tocean']);
    const dev = await openExamples([pairs]);
    await expect(pretrain({ ...(await options('none')), dev })).rejects.toMatchObject({
      code: 'COLUMN_MISSING',
    });
    await expect(pretrain({ ...(await options('none')), out: work })).rejects.toMatchObject({
      code: 'WRITE_FAILED',
    });
    expect(await readdir(work)).not.toContain('none');
  });

  it('to finish after an interruption', async () => {
    const stopped = pretrain({ ...(await options('stopped')), signal: AbortSignal.abort() });
    await expect(stopped).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(await readdir(work)).not.toContain('stopped');
  });
});
