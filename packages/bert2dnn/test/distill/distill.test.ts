// Distilling from end to end on small rules: it learns, it is the same bytes twice, and it refuses what cannot be.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadStudentFolder } from '@bert2dnn/student/node';
import { describe, expect, it } from 'vitest';
import { openExamples } from '../../src/data/index.js';
import { distill } from '../../src/distill/distill.js';
import type { DistillOptions } from '../../src/distill/options.js';
import { SILENT } from '../../src/foundation/progress.js';
import { createRandom } from '../../src/foundation/random.js';
import { stackScores } from '../../src/labels/stack.js';
import { makeTestFolder, writeScores, writeTsv } from '../labels/score-fixture.js';

const folder = await makeTestFolder();
let numFolders = 0;
const newFolder = () => join(folder, `folder-${numFolders++}`);
const codeOf = (code: string, message: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) });

const WORDS = Array.from({ length: 40 }, (_, index) => `word${index}`);
const SMALL = {
  embeddingSize: 8,
  hiddenLayers: [16],
  crossSize: 512,
  matchSize: 1024,
  batchSize: 32,
  epochs: 6,
};

/** Texts of five words; the margin is a sum of weights that alternate by word. */
function textRows(
  numRows: number,
  seed: number,
): { rows: (string | number)[][]; margins: number[] } {
  const random = createRandom(seed, 'texts');
  const margins: number[] = [];
  const rows = Array.from({ length: numRows }, () => {
    const words = Array.from({ length: 5 }, () => random.nextInt(WORDS.length));
    const margin = words.reduce((sum, word) => sum + (word % 2 === 0 ? 1.5 : -1.5), 0);
    margins.push(margin);
    return [words.map((word) => WORDS[word]).join(' '), margin > 0 ? 1 : 0];
  });
  return { rows, margins };
}

/** Pairs; positive if the title has the query's word. Queries of the dev pairs are new words. */
function pairRows(numRows: number, prefix: string, seed: number): (string | number)[][] {
  const random = createRandom(seed, 'pairs');
  return Array.from({ length: numRows }, (_, index) => {
    const query = `${prefix}${random.nextInt(20)}`;
    const words = Array.from({ length: 3 }, () => WORDS[random.nextInt(WORDS.length)]);
    if (index % 2 === 0) words[random.nextInt(3)] = query;
    return [query, words.join(' '), index % 2 === 0 ? 1 : 0];
  });
}

const train = textRows(400, 1);
const trainFile = await writeTsv(join(folder, 'train.tsv'), ['text', 'label'], train.rows);
const dev = textRows(200, 2);
const devFile = await writeTsv(join(folder, 'dev.tsv'), ['text', 'label'], dev.rows);
const openLabelled = (file: string) => openExamples([file], {}, { label: true });
const devSet = await openLabelled(devFile);

async function softLabels(temperature: number): Promise<string> {
  const inputs = [{ path: trainFile, numRows: train.rows.length }];
  const logits = train.margins.map((margin) => [0, margin]);
  const scores = await writeScores(newFolder(), { inputs, logits, shardRows: 150 });
  const out = newFolder();
  await stackScores({ scores: [scores], temperature, out });
  return out;
}

const run = async (options: Partial<DistillOptions>) =>
  distill({ input: await openLabelled(trainFile), out: newFolder(), ...SMALL, ...options });

describe('distill', () => {
  it('learns a rule from hard labels and writes a student that scores the same', async () => {
    const result = await run({ dev: devSet });
    const best = result.epochs[result.bestEpoch - 1];
    expect(best.dev?.name).toBe('auc');
    expect(best.dev?.value).toBeGreaterThan(0.95);
    const student = await loadStudentFolder(result.out);
    let won = 0;
    const texts = (label: number) => dev.rows.filter((row) => row[1] === label).map(([t]) => t);
    const scoresOf = (label: number) =>
      student.scoreMany(texts(label).map((text) => [String(text)])).map(({ logit }) => logit);
    const [negatives, positives] = [scoresOf(0), scoresOf(1)];
    for (const p of positives) for (const n of negatives) won += p > n ? 1 : p === n ? 0.5 : 0;
    const auc = won / positives.length / negatives.length;
    expect(auc).toBeCloseTo(best.dev!.value, 3);
    expect(result.vocabularySizes['bag']).toBe(student.vocabularies['bag'].size);
  });

  it('learns from soft labels at T and stores the calibration', async () => {
    const result = await run({ labels: await softLabels(2), dev: devSet, epochs: 10 });
    expect(result.epochs.at(-1)!.dev!.value).toBeGreaterThan(0.95);
    expect(result.temperature).toBe(2);
    const student = await loadStudentFolder(result.out);
    expect(student.definition.calibration.temperature).toBe(2);
    // The student's own logit follows margin / T.
    const logits = student.logits(train.rows.map(([text]) => [String(text)]));
    const error = meanError(
      logits,
      train.margins.map((margin) => margin / 2),
    );
    expect(error).toBeLessThan(0.5);
  });

  it('leaves out rows without a soft label', async () => {
    const isWrong = (row: number): boolean => row % 2 === 0;
    const learn = async (failed: boolean, loss?: 'margin-mse') => {
      const inputs = [{ path: trainFile, numRows: train.rows.length }];
      // Every second row has a wrong margin, or none.
      const logits = train.margins.map((margin, row) =>
        isWrong(row) ? [failed ? Number.NaN : -margin] : [margin],
      );
      const numFailedRows = failed ? train.rows.length / 2 : 0;
      const scores = await writeScores(newFolder(), { inputs, logits, numFailedRows });
      const labels = newFolder();
      await stackScores({ scores: [scores], failedRows: 'drop', out: labels });
      const notes: string[] = [];
      const progress = { ...SILENT, note: (message: string) => notes.push(message) };
      const result = await run({ labels, loss, dev: devSet, epochs: 12, progress });
      return { result, notes, auc: result.epochs[result.bestEpoch - 1].dev!.value };
    };
    const { result, notes, auc } = await learn(true);
    expect([result.numExamples, notes[0]]).toEqual([
      200,
      '200 rows have no soft label and are left out',
    ]);
    expect(auc).toBeGreaterThan(0.9);
    expect((await learn(true, 'margin-mse')).auc).toBeGreaterThan(0.9);
    expect((await learn(false)).auc).toBeLessThan(0.8);
  });

  it('learns margins by margin-mse, with and without gold labels beside', async () => {
    const labels = await softLabels(1);
    for (const hardShare of [0, 0.2]) {
      const result = await run({ labels, dev: devSet, loss: 'margin-mse', hardShare, epochs: 10 });
      expect(result.epochs.at(-1)!.dev!.value).toBeGreaterThan(0.95);
      expect(result.epochs.at(-1)!.loss).toBeLessThan(result.epochs[0].loss / 3);
    }
  });

  it('judges pairs whose queries it never saw, by match features', async () => {
    const columns = ['query', 'title', 'label'];
    const file = await writeTsv(join(folder, 'pairs.tsv'), columns, pairRows(600, 'q', 3));
    const unseen = await writeTsv(join(folder, 'unseen.tsv'), columns, pairRows(200, 'new', 4));
    const result = await run({ input: await openLabelled(file), dev: await openLabelled(unseen) });
    expect(result.preset).toBe('pair');
    expect(result.epochs[result.bestEpoch - 1].dev!.value).toBeGreaterThan(0.95);
  });

  it('teaches towers which word answers which, and writes a student that gives vectors', async () => {
    // Title word i answers query word i, and no other does: nothing in the letters says so.
    const random = createRandom(6, 'answers');
    const rows = Array.from({ length: 800 }, (_, index) => {
      const word = random.nextInt(8);
      const answer = index % 2 === 0 ? word : (word + 1 + random.nextInt(7)) % 8;
      return [`ask${word}`, `${WORDS[random.nextInt(40)]} reply${answer}`, index % 2 === 0 ? 1 : 0];
    });
    const columns = ['query', 'title', 'label'];
    const input = await openLabelled(await writeTsv(join(folder, 'answers.tsv'), columns, rows));
    const more = { preset: 'tower', epochs: 12, characterSize: 64, shareTables: true };
    const result = await run({ input, dev: input, ...more });
    expect(result.epochs[result.bestEpoch - 1].dev!.value).toBeGreaterThan(0.95);
    const student = await loadStudentFolder(result.out);
    const query = student.embed('query', 'ask3');
    const scoreOf = (title: string) => student.scoreVectors([query, student.embed('title', title)]);
    expect(scoreOf('word1 reply3').score).toBeGreaterThan(scoreOf('word1 reply5').score);
    expect(scoreOf('word1 reply3')).toEqual(student.score(['ask3', 'word1 reply3']));
  });

  it('learns classes, hard and soft', async () => {
    const random = createRandom(9, 'classes');
    const names = ['a', 'b', 'c'];
    const rows = Array.from({ length: 300 }, (_, index) => [
      `${WORDS[random.nextInt(20)]} is${index % 3}`,
      names[index % 3],
    ]);
    const path = await writeTsv(join(folder, 'classes.tsv'), ['text', 'label'], rows);
    const input = await openExamples([path], { classes: names }, { label: true });
    const hard = await run({ input, dev: input });
    expect(hard.epochs.at(-1)!.dev).toEqual({ name: 'accuracy', value: 1 });
    const student = await loadStudentFolder(hard.out);
    expect(student.definition).toMatchObject({ numOutputs: 3, classes: names });
    expect(student.score(['word1 is2']).label).toBe('c');
    const logits = rows.map((_, index) => names.map((_, c) => (c === index % 3 ? 4 : 0)));
    const inputs = [{ path, numRows: 300 }];
    const scores = await writeScores(newFolder(), { inputs, logits, shardRows: 300 });
    const labels = newFolder();
    await stackScores({ scores: [scores], temperature: 2, out: labels });
    const soft = await run({ input, dev: input, labels, hardShare: 0.3 });
    expect(soft.epochs.at(-1)!.dev).toEqual({ name: 'accuracy', value: 1 });
    const margin = run({ input, labels, loss: 'margin-mse' });
    await expect(margin).rejects.toThrow(codeOf('USAGE', /one output, got 3 classes/));
  });

  it('gives the same bytes for the same inputs, seed and options, and others for another seed', async () => {
    const labels = await softLabels(2);
    const files = ['student.json', 'student.safetensors', 'training.json'];
    const bytesOf = async (options: Partial<DistillOptions>) => {
      const { out } = await run({ labels, dev: devSet, epochs: 2, ...options });
      return Promise.all(files.map((file) => readFile(join(out, file))));
    };
    const first = await bytesOf({});
    expect(await bytesOf({})).toEqual(first);
    expect(await bytesOf({ threads: 2 }).then(([, weights]) => weights)).toEqual(first[1]);
    expect((await bytesOf({ seed: 2 }))[1]).not.toEqual(first[1]);
  });

  it('takes a field that a row lacks, or has no text in, for an empty text', async () => {
    const rows = pairRows(120, 'red', 5);
    const gone = (row: number) => row % 7 === 3;
    const lines = rows.map(([query, title, label], row) => {
      if (!gone(row)) return { query, title, label };
      return row % 2 === 0 ? { query, label } : { query, title: null, label };
    });
    const jsonl = join(folder, 'gaps.jsonl');
    await writeFile(jsonl, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    const cells = rows.map(([query, title, label], row) => [query, gone(row) ? '' : title, label]);
    const tsv = await writeTsv(join(folder, 'gaps.tsv'), ['query', 'title', 'label'], cells);
    const weightsOf = async (path: string) => {
      const fields = { query: 'query', title: 'title' };
      const input = await openExamples([path], { fields }, { label: true });
      const { out } = await run({ input, preset: 'pair', epochs: 2 });
      const student = await loadStudentFolder(out);
      expect(Number.isFinite(student.score(['red1', '']).logit)).toBe(true);
      return readFile(join(out, 'student.safetensors'));
    };
    expect(await weightsOf(jsonl)).toEqual(await weightsOf(tsv));
  });

  it('stores the student as it is asked to, after the same training', async () => {
    const scoreOf = async (out: string) =>
      (await loadStudentFolder(out, { executor: 'reference' })).score(['word1 word2']).logit;
    const { out } = await run({ epochs: 2 });
    const half = await run({ epochs: 2, precision: 'float16' });
    expect((await loadStudentFolder(half.out)).precision).toBe('float16');
    expect(await scoreOf(half.out)).toBeCloseTo(await scoreOf(out), 2);
    const input = await openLabelled(trainFile);
    const more = await distill({ input, out: newFolder(), epochs: 1, start: half.out });
    expect((await loadStudentFolder(more.out)).precision).toBe('float32');
    await expect(run({ precision: 'int4' as never })).rejects.toThrow(
      codeOf('USAGE', /precision: got "int4"/),
    );
  });

  it('keeps the epoch that was best on the dev examples', async () => {
    // Dev labels turned round: the less it has learnt the better.
    const turned = dev.rows.map(([text, label]) => [text, 1 - Number(label)]);
    const path = await writeTsv(join(folder, 'turned.tsv'), ['text', 'label'], turned);
    const result = await run({ dev: await openLabelled(path) });
    expect(result.bestEpoch).toBe(1);
    const once = await run({ dev: await openLabelled(path), epochs: 1 });
    const weightsOf = ({ out }: { out: string }) => readFile(join(out, 'student.safetensors'));
    expect(await weightsOf(result)).toEqual(await weightsOf(once));
  });
});

describe('what distill refuses', () => {
  it('labels of one side, missing labels and too few examples', async () => {
    const write = (name: string, rows: (string | number)[][]) =>
      writeTsv(join(folder, name), ['text', 'label'], rows);
    const zeros = await write(
      'zeros.tsv',
      train.rows.map(([text]) => [text, 0]),
    );
    const oneSided = run({ input: await openLabelled(zeros) });
    await expect(oneSided).rejects.toThrow(
      codeOf('LABELS_ONE_SIDED', /zeros\.tsv: no positive label: all 400 labels/),
    );
    const few = await write('few.tsv', train.rows.slice(0, 5));
    const tooFew = run({ input: await openLabelled(few), minCount: 1 });
    await expect(tooFew).rejects.toThrow(codeOf('TOO_FEW_EXAMPLES', /got 5 examples/));
    const unique = await write(
      'unique.tsv',
      Array.from({ length: 10 }, (_, index) => [`unique${index}`, index % 2]),
    );
    const empty = run({ input: await openLabelled(unique), minCount: 9 });
    await expect(empty).rejects.toThrow(codeOf('TOO_FEW_EXAMPLES', /no n-gram occurs 9 times/));
    const none = run({ input: await openExamples([trainFile], {}) });
    await expect(none).rejects.toThrow(codeOf('USAGE', /no labels to learn from/));
  });

  it('soft labels that were made for other bytes', async () => {
    const labels = await softLabels(1);
    const changed = join(folder, 'changed.tsv');
    await writeFile(changed, (await readFile(trainFile, 'utf8')).replace('word', 'Word'));
    const mismatch = run({ input: await openLabelled(changed), labels });
    await expect(mismatch).rejects.toThrow(codeOf('SCORES_MISMATCH', /changed\.tsv/));
  });

  it('soft labels of one side', async () => {
    const inputs = [{ path: trainFile, numRows: 400 }];
    const logits = train.margins.map(() => [1]);
    const scores = await writeScores(newFolder(), { inputs, logits, shardRows: 400 });
    const labels = newFolder();
    await stackScores({ scores: [scores], out: labels });
    await expect(run({ labels })).rejects.toThrow(
      codeOf('LABELS_ONE_SIDED', /every label is 0\.73/),
    );
  });

  it('options outside their range, unknown names and unfit dev examples', async () => {
    await expect(run({ epochs: 0 })).rejects.toThrow(codeOf('USAGE', /epochs must be/));
    await expect(run({ learningRate: -1 })).rejects.toThrow(codeOf('USAGE', /learningRate must/));
    await expect(run({ hardShare: 2 })).rejects.toThrow(
      codeOf('USAGE', /hardShare must be 0\.\.1/),
    );
    await expect(run({ loss: 'mse' })).rejects.toThrow(codeOf('USAGE', /got "mse"/));
    await expect(run({ preset: 'towers' })).rejects.toThrow(codeOf('USAGE', /got "towers"/));
    await expect(run({ loss: 'margin-mse' })).rejects.toThrow(codeOf('USAGE', /needs the margins/));
    const unlabelled = await openExamples([devFile], {});
    await expect(run({ dev: unlabelled })).rejects.toThrow(codeOf('USAGE', /no label column/));
  });

  it('a training that goes to infinity, naming step and tensor', async () => {
    const diverging = run({ learningRate: 1e30 });
    await expect(diverging).rejects.toThrow(codeOf('NOT_FINITE', /step \d+: .*(loss|gradient)/));
  });
});

function meanError(values: ArrayLike<number>, expected: number[]): number {
  return expected.reduce((sum, e, index) => sum + Math.abs(values[index] - e), 0) / expected.length;
}
