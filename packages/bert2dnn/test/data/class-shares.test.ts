// Labels as shares of classes, and weights of rows: what is read from which file, and every kind of bad cell.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  type ExampleBatch,
  type ExampleSet,
  openExamples,
  readExamples,
  requireTwoSides,
  writeParquet,
} from '../../src/data/index.js';
import { errorOf, put, temporaryFolder } from './files.js';

const folder = await temporaryFolder();
const COLUMNS = { labelColumns: ['bad', 'good', 'best'], weight: 'w' };
const TSV =
  'text\tbad\tgood\tbest\tw\na\t0\t0.5\t0.5\t1\nb\t1\t0\t0\t0\nc\t0.3333\t0.3333\t0.3333\t2.5\n';

/** The only batch of a small set. */
async function readBatch(set: ExampleSet): Promise<ExampleBatch> {
  const { value } = await readExamples(set).next();
  return value as ExampleBatch;
}

async function readFigures(path: string) {
  const set = await openExamples([path], COLUMNS, { label: true });
  const batch = await readBatch(set);
  return { set, batch };
}

describe('labels given as shares', () => {
  it('are the shares scaled to 1 and the largest class, with the weights beside', async () => {
    const { set, batch } = await readFigures(await put(folder, 'shares.tsv', TSV));
    expect(set.label).toMatchObject({ kind: 'classes', classes: ['bad', 'good', 'best'] });
    expect([...batch.labels!]).toEqual([1, 0, 0]);
    const third = 1 / 3;
    [0, 0.5, 0.5, 1, 0, 0, third, third, third].forEach((share, index) => {
      expect(batch.shares![index]).toBeCloseTo(share, 12);
    });
    expect([...batch.weights!]).toEqual([1, 0, 2.5]);
    expect(batch.fields).toEqual([['a', 'b', 'c']]);
  });

  it('are the same from Parquet, and with a group beside', async () => {
    const path = join(folder, 'shares.parquet');
    await writeParquet(path, [
      { name: 'text', type: 'VARCHAR', values: ['a', 'b', 'c'] },
      { name: 'bad', type: 'DOUBLE', values: [0, 1, 0.3333] },
      { name: 'good', type: 'DOUBLE', values: [0.5, 0, 0.3333] },
      { name: 'best', type: 'DOUBLE', values: [0.5, 0, 0.3333] },
      { name: 'w', type: 'DOUBLE', values: [1, 0, 2.5] },
      { name: 'group', type: 'VARCHAR', values: ['x', 'x', 'y'] },
    ]);
    const fromText = await readFigures(await put(folder, 'again.tsv', TSV));
    const { batch } = await readFigures(path);
    expect(batch).toMatchObject({
      labels: fromText.batch.labels,
      shares: fromText.batch.shares,
      weights: fromText.batch.weights,
      groups: ['x', 'x', 'y'],
    });
  });

  it('may all have the same largest class', async () => {
    const path = await put(folder, 'one.tsv', 'text\tbad\tgood\na\t0.9\t0.1\nb\t0.6\t0.4\n');
    const set = await openExamples([path], { labelColumns: ['bad', 'good'] }, { label: true });
    expect(() => requireTwoSides(set)).not.toThrow();
  });

  it.each([
    ['sum', '0.5\t0.6\t0', 'the shares must sum to 1, got 0.5 + 0.6 + 0 = 1.1'],
    ['nearly', '0.5\t0.498\t0', 'the shares must sum to 1, got 0.5 + 0.498 + 0 = 0.998'],
    ['negative', '1.5\t-0.5\t0', '"good" must be a share of 0 or more, got "-0.5"'],
    ['text', 'much\t0.5\t0.5', '"bad" must be a share of 0 or more, got "much"'],
    ['infinite', 'Infinity\t0\t0', '"bad" must be a share of 0 or more, got "Infinity"'],
    ['nothing', '0.5\t0.5\t', '"best" must be a share of 0 or more, got nothing'],
  ])('refuse a bad row with its line: %s', async (name, cells, message) => {
    const path = await put(
      folder,
      `${name}.tsv`,
      `text\tbad\tgood\tbest\tw\na\t1\t0\t0\t1\nb\t${cells}\t1\n`,
    );
    expect(await errorOf(openExamples([path], COLUMNS, { label: true }))).toMatchObject({
      code: 'LABEL_INVALID',
      message: `${path}:3: ${message}`,
    });
  });

  it('may be absent where labels are optional, all of a row together', async () => {
    const path = await put(folder, 'some.tsv', 'text\tbad\tgood\na\t0\t1\nb\t\t\n');
    const columns = { labelColumns: ['bad', 'good'] };
    const set = await openExamples([path], columns, { label: 'where-present' });
    expect(set.labelSummary).toMatchObject({ numLabelled: 1 });
    const batch = await readBatch(set);
    expect([...batch.labels!]).toEqual([1, Number.NaN]);
    const half = await put(folder, 'half.tsv', 'text\tbad\tgood\na\t0\t1\nb\t1\t\n');
    const refused = openExamples([half], columns, { label: 'where-present' });
    expect((await errorOf(refused)).message).toContain('half.tsv:3: "good" must be a share');
  });

  it('refuse one class, and a column that is not there', async () => {
    const path = await put(folder, 'columns.tsv', TSV);
    const open = (labelColumns: string[]) =>
      openExamples([path], { labelColumns }, { label: true });
    expect((await errorOf(open(['bad']))).code).toBe('USAGE');
    expect(await errorOf(open(['bad', 'god']))).toMatchObject({
      code: 'COLUMN_MISSING',
      hint: expect.stringContaining('Did you mean "good"?'),
    });
  });
});

describe('weights of rows', () => {
  it.each([
    ['-1', 'got "-1"'],
    ['', 'got nothing'],
    ['heavy', 'got "heavy"'],
    ['NaN', 'got "NaN"'],
  ])('refuse %j with its line', async (cell, got) => {
    const path = await put(folder, 'bad-weight.tsv', `text\tlabel\tw\na\t1\t1\nb\t0\t${cell}\n`);
    expect(await errorOf(openExamples([path], { weight: 'w' }, { label: true }))).toMatchObject({
      code: 'WEIGHT_INVALID',
      message: `${path}:3: weight "w" must be a number of 0 or more, ${got}`,
    });
  });

  it('refuse to be all 0', async () => {
    const path = await put(folder, 'zero.tsv', 'text\tlabel\tw\na\t1\t0\nb\t0\t0\n');
    expect(await errorOf(openExamples([path], { weight: 'w' }, { label: true }))).toMatchObject({
      code: 'WEIGHT_INVALID',
      message: `${path}: every weight "w" is 0, expected one above 0`,
    });
  });
});
