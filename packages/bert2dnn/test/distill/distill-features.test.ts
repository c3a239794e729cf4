// The features of a distillation on disk: any number of threads, any source of the texts and any state of the cache give the
// same student; damage and what vanished are noticed.
// One file: every part trains the same small student.
import {
  mkdir,
  readdir,
  readFile,
  rm,
  stat,
  truncate,
  unlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { basename, join } from 'node:path';
import { decodeParameters } from '@bert2dnn/student';
import { loadStudentFolder } from '@bert2dnn/student/node';
import { beforeAll, describe, expect, it } from 'vitest';
import { BadRows } from '../../src/data/bad-rows.js';
import { openExamples, writeParquet } from '../../src/data/index.js';
import { distill } from '../../src/distill/distill.js';
import type { DistillOptions } from '../../src/distill/options.js';
import { SILENT } from '../../src/foundation/progress.js';
import { createRandom } from '../../src/foundation/random.js';
import { createTemporaryName } from '../../src/foundation/temporary-names.js';
import { stackScores } from '../../src/labels/stack.js';
import { makeTestFolder, writeScores, writeTsv } from '../labels/score-fixture.js';

const folder = await makeTestFolder();
let numFolders = 0;
const newFolder = () => join(folder, `folder-${numFolders++}`);
const NEEDS = { label: true } as const;
const COLUMNS = ['query', 'title', 'label'];
const SMALL = {
  embeddingSize: 4,
  hiddenLayers: [8],
  crossSize: 64,
  matchSize: 1024,
  epochs: 2,
  batchSize: 16,
  shardExamples: 64,
  windowSize: 0.05,
};

const random = createRandom(11, 'pairs');
const word = () => `w${Math.floor(40 * random.next() ** 2)}`;
const rows = Array.from({ length: 500 }, (_, index): (string | number)[] => {
  const query = word();
  const title = index % 90 === 5 ? '' : `${word()} ${index % 2 === 0 ? query : word()} ${word()}`;
  return [query, title, index % 2 === 0 ? 1 : 0];
});

let parquet: string;
beforeAll(async () => {
  parquet = await writeRows('pairs.parquet', rows);
});

async function writeRows(name: string, values: (string | number)[][]): Promise<string> {
  const path = join(folder, name);
  const types = ['VARCHAR', 'VARCHAR', 'DOUBLE'] as const;
  await writeParquet(
    path,
    COLUMNS.map((column, index) => ({
      name: column,
      type: types[index],
      values: values.map((row) => row[index]),
    })),
  );
  return path;
}

const openPairs = (path = parquet) => openExamples([path], {}, NEEDS);

async function train(options: Partial<DistillOptions> = {}) {
  const notes: string[] = [];
  const tasks: string[] = [];
  const progress = {
    note: (message: string) => notes.push(message),
    start: (task: string) => {
      tasks.push(task);
      return { advance: () => undefined, done: () => undefined };
    },
  };
  const input = options.input ?? (await openPairs());
  const result = await distill({ input, out: newFolder(), ...SMALL, progress, ...options });
  return { ...result, notes, tasks };
}

const weightsOf = ({ out }: { out: string }) => readFile(join(out, 'student.safetensors'));

/** Paths of the shards in a cache folder. */
async function shardsIn(cache: string): Promise<string[]> {
  const names = await readdir(cache, { recursive: true });
  return names
    .filter((name) => name.endsWith('.features'))
    .map((name) => join(cache, name))
    .sort();
}

describe('a distillation over many shards', () => {
  it('gives the same bytes for 1, 2 and 4 threads, and nothing is left beside the student', async () => {
    const place = newFolder();
    await mkdir(place);
    const files: Buffer[][] = [];
    for (const threads of [1, 2, 4]) {
      const out = join(place, 'student');
      await train({ threads, out });
      const names = ['student.json', 'student.safetensors', 'training.json'];
      files.push(await Promise.all(names.map((name) => readFile(join(out, name)))));
      expect(await readdir(place)).toEqual(['student']);
      await rm(out, { recursive: true });
    }
    expect(files[1]).toEqual(files[0]);
    expect(files[2]).toEqual(files[0]);
  });

  it('in one window is the training of a single shard: a full shuffle', async () => {
    const single = await train({ shardExamples: 512 });
    const sharded = await train({ windowSize: 512 });
    expect(await weightsOf(sharded)).toEqual(await weightsOf(single));
    // In several windows the order is another one.
    expect(await weightsOf(await train())).not.toEqual(await weightsOf(single));
  });

  it('does not depend on the format of the texts, nor on bad rows that were left out', async () => {
    const expected = await weightsOf(await train());
    const tsv = await writeTsv(join(folder, 'pairs.tsv'), COLUMNS, rows);
    expect(await weightsOf(await train({ input: await openPairs(tsv) }))).toEqual(expected);
    const bad = [...rows.slice(0, 99), ['bad', 'label', 7], ...rows.slice(99)];
    const badRows = new BadRows('skip');
    const badFile = await writeTsv(join(folder, 'bad.tsv'), COLUMNS, bad);
    const input = await openExamples([badFile], {}, { ...NEEDS, badRows });
    expect(input.numRows).toBe(500);
    expect(await weightsOf(await train({ input }))).toEqual(expected);
  });
});

describe('progress', () => {
  it('counts each example once as featurised, whatever is read again', async () => {
    const done: Record<string, number> = {};
    const advanced: Record<string, number> = {};
    const start = (task: string) => ({
      advance(units: number) {
        advanced[task] = (advanced[task] ?? 0) + units;
      },
      done() {
        done[task] = (done[task] ?? 0) + 1;
      },
    });
    await train({ progress: { ...SILENT, start }, epochs: 3 });
    const epochs = ['epoch 1/3', 'epoch 2/3', 'epoch 3/3'];
    const names = ['count n-grams', 'featurise', ...epochs];
    expect(done).toEqual(Object.fromEntries(names.map((name) => [name, 1])));
    expect(advanced).toEqual(Object.fromEntries(names.map((name) => [name, 500])));
  });
});

describe('a kept cache', () => {
  it('spares later trainings all work on texts, whatever their other options', async () => {
    const cache = newFolder();
    const first = await train({ cache });
    const shards = await shardsIn(cache);
    expect(shards).toHaveLength(8);
    const times = await Promise.all(shards.map(async (path) => (await stat(path)).mtimeMs));
    const again = await train({ cache, epochs: 3, seed: 5, learningRate: 0.02 });
    expect(again.tasks).not.toContain('count n-grams');
    expect(await Promise.all(shards.map(async (path) => (await stat(path)).mtimeMs))).toEqual(
      times,
    );
    expect(await weightsOf(await train({ cache }))).toEqual(await weightsOf(first));
    // Another vocabulary, other features.
    await train({ cache, minCount: 3 });
    expect(await shardsIn(cache)).toHaveLength(16);
  });

  it('loses what killed runs left half written, and nothing of a live one', async () => {
    const cache = newFolder();
    await train({ cache });
    const [shard] = await shardsIn(cache);
    const live = createTemporaryName('1.features');
    // Of another machine's process, a day and more ago.
    const dead = '.tmp-0123456789ab-01234567.1-1.features';
    for (const folder of [cache, join(shard, '..')]) {
      for (const name of [live, dead]) await writeFile(join(folder, name), '');
      await utimes(join(folder, dead), 1, 1);
    }
    await mkdir(join(cache, 'runs-1'));
    await utimes(join(cache, 'runs-1'), 1, 1);
    await train({ cache });
    for (const folder of [cache, join(shard, '..')]) {
      expect(await readdir(folder)).toContain(live);
      expect(await readdir(folder)).not.toContain(dead);
    }
    expect(await readdir(cache)).not.toContain('runs-1');
  });

  it('beside the output goes with what killed runs left in it', async () => {
    const out = newFolder();
    const features = join(out, '..', `.${basename(out)}.features`);
    await mkdir(features);
    const name = createTemporaryName('vocabularies-0123456789abcdef.json');
    await writeFile(join(features, name), '');
    await train({ out });
    await expect(readdir(features)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('is made again where a file was cut, changed or removed', async () => {
    const cache = newFolder();
    const expected = await weightsOf(await train({ cache }));
    const [cut, changed, removed, ...others] = await shardsIn(cache);
    await truncate(cut, 200);
    const bytes = await readFile(changed);
    bytes[bytes.length - 5] ^= 1;
    await writeFile(changed, bytes);
    await unlink(removed);
    const again = await train({ cache });
    expect(await weightsOf(again)).toEqual(expected);
    const made = again.notes.filter((note) => note.startsWith('features are made again'));
    expect(made).toHaveLength(2);
    expect(made.some((note) => note.includes(cut))).toBe(true);
    expect(made.some((note) => note.includes('checksum'))).toBe(true);
    expect(await readFile(changed)).not.toEqual(bytes);
    expect(await shardsIn(cache)).toEqual([cut, changed, removed, ...others]);
  });
});

describe('groups', () => {
  it('order batches, by the field "query" or a group column; without either it is refused', async () => {
    const byQuery = await train({ byGroup: true });
    expect(await weightsOf(byQuery)).not.toEqual(await weightsOf(await train()));
    const input = await openExamples([parquet], { group: 'query' }, NEEDS);
    expect(await weightsOf(await train({ byGroup: true, input }))).toEqual(
      await weightsOf(byQuery),
    );
    const texts = await openExamples([parquet], { fields: { text: 'title' } }, NEEDS);
    await expect(train({ byGroup: true, input: texts })).rejects.toMatchObject({ code: 'USAGE' });
  });
});

describe('collisions', () => {
  it('are near the true share of features that share a row', async () => {
    const { collisions } = await train({ crossSize: 2000 });
    const cross = collisions!.find(({ block }) => block === 'query-x-title')!;
    const pairs = new Set<string>();
    for (const [query, title] of rows) {
      if (title === '') continue;
      for (const other of String(title).split(' ')) pairs.add(`${query} ${other}`);
    }
    // n features in V rows: a share of 1 - (1 - 1/V)^(n - 1) is expected.
    const expected = 1 - (1 - 1 / 2000) ** (pairs.size - 1);
    expect(cross.numRows).toBe(2000);
    expect(cross.numFeatures! / pairs.size).toBeGreaterThan(0.93);
    expect(cross.numFeatures! / pairs.size).toBeLessThan(1.07);
    expect(Math.abs(cross.share - expected)).toBeLessThan(0.03);
  });
});

describe('what is not as it was', () => {
  it('an input that vanished', async () => {
    const path = await writeRows('gone.parquet', rows.slice(0, 100));
    const input = await openPairs(path);
    await unlink(path);
    await expect(train({ input })).rejects.toMatchObject({
      code: 'FILE_MISSING',
      message: expect.stringContaining('gone.parquet'),
    });
  });

  it('a shard of soft labels that vanished', async () => {
    const inputs = [{ path: parquet, numRows: rows.length }];
    const logits = rows.map(([, , label]) => [0, label === 1 ? 2 : -2]);
    const scores = await writeScores(newFolder(), { inputs, logits, shardRows: 500 });
    const labels = newFolder();
    await stackScores({ scores: [scores], temperature: 1, out: labels });
    const shard = (await readdir(labels)).find((name) => name.endsWith('.parquet'))!;
    await unlink(join(labels, shard));
    await expect(train({ labels })).rejects.toMatchObject({
      code: 'FILE_MISSING',
      message: expect.stringContaining(shard),
    });
  });

  it('a training that goes to infinity while threads are at work', async () => {
    const diverging = train({
      learningRate: 1e30,
      threads: 4,
      shardExamples: 16,
      windowSize: 0.005,
    });
    await expect(diverging).rejects.toMatchObject({ code: 'NOT_FINITE' });
  });

  it('a text without any feature has the path of the biases only', async () => {
    const { out } = await train();
    const student = await loadStudentFolder(out);
    const [logit] = student.logits([['', '']]);
    // Zero vectors through the layers, by hand.
    const parameters = decodeParameters(student.parameters, student.definition);
    let values = new Float32Array(parameters['layer.0.bias']).map((b) => Math.max(0, b));
    const weight = parameters['layer.1.weight'];
    values = Float32Array.of(
      values.reduce((sum, value, index) => sum + value * weight[index], 0) +
        parameters['layer.1.bias'][0],
    );
    expect(logit).toBeCloseTo(values[0], 6);
  });
});

describe('figures on the way', () => {
  it('stop a training that gets no better, and keep the best step', async () => {
    const turned = rows
      .slice(0, 120)
      .map(([query, title, label]) => [query, title, 1 - Number(label)]);
    const dev = await openPairs(await writeRows('turned.parquet', turned as (string | number)[][]));
    const result = await train({ dev, epochs: 9, evalEvery: 5, patience: 3 });
    expect(result.epochs.length).toBeLessThan(9);
    expect(result.notes.some((note) => note.includes('nothing better since update'))).toBe(true);
    expect(result.bestStep % 5 === 0 || result.bestStep % 34 === 0).toBe(true);
    await expect(train({ patience: 2 })).rejects.toThrow(/patience is 2 but there are no dev/);
  });
});

describe('agreement with the teacher', () => {
  it('is the correlation of logits with margins of the dev rows, beside the gold metric', async () => {
    const devRows = rows.slice(0, 60);
    const dev = await openPairs(await writeRows('agreed.parquet', devRows));
    const margins = devRows.map(([, , label], row) => (label === 1 ? 3 : -2) + (row % 7) / 5);
    const inputs = [{ path: dev.files[0], numRows: devRows.length }];
    const logits = margins.map((margin) => [0, margin]);
    const scores = await writeScores(newFolder(), { inputs, logits, shardRows: 60 });
    const devLabels = newFolder();
    await stackScores({ scores: [scores], temperature: 2, out: devLabels });
    const result = await train({ dev, devLabels, epochs: 4 });
    const { name, agreement } = result.epochs[result.bestEpoch - 1].dev!;
    expect(name).toBe('auc');
    const student = await loadStudentFolder(result.out);
    const own = [...student.logits(devRows.map(([query, title]) => [`${query}`, `${title}`]))];
    expect(agreement).toBeCloseTo(pearson(own, margins), 4);
    expect(agreement).toBeGreaterThan(0.3);
  });
});

function pearson(left: number[], right: number[]): number {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [leftMean, rightMean] = [mean(left), mean(right)];
  const covariance = mean(left.map((value, row) => (value - leftMean) * (right[row] - rightMean)));
  const deviation = (values: number[], center: number) =>
    Math.sqrt(mean(values.map((value) => (value - center) ** 2)));
  return covariance / deviation(left, leftMean) / deviation(right, rightMean);
}

describe('a training that goes on from a student', () => {
  it('keeps its vocabularies and begins at its values', async () => {
    const first = await train({ epochs: 4 });
    const more = await train({ start: first.out, epochs: 1, progress: SILENT });
    const [old, fresh] = [await loadStudentFolder(first.out), await loadStudentFolder(more.out)];
    expect(fresh.vocabularies['title'].tokens).toEqual(old.vocabularies['title'].tokens);
    expect(more.tasks).not.toContain('count n-grams');
    // It begins where the first one ended, not at the loss of random values.
    expect(more.epochs[0].loss).toBeLessThan(first.epochs[1].loss);
    const input = await openPairs(await writeRows('other.parquet', rows.slice(0, 200)));
    expect((await train({ start: first.out, input, preset: 'pair' })).vocabularySizes).toEqual(
      first.vocabularySizes,
    );
  });

  it('names everything that differs', async () => {
    const { out } = await train({ epochs: 1 });
    await expect(train({ start: out, embeddingSize: 8, hiddenLayers: [16] })).rejects.toMatchObject(
      {
        code: 'USAGE',
        message: expect.stringMatching(
          /embedding size \(the student has 4, got 8\), hidden layers/,
        ),
      },
    );
    const input = await openExamples([parquet], { fields: { text: 'title' } }, NEEDS);
    const { embeddingSize: _, hiddenLayers: __, ...rest } = SMALL;
    const other = distill({ ...rest, start: out, input, out: newFolder(), preset: 'paper' });
    await expect(other).rejects.toThrow(/fields .*preset .*tokenizer \(the student has "default"/);
    await expect(train({ start: newFolder() })).rejects.toMatchObject({ code: 'STUDENT_INVALID' });
  });

  it('refuses a vocabulary of another tokenizer', async () => {
    const texts = rows.map(([query, title, label], index) => [
      `${query} ${title}! (no. ${index % 20})`,
      label,
    ]);
    const path = await writeTsv(join(folder, 'paper.tsv'), ['text', 'label'], texts);
    const input = await openExamples([path], {}, NEEDS);
    const { crossSize: _, matchSize: __, ...rest } = SMALL;
    const { out } = await distill({ ...rest, input, out: newFolder(), preset: 'paper' });
    const definition = JSON.parse(await readFile(join(out, 'student.json'), 'utf8'));
    definition.text.tokenizer = 'default';
    await writeFile(join(out, 'student.json'), JSON.stringify(definition));
    const { embeddingSize: ___, hiddenLayers: ____, ...plain } = rest;
    await expect(distill({ ...plain, input, out: newFolder(), start: out })).rejects.toMatchObject({
      code: 'STUDENT_INVALID',
      message: expect.stringContaining('none of the tokenizer "default"'),
    });
  });
});
