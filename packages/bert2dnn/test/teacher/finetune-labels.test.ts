// What labels, weights and heads a fine-tuning takes: soft labels, rows and classes that count more, heads that fit or not.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ExampleColumns, openExamples } from '../../src/data/index.js';
import { createRandom } from '../../src/foundation/random.js';
import { type FinetuneOptions, finetune } from '../../src/teacher/finetune.js';
import { loadTeacher } from '../../src/teacher/teacher.js';
import { recordingProgress } from './toy-training.js';

const TINY = { hiddenSize: 32, numHeads: 2, numLayers: 1, vocabularySize: 300, maxPositions: 32 };
const WORDS = ['the', 'shoe', 'was', 'a', 'very', 'hat', 'this', 'is'];

interface Row {
  text: string;
  isGood: boolean;
}

/** Rows with one telling word among others. */
function makeRows(numRows: number, seed: number): Row[] {
  const random = createRandom(seed, 'rows');
  return Array.from({ length: numRows }, () => {
    const isGood = random.next() < 0.35;
    const words = Array.from({ length: 1 + random.nextInt(6) }, () => WORDS[random.nextInt(8)]);
    words.push(isGood ? 'lovely' : 'awful');
    return { text: words.join(' '), isGood };
  });
}

const TRAIN = makeRows(48, 1);
const DEV = makeRows(40, 2);

let work: string;
let files = 0;
beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'finetune-labels-'));
  const needs = await sets(({ isGood }) => [isGood ? '1' : '0'], ['label']);
  await finetune({ ...needs, model: 'tiny', tiny: TINY, out: join(work, 'start'), epochs: 1 });
  const named = { classes: ['bad', 'good'] };
  const classes = await sets(({ isGood }) => [isGood ? 'good' : 'bad'], ['label'], named);
  const model = join(work, 'start');
  await finetune({ ...classes, model, out: join(work, 'named'), epochs: 1 });
});
afterAll(() => rm(work, { recursive: true }));

/** Opens rows as a file of the text and other columns. */
async function open(
  rows: readonly Row[],
  cellsOf: (row: Row) => string[],
  header: string[],
  columns: ExampleColumns,
) {
  const lines = rows.map((row) => [row.text, ...cellsOf(row)].join('\t'));
  const path = join(work, `rows-${files++}.tsv`);
  await writeFile(path, `${[['text', ...header].join('\t'), ...lines].join('\n')}\n`);
  return openExamples([path], columns, { label: true });
}

async function sets(
  cellsOf: (row: Row) => string[],
  header: string[],
  columns: ExampleColumns = {},
  train: readonly Row[] = TRAIN,
) {
  return {
    train: await open(train, cellsOf, header, columns),
    dev: await open(DEV, cellsOf, header, { ...columns, weight: undefined }),
  };
}

/** One batch an epoch and no dropout, so that only the weights of the rows matter. */
const WHOLE = { batchSize: 200, epochs: 4, learningRate: 1e-2, dropout: 0, threads: 1 };

async function train(
  data: Pick<FinetuneOptions, 'train' | 'dev'>,
  more: Partial<FinetuneOptions> = {},
) {
  const out = join(work, `out-${files++}`);
  const result = await finetune({ model: join(work, 'start'), ...WHOLE, ...data, ...more, out });
  return { result, out, weights: await readFile(join(out, 'model.safetensors')) };
}

const graded = ({ isGood }: Row): string[] => [isGood ? '1' : '0'];
const weighted =
  (weightOf: (row: Row) => number) =>
  (row: Row): string[] => [...graded(row), String(weightOf(row))];

describe('weights of rows', () => {
  it('count as that many rows', async () => {
    const isHeavy = ({ isGood }: Row) => isGood;
    const header = ['label', 'weight'];
    const cells = weighted((row) => (isHeavy(row) ? 3 : 1));
    const heavy = await train(await sets(cells, header, { weight: 'weight' }));
    const repeated = TRAIN.flatMap((row) => (isHeavy(row) ? [row, row, row] : [row]));
    const thrice = await train(await sets(graded, ['label'], {}, repeated));
    const once = await train(await sets(graded, ['label']));
    heavy.result.epochs.forEach(({ trainLoss, dev }, epoch) => {
      expect(trainLoss).toBeCloseTo(thrice.result.epochs[epoch].trainLoss, 5);
      expect(dev.logLoss).toBeCloseTo(thrice.result.epochs[epoch].dev.logLoss, 4);
    });
    expect(Math.abs(heavy.result.dev.logLoss - once.result.dev.logLoss)).toBeGreaterThan(1e-3);
  });

  it('of 0 leave a row out', async () => {
    // Rows of weight 0 have wrong labels.
    const wrong = TRAIN.slice(0, 20).map((row) => ({ ...row, isGood: !row.isGood, isOut: true }));
    const cells = weighted((row) => ('isOut' in row ? 0 : 1));
    const columns = { weight: 'weight' };
    const all = await train(await sets(cells, ['label', 'weight'], columns, [...TRAIN, ...wrong]));
    const right = await train(await sets(graded, ['label']));
    const misled = await train(await sets(graded, ['label'], {}, [...TRAIN, ...wrong]));
    expect(all.result.dev.logLoss).toBeCloseTo(right.result.dev.logLoss, 4);
    expect(Math.abs(misled.result.dev.logLoss - right.result.dev.logLoss)).toBeGreaterThan(1e-3);
  });

  it('are recorded by their column, and the dev set needs none', async () => {
    const data = {
      train: await open(
        TRAIN,
        weighted(() => 2),
        ['label', 'w'],
        { weight: 'w' },
      ),
      dev: await open(DEV, graded, ['label'], {}),
    };
    const { out } = await train(data);
    const extra = JSON.parse(await readFile(join(out, 'bert2dnn.json'), 'utf8'));
    expect(extra.training).toMatchObject({ weight: 'w', dropout: 0, accumulate: 1 });
    expect(extra.training).not.toHaveProperty('threads');
    expect(extra.training).not.toHaveProperty('checkpointSteps');
  });
});

describe('weights of classes', () => {
  it('are those of their rows: by name, and balanced', async () => {
    const numGood = TRAIN.filter(({ isGood }) => isGood).length;
    const balanced = { negative: 48 / (2 * (48 - numGood)), positive: 48 / (2 * numGood) };
    const columns = { weight: 'weight' };
    const cells = weighted(({ isGood }) => (isGood ? 3 : 0.5));
    const rows = await train(await sets(cells, ['label', 'weight'], columns));
    const data = await sets(graded, ['label']);
    const named = await train(data, { classWeights: { positive: 3, negative: 0.5 } });
    expect(named.weights.equals(rows.weights)).toBe(true);
    const counted = await train(data, { classWeights: balanced });
    const found = await train(data, { classWeights: 'balanced' });
    expect(found.weights.equals(counted.weights)).toBe(true);
    expect(found.weights.equals((await train(data)).weights)).toBe(false);
  });

  it('refuse a name that is no class, and weights that leave nothing', async () => {
    const data = await sets(graded, ['label']);
    await expect(train(data, { classWeights: { positiv: 2 } })).rejects.toMatchObject({
      code: 'USAGE',
      message: '--class-weight: no class "positiv", expected "negative", "positive"',
      hint: 'Did you mean "positive"?',
    });
    const none = { positive: 0, negative: 0 };
    await expect(train(data, { classWeights: none })).rejects.toMatchObject({
      code: 'WEIGHT_INVALID',
    });
  });
});

describe('soft labels of classes', () => {
  const soft = { labelColumns: ['bad', 'good'] };

  it('that are sure are hard labels', async () => {
    const hard = { classes: ['bad', 'good'] };
    const names = await sets(({ isGood }) => [isGood ? 'good' : 'bad'], ['label'], hard);
    const shares = await sets(
      ({ isGood }) => (isGood ? ['0', '1'] : ['1', '0']),
      ['bad', 'good'],
      soft,
    );
    const [byName, byShare] = [await train(names), await train(shares)];
    expect(byShare.weights.equals(byName.weights)).toBe(true);
    expect(byShare.result.dev).toEqual(byName.result.dev);
  });

  it('that are not sure are learnt as they are', async () => {
    const cells = ({ isGood }: Row) => (isGood ? ['0.2', '0.8'] : ['0.8', '0.2']);
    const options = { batchSize: 8, epochs: 12, learningRate: 3e-3, schedule: 'cosine' as const };
    const { out, result } = await train(await sets(cells, ['bad', 'good'], soft), options);
    // The entropy of (.2, .8): no model gets below it.
    const entropy = -(0.2 * Math.log(0.2) + 0.8 * Math.log(0.8));
    expect(result.dev.logLoss).toBeGreaterThan(entropy - 1e-6);
    expect(result.dev.logLoss).toBeLessThan(entropy + 0.02);
    expect(result.dev.accuracy).toBe(1);
    const teacher = await loadTeacher(out);
    expect(teacher.classes).toEqual(['bad', 'good']);
    await teacher.release();
  });
});

describe('a head whose classes have names', () => {
  const hard = (classes: string[]) =>
    sets(({ isGood }) => [classes[Number(isGood)]], ['label'], { classes });

  it('learns on with labels of the same names, or with grades', async () => {
    const learning = { model: join(work, 'named'), batchSize: 8, epochs: 12, learningRate: 3e-3 };
    const classes = await train(await hard(['bad', 'good']), learning);
    expect(classes.result.dev.accuracy).toBe(1);
    const grades = await train(await sets(graded, ['label']), learning);
    expect(grades.result.dev.auc).toBe(1);
    const config = JSON.parse(await readFile(join(grades.out, 'config.json'), 'utf8'));
    expect(config.id2label).toEqual({ 0: 'bad', 1: 'good' });
  });

  it('refuses other names, and another order, saying what to do', async () => {
    const model = join(work, 'named');
    const place = join(model, 'config.json');
    await expect(train(await hard(['no', 'yes']), { model })).rejects.toMatchObject({
      code: 'LABEL_INVALID',
      message: `${place}: the head tells "bad", "good", the labels are the classes "no", "yes"`,
      hint: expect.stringContaining('--head new'),
    });
    const reordered = await sets(({ isGood }) => [isGood ? 'good' : 'bad'], ['label'], {
      classes: ['good', 'bad'],
    });
    await expect(train(reordered, { model })).rejects.toMatchObject({
      code: 'LABEL_INVALID',
      hint: 'Name the classes in the order of the head: --classes bad,good.',
    });
  });

  it('is thrown away when asked', async () => {
    const { out } = await train(await hard(['no', 'yes']), {
      model: join(work, 'named'),
      head: 'new',
    });
    const config = JSON.parse(await readFile(join(out, 'config.json'), 'utf8'));
    expect(config.id2label).toEqual({ 0: 'no', 1: 'yes' });
    const grades = await train(await sets(graded, ['label']), {
      model: join(work, 'named'),
      head: 'new',
    });
    const single = JSON.parse(await readFile(join(grades.out, 'config.json'), 'utf8'));
    expect(single.id2label).toEqual({ 0: 'LABEL_0' });
  });

  it('of three classes refuses grades', async () => {
    const three = await sets(({ isGood }) => [isGood ? 'c' : 'a'], ['label'], {
      classes: ['a', 'b', 'c'],
    });
    const { out } = await train(three, { epochs: 1 });
    const refused = train(await sets(graded, ['label']), { model: out });
    await expect(refused).rejects.toThrow(/the head tells "a", "b", "c", the labels are grades/);
  });
});

describe('what a fine-tuning says and refuses', () => {
  it('says once how many rows are cut, by both limits', async () => {
    const data = await sets(graded, ['label']);
    const progress = recordingProgress();
    await train(data, { epochs: 1, maxTokens: 8, progress });
    // [CLS] and [SEP] leave 6 tokens: rows of 7 words (6 and the telling one) are cut.
    const countLong = (rows: Row[]) => rows.filter(({ text }) => text.split(' ').length > 6).length;
    const [numTrain, numDev] = [countLong(TRAIN), countLong(DEV)];
    const percent = (count: number, all: number) => `(${((100 * count) / all).toFixed(1)} %)`;
    expect([numTrain > 0, numDev > 0]).toEqual([true, true]);
    expect(progress.notes[0]).toBe(
      `finetune: cut to 8 tokens: ${numTrain} of 48 training rows ${percent(numTrain, 48)}, ${numDev} of 40 dev rows ${percent(numDev, 40)} (--max-tokens)`,
    );
    expect(progress.notes.filter((note) => note.includes('cut to')).length).toBe(1);
    const roomy = recordingProgress();
    await train(data, { epochs: 1, maxTokens: 9, progress: roomy });
    expect(roomy.notes.filter((note) => note.includes('cut to'))).toEqual([]);
  });

  it('says that a longer sequence than the model has positions is not to be had', async () => {
    const progress = recordingProgress();
    await train(await sets(graded, ['label']), { epochs: 1, maxTokens: 100, progress });
    expect(progress.notes[0]).toBe(
      "finetune: --max-tokens 100 is more than the model's 32 positions; 32 are used",
    );
  });

  it('refuses to choose an epoch by a figure that the dev set cannot have', async () => {
    const data = await sets(graded, ['label']);
    await expect(train(data, { selectBy: 'spearman' })).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining('no spearman to choose the epoch by'),
    });
    const grades = await sets(
      ({ isGood, text }) => [isGood ? '1' : String(Math.min(0.6, text.length / 100))],
      ['label'],
    );
    const { result } = await train(grades, { selectBy: 'spearman', epochs: 6 });
    const figures = result.epochs.map(({ dev }) => dev.spearman!);
    expect(result.bestEpoch).toBe(1 + figures.indexOf(Math.max(...figures)));
  });

  it('counts updates and stops early', async () => {
    const options = { batchSize: 8, accumulate: 4, epochs: 9, patience: 1, learningRate: 0 };
    const { result } = await train(await sets(graded, ['label']), options);
    // 6 batches, 4 and 2 an update; nothing changes, so the second epoch is no better.
    expect(result).toMatchObject({ updates: 4, stoppedEarly: true, resumedFrom: 0, bestEpoch: 1 });
  });
});
