// Options of training from end to end: what weights, rankings, the search for a rate, sizes and pruning do to a student.
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { loadStudentFolder } from '@bert2dnn/student/node';
import { describe, expect, it } from 'vitest';
import { type ExampleColumns, openExamples } from '../../src/data/index.js';
import { distill } from '../../src/distill/distill.js';
import type { DistillOptions } from '../../src/distill/options.js';
import { SILENT } from '../../src/foundation/progress.js';
import { createRandom } from '../../src/foundation/random.js';
import { stackScores } from '../../src/labels/stack.js';
import { makeTestFolder, writeScores, writeTsv } from '../labels/score-fixture.js';

const folder = await makeTestFolder();
let numFolders = 0;
const newFolder = () => join(folder, `folder-${numFolders++}`);
const SMALL = { embeddingSize: 8, hiddenLayers: [16], crossSize: 512, matchSize: 1024 };

/** Texts of five words, positive where even words are in the majority; every second row says the opposite. */
function contradictoryRows(seed = 1): (string | number)[][] {
  const random = createRandom(seed, 'texts');
  return Array.from({ length: 800 }, (_, row) => {
    const words = Array.from({ length: 5 }, () => random.nextInt(30));
    const label = words.filter((word) => word % 2 === 0).length > 2 ? 1 : 0;
    const isWrong = row % 2 === 0;
    const text = words.map((word) => `word${word}`).join(' ');
    return [text, isWrong ? 1 - label : label, isWrong ? 0.05 : 3];
  });
}

const file = await writeTsv(
  join(folder, 'texts.tsv'),
  ['text', 'label', 'trust'],
  contradictoryRows(),
);
const right = await writeTsv(
  join(folder, 'right.tsv'),
  ['text', 'label', 'trust'],
  contradictoryRows(2).filter((_, row) => row % 2 === 1),
);
const open = (path: string, columns: ExampleColumns = {}) =>
  openExamples([path], columns, { label: true });

const run = async (options: Partial<DistillOptions>) =>
  distill({
    input: await open(file),
    dev: await open(right),
    out: newFolder(),
    ...SMALL,
    batchSize: 32,
    epochs: 6,
    ...options,
  });
const devOf = ({ epochs, bestEpoch }: Awaited<ReturnType<typeof run>>): number =>
  epochs[bestEpoch - 1].dev!.value;
const weightsOf = ({ out }: { out: string }) => readFile(join(out, 'student.safetensors'));

describe('weights of rows', () => {
  it('make the rows that count most win over those that say the opposite', async () => {
    expect(devOf(await run({}))).toBeLessThan(0.8);
    const input = await open(file, { weight: 'trust' });
    expect(devOf(await run({ input }))).toBeGreaterThan(0.95);
  });

  it('of a class move the scores its way', async () => {
    const meanLogit = async (classWeights: DistillOptions['classWeights']) => {
      const { out } = await run({ classWeights, dev: undefined });
      const logits = (await loadStudentFolder(out)).logits(
        contradictoryRows().map(([t]) => [`${t}`]),
      );
      return logits.reduce((sum, logit) => sum + logit / logits.length, 0);
    };
    const plain = await meanLogit(undefined);
    // Odds of all rows go up by a factor of 4, so logits by about log 4 = 1.39 before anything is learnt from words.
    const moved = (await meanLogit({ positive: 4 })) - plain;
    expect(moved).toBeGreaterThan(0.8);
    expect(moved).toBeLessThan(2);
  });
});

/** Six titles a query, of which those with more of its words are better; half of the queries are for dev. */
async function rankedPairs(): Promise<{ input: string; dev: string }> {
  const random = createRandom(4, 'ranked');
  const word = () => `w${random.nextInt(40)}`;
  const rows = Array.from({ length: 120 }, (_, query) => {
    const words = [word(), word(), word()];
    return Array.from({ length: 6 }, (_, rank) => {
      const same = words.slice(0, rank % 4);
      return [`${words.join(' ')} q${query}`, [...same, word(), word()].join(' '), same.length / 3];
    });
  });
  const write = (name: string, own: typeof rows) =>
    writeTsv(join(folder, name), ['query', 'title', 'label'], own.flat());
  return {
    input: await write('ranked.tsv', rows.slice(0, 80)),
    dev: await write('ranked-dev.tsv', rows.slice(80)),
  };
}
const pairs = await rankedPairs();

describe('a ranking loss', () => {
  it.each(['pairwise', 'listwise'])('alone teaches an order (%s)', async (ranking) => {
    const result = await run({
      input: await open(pairs.input),
      dev: await open(pairs.dev),
      ranking,
      rankingShare: 1,
      epochs: 8,
    });
    expect(devOf(result)).toBeGreaterThan(0.95);
  });

  it('is refused without groups, and for classes', async () => {
    await expect(run({ ranking: 'pairwise' })).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringMatching(/need groups, got none/),
    });
    const rows = Array.from({ length: 30 }, (_, row) => [`q${row % 5}`, `t${row}`, 'abc'[row % 3]]);
    const path = await writeTsv(join(folder, 'classes.tsv'), ['query', 'title', 'label'], rows);
    const input = await open(path, { classes: ['a', 'b', 'c'] });
    await expect(run({ input, dev: input, ranking: 'listwise' })).rejects.toMatchObject({
      code: 'USAGE',
      message: 'ranking needs one output, got 3 classes',
    });
  });
});

describe('learningRate auto', () => {
  it('finds the same rate and the same student every time, and says which', async () => {
    const notes: string[] = [];
    const progress = { ...SILENT, note: (message: string) => notes.push(message) };
    const first = await run({ learningRate: 'auto', progress });
    const second = await run({ learningRate: 'auto', threads: 2 });
    expect(first.isAutoRate).toBe(true);
    expect(second.learningRate).toBe(first.learningRate);
    expect(await weightsOf(second)).toEqual(await weightsOf(first));
    expect(notes[0]).toMatch(`distill: learning rate ${first.learningRate}, of the tables`);
    // The training itself is that of the rate found.
    const { learningRate, embeddingLearningRate } = first;
    const given = await run({ learningRate, embeddingLearningRate });
    expect(await weightsOf(given)).toEqual(await weightsOf(first));
  });
});

describe('maxSize', () => {
  it('gives a folder of at most so many bytes that still learns', async () => {
    const bytesOf = async (out: string): Promise<number> => {
      let sum = 0;
      for (const name of await readdir(out)) sum += (await stat(join(out, name))).size;
      return sum;
    };
    const options = { embeddingSize: undefined, hiddenLayers: undefined, minCount: 1 };
    for (const [maxSize, precision] of [
      [40_000, 'int8'],
      [120_000, 'int8'],
      [1e9, 'float32'],
    ] as const) {
      const { out, sizeBytes, ...result } = await run({
        ...options,
        input: await open(right),
        maxSize,
      });
      expect(await bytesOf(out)).toBeLessThanOrEqual(maxSize);
      expect((await loadStudentFolder(out)).precision).toBe(precision);
      if (precision === 'int8') expect(sizeBytes).toBeGreaterThan(maxSize / 2);
      expect(devOf({ ...result, out, sizeBytes })).toBeGreaterThan(0.95);
    }
  });

  it('is refused beside a student to go on from, and where nothing fits', async () => {
    const { out } = await run({});
    await expect(run({ maxSize: 1e6, start: out })).rejects.toMatchObject({ code: 'USAGE' });
    await expect(run({ maxSize: 3000 })).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringMatching(/maxSize: got 3000 bytes, expected at least \d+/),
    });
  });
});

describe('prune', () => {
  it('leaves out what only rows without a soft label have, and changes no score of the others', async () => {
    const rows = contradictoryRows();
    const words = rows.map(([text], row) => [row < 100 ? `rare${row % 9} ${text}` : text, 0, 1]);
    const path = await writeTsv(join(folder, 'rare.tsv'), ['text', 'label', 'trust'], words);
    const logits = rows.map(([, label], row) => [row < 100 ? Number.NaN : Number(label) - 0.5]);
    const inputs = [{ path, numRows: rows.length }];
    const scores = await writeScores(newFolder(), { inputs, logits, numFailedRows: 100 });
    const labels = newFolder();
    await stackScores({ scores: [scores], failedRows: 'drop', out: labels });
    const learn = async (prune: boolean) => {
      const result = await run({ input: await open(path), labels, prune, epochs: 2 });
      return { ...result, student: await loadStudentFolder(result.out) };
    };
    const [whole, pruned] = [await learn(false), await learn(true)];
    expect(whole.numPruned).toBe(0);
    expect(pruned.numPruned).toBeGreaterThanOrEqual(9);
    expect(pruned.vocabularySizes['bag']).toBe(whole.vocabularySizes['bag'] - pruned.numPruned);
    expect(pruned.student.vocabularies['bag'].get('rare3')).toBe(-1);
    expect(whole.student.vocabularies['bag'].get('rare3')).toBeGreaterThanOrEqual(0);
    const trained = words.slice(100).map(([text]) => [`${text}`]);
    expect(pruned.student.logits(trained)).toEqual(whole.student.logits(trained));
  });
});
