// data stats: every figure of a made folder against a naive count over its rows; leakage and integrity of planted
// faults; files of every format give the same; and what a user does wrong.
// One file: all parts stand on the same made folder.
import { mkdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeParquet } from '../../../src/data/index.js';
import { type DataStats, dataStats } from '../../../src/data/stats/data-stats.js';
import type { PartStats } from '../../../src/data/stats/part-stats.js';
import { createRandom } from '../../../src/foundation/random.js';
import { errorOf, put, temporaryFolder } from '../files.js';
import { type MadeRow, writeManifest, writePart } from './prepared.js';

const folder = await temporaryFolder();
const TASK = { kind: 'graded', labelRange: [1, 3] };
const random = createRandom(1, 'data-stats-test');
const WORDS = ['drill', 'Drill', 'saw', 'hammer', 'éclair', 'brush', '日本', ''];

/** Rows with repeats, some up to case and white space, empty titles, few groups. */
function drawRows(count: number, origin: string, grades: readonly number[]): MadeRow[] {
  const draw = (length: number): string =>
    Array.from({ length }, () => WORDS[random.nextInt(WORDS.length)]).join(' ');
  return Array.from({ length: count }, () => {
    const query = draw(1 + random.nextInt(2));
    const label = grades[random.nextInt(grades.length)];
    const count = 1 + random.nextInt(3);
    return {
      query,
      title: draw(random.nextInt(4)),
      label,
      group: query.toLowerCase(),
      origin,
      count,
    };
  });
}

const GRADES = [0, 0.25, 0.5, 2 / 3, 1];
const ROWS = {
  train: drawRows(400, 'labelled', GRADES),
  dev: drawRows(60, 'labelled', GRADES),
  transfer: [
    ...drawRows(300, 'unlabelled', [Number.NaN]),
    ...drawRows(200, 'labelled', GRADES),
    ...drawRows(100, 'bm25', [Number.NaN, 0.5]),
  ],
  clicks: drawRows(
    250,
    'clicks',
    Array.from({ length: 60 }, (_, index) => index / 59),
  ),
};
const out = join(folder, 'prepared');
let stats: DataStats;

beforeAll(async () => {
  await writePart(out, 'train.parquet', ROWS.train);
  await writePart(out, 'dev.parquet', ROWS.dev);
  await writePart(out, 'transfer/part-00000.parquet', ROWS.transfer.slice(0, 350));
  await writePart(out, 'transfer/part-00001.parquet', ROWS.transfer.slice(350));
  await writePart(out, 'clicks.parquet', ROWS.clicks);
  await writeManifest(out, TASK);
  stats = await dataStats({ input: [out] });
});

function partOf(name: string): PartStats {
  const part = stats.parts.find((other) => other.name === name);
  if (part === undefined) throw new Error(`no part ${name}`);
  return part;
}

/** A label of 0..1 as the user knows it: grades were 1..3, clicks are rates. */
const shown = (name: string, label: number): number => (name === 'clicks' ? label : 1 + 2 * label);

const normalize = (text: string): string => text.replace(/\s+/g, ' ').trim().toLowerCase();
const numDistinct = (values: readonly string[]): number => new Set(values).size;
const sumOf = (values: readonly number[]): number => values.reduce((sum, next) => sum + next, 0);

/** The smallest value that at least `share` of the values do not exceed. */
function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.ceil(Number((sorted.length * share).toFixed(6))) - 1];
}

function figuresOf(values: readonly number[]) {
  return {
    count: values.length,
    sum: sumOf(values),
    mean: expect.closeTo(sumOf(values) / values.length, 9),
    p50: quantile(values, 0.5),
    p90: quantile(values, 0.9),
    p99: quantile(values, 0.99),
    max: Math.max(...values),
  };
}

describe('a prepared folder', () => {
  for (const [name, rows] of Object.entries(ROWS)) {
    it(`counts rows, groups, repeats and counts of ${name} as a naive count does`, () => {
      const part = partOf(name);
      expect(part.rows).toBe(rows.length);
      expect(part.files).toBe(name === 'transfer' ? 2 : 1);
      const sizes = new Map<string, number>();
      for (const { group } of rows) sizes.set(group, (sizes.get(group) ?? 0) + 1);
      expect(part.groups).toMatchObject(figuresOf([...sizes.values()]));
      const pairs = rows.map(({ query, title }) => `${query}\t${title}`);
      const normalized = rows.map(({ query, title }) => `${normalize(query)}\t${normalize(title)}`);
      expect(part.duplicates).toEqual({
        exact: rows.length - numDistinct(pairs),
        normalized: rows.length - numDistinct(normalized),
      });
      expect(part.duplicates.normalized).toBeGreaterThan(part.duplicates.exact);
      expect(part.figures.count).toMatchObject(figuresOf(rows.map(({ count }) => count)));
      expect(Object.keys(part.figures)).toEqual(['count']);
    });

    it(`counts the texts of ${name} as a naive count does`, () => {
      for (const { field, ...found } of partOf(name).fields) {
        const texts = rows.map((row) => row[field as 'query' | 'title']);
        const words = texts.map((text) => text.match(/\S+/g)?.length ?? 0);
        expect(found.empty).toBe(texts.filter((text) => text.trim() === '').length);
        expect(found.characters).toMatchObject(figuresOf(texts.map((text) => [...text].length)));
        expect(found.words).toMatchObject(figuresOf(words));
        expect(found.distinct).toBe(numDistinct(texts));
        expect(found.distinctNormalized).toBe(numDistinct(texts.map(normalize)));
        // All rows are fewer than the sample.
        expect(found.languages.texts).toBe(rows.length - found.empty);
      }
    });

    it(`counts the labels of ${name} as a naive count does`, () => {
      const labels = rows.map(({ label }) => label).filter((label) => !Number.isNaN(label));
      const found = partOf(name).labels;
      expect(found?.rows).toBe(labels.length);
      expect(found?.mean).toBeCloseTo(shown(name, sumOf(labels) / labels.length), 9);
      const positives = labels.filter((label) => label >= 2 / 3 - 1e-9);
      expect(found?.positiveShare).toBeCloseTo(positives.length / labels.length, 12);
      const tenths = new Array<number>(10).fill(0);
      for (const label of labels) tenths[Math.min(9, Math.floor(label * 10 + 1e-9))]++;
      expect(found?.bins.map(({ count }) => count)).toEqual(tenths);
      expect(found?.bins[0]).toMatchObject({ low: shown(name, 0), high: shown(name, 0.1) });
      expect(found?.bins[9]).toMatchObject({ low: shown(name, 0.9), high: shown(name, 1) });
      const grades = [...new Set(labels)].sort((left, right) => left - right);
      const expected = grades.map((grade) => ({
        low: Number((1 + 2 * grade).toPrecision(8)),
        high: Number((1 + 2 * grade).toPrecision(8)),
        count: labels.filter((label) => label === grade).length,
      }));
      // Clicks have more than 20 different labels.
      expect(found?.grades).toEqual(name === 'clicks' ? undefined : expected);
    });

    it(`counts the origins of ${name}, the most frequent first`, () => {
      const origins = [...new Set(rows.map(({ origin }) => origin))].map((origin) => {
        const ofOrigin = rows.filter((row) => row.origin === origin);
        const labels = ofOrigin.map(({ label }) => label).filter((label) => !Number.isNaN(label));
        return {
          origin,
          rows: ofOrigin.length,
          labelled: labels.length,
          ...(labels.length === 0
            ? {}
            : {
                meanLabel: expect.closeTo(shown(name, sumOf(labels) / labels.length), 9),
                positiveShare: expect.closeTo(
                  labels.filter((label) => label >= 2 / 3 - 1e-9).length / labels.length,
                  12,
                ),
              }),
        };
      });
      expect(partOf(name).origins).toEqual(origins.sort((left, right) => right.rows - left.rows));
    });
  }

  it('compares each training part with each held-out part', () => {
    const dev = ROWS.dev;
    const groups = new Set(dev.map(({ group }) => group));
    const texts = new Set(
      dev.map(({ query, title }) => `${normalize(query)}\t${normalize(title)}`),
    );
    expect(stats.leakage.map(({ part, heldOut }) => [part, heldOut])).toEqual([
      ['train', 'dev'],
      ['transfer', 'dev'],
      ['clicks', 'dev'],
    ]);
    for (const { part, ...found } of stats.leakage) {
      const rows = ROWS[part as keyof typeof ROWS];
      const shared = rows.filter(({ group }) => groups.has(group));
      expect(found).toMatchObject({
        groups: numDistinct(shared.map(({ group }) => group)),
        groupRows: shared.length,
        textRows: rows.filter(({ query, title }) =>
          texts.has(`${normalize(query)}\t${normalize(title)}`),
        ).length,
      });
      expect(found.groupRows).toBeGreaterThan(0);
      expect(found.textRows).toBeGreaterThan(0);
    }
  });

  it('gives the same for the same seed', async () => {
    expect(await dataStats({ input: [out] })).toEqual(stats);
  });

  it('draws as many rows as asked for the languages, others for another seed', async () => {
    const draw = async (seed: number) => {
      const found = await dataStats({ input: [out], languageRows: 50, seed });
      return found.parts.map(({ fields }) => fields.map(({ languages }) => languages));
    };
    const first = await draw(1);
    expect(first.flat().every(({ texts }) => texts <= 50)).toBe(true);
    expect(first.flat().some(({ texts }) => texts > 25)).toBe(true);
    expect(await draw(1)).toEqual(first);
    expect(await draw(2)).not.toEqual(first);
  });
});

describe('clicks', () => {
  it('have rates as labels beside classes, and exact sums of what was examined', async () => {
    const clicked = join(folder, 'clicked');
    await mkdir(clicked);
    await writeParquet(join(clicked, 'clicks.parquet'), [
      { name: 'query', type: 'VARCHAR', values: ['a', 'b', 'c'] },
      { name: 'title', type: 'VARCHAR', values: ['x', 'y', 'z'] },
      { name: 'label', type: 'DOUBLE', values: [0, 0.75, 1] },
      { name: 'count', type: 'INTEGER', values: [4, 9, 1] },
      { name: 'clicks', type: 'INTEGER', values: [0, 3, 1] },
      { name: 'examined', type: 'DOUBLE', values: [2.25, 4.375, 0.5] },
    ]);
    await writeManifest(clicked, { kind: 'classes', classes: ['bad', 'good'] });
    const [part] = (await dataStats({ input: [clicked] })).parts;
    expect(part.labels).toMatchObject({ rows: 3, mean: 1.75 / 3, positiveShare: 2 / 3 });
    expect(part.labels?.bins.map(({ count }) => count)).toEqual([1, 0, 0, 0, 0, 0, 0, 1, 0, 1]);
    expect(part.figures.examined).toMatchObject({ count: 3, sum: 7.125, mean: 2.375, max: 4 });
    expect(part.figures.clicks).toMatchObject({ sum: 4, p50: 1, max: 3 });
    // Without a column of groups the query is the group.
    expect(part.groups).toMatchObject({ count: 3, max: 1 });
    expect(part.origins).toEqual([]);
  });
});

describe('near groups', () => {
  it('finds groups that are nearly held-out ones, and not those that are equal', async () => {
    const near = join(folder, 'near');
    const row = (group: string): MadeRow => ({
      query: group,
      title: `a thing for ${group}`,
      label: 1,
      group,
      origin: 'labelled',
      count: 1,
    });
    await writePart(near, 'train.parquet', [
      row('garden hose with brass fittings 50 ft'),
      row('kitchen table'),
      row('cordless drill'),
    ]);
    await writePart(near, 'test.parquet', [
      row('garden hose with brass fittings, 50 ft.'),
      row('kitchen table'),
    ]);
    await writeManifest(near, TASK);
    const { leakage } = await dataStats({ input: [near] });
    expect(leakage).toHaveLength(1);
    expect(leakage[0]).toMatchObject({ groups: 1, groupRows: 1, textRows: 1, nearGroups: 1 });
    expect(leakage[0].nearExamples).toEqual([
      {
        group: 'garden hose with brass fittings 50 ft',
        heldOut: 'garden hose with brass fittings, 50 ft.',
        similarity: 1,
      },
    ]);
    // What is near is another's business: one that calls the first text near finds both that are not equal.
    const createIndex = () => ({ find: () => ({ index: 0, similarity: 0.9 }) });
    const again = await dataStats({ input: [near], createIndex });
    expect(again.leakage[0].nearGroups).toBe(2);
  });
});

describe('integrity', () => {
  const whole = join(folder, 'whole');
  const listAll = async () => {
    const listed = [
      await writePart(whole, 'train.parquet', ROWS.train),
      await writePart(whole, 'transfer/part-00000.parquet', ROWS.transfer),
    ];
    await writeManifest(whole, TASK, listed);
  };

  it('has nothing to say of a folder as it was written', async () => {
    await listAll();
    const { integrity } = await dataStats({ input: [whole], languageRows: 0 });
    expect(integrity).toEqual({ files: 2, problems: [] });
    expect(stats.integrity).toBeUndefined();
  });

  it('says what of a changed, a missing and an added file disagrees', async () => {
    await listAll();
    const before = await readFile(join(whole, 'train.parquet'));
    await writePart(whole, 'train.parquet', ROWS.train.slice(1));
    await writePart(whole, 'dev.parquet', ROWS.dev);
    const manifest = JSON.parse(await readFile(join(whole, 'manifest.json'), 'utf8'));
    manifest.files.push({ file: 'clicks.parquet', rows: 1, bytes: 1, sha256: '' });
    await writeFile(join(whole, 'manifest.json'), JSON.stringify(manifest));
    const { integrity, parts } = await dataStats({ input: [whole], languageRows: 0 });
    expect(integrity?.problems).toEqual([
      { file: 'train.parquet', what: 'bytes', got: expect.any(Number), expected: before.length },
      { file: 'train.parquet', what: 'rows', got: 399, expected: 400 },
      {
        file: 'train.parquet',
        what: 'sha256',
        got: expect.stringMatching(/^[0-9a-f]{64}$/),
        expected: manifest.files[0].sha256,
      },
      { file: 'clicks.parquet', what: 'file', got: 'absent', expected: 'present' },
      { file: 'dev.parquet', what: 'file', got: 'present', expected: 'absent' },
    ]);
    // The rest is counted as it is.
    expect(parts[0].rows).toBe(399);
  });
});

describe('files', () => {
  const rows = ROWS.train.map((row) => ({ ...row, grade: 1 + 2 * row.label }));
  const columns = { label: 'grade', labelRange: [1, 3] as [number, number], group: 'group' };
  const header = 'query\ttitle\tgrade\tgroup';
  const lines = rows.map(({ query, title, grade, group }) =>
    [query, title, grade, group].join('\t'),
  );

  it('are counted alike as text and as Parquet', async () => {
    const text = await put(folder, 'rows.tsv', [header, ...lines].join('\n'));
    const parquet = join(folder, 'rows.parquet');
    await writeParquet(parquet, [
      { name: 'query', type: 'VARCHAR', values: rows.map(({ query }) => query) },
      { name: 'title', type: 'VARCHAR', values: rows.map(({ title }) => title) },
      { name: 'grade', type: 'DOUBLE', values: rows.map(({ grade }) => grade) },
      { name: 'group', type: 'VARCHAR', values: rows.map(({ group }) => group) },
    ]);
    const [fromText] = (await dataStats({ input: [text], columns })).parts;
    const [fromParquet] = (await dataStats({ input: [parquet], columns })).parts;
    expect(fromText).toEqual(fromParquet);
    const { rows: numRows, labels, groups, duplicates, origins } = partOf('train');
    expect(fromText).toMatchObject({ name: 'rows', rows: numRows, groups, duplicates });
    expect(fromText.labels).toEqual({ ...labels, mean: expect.closeTo(labels?.mean ?? 0, 9) });
    expect(origins).toHaveLength(1);
    expect(fromText.origins).toEqual([]);
  });

  it('may hold classes by name, as text and as Parquet', async () => {
    const names = ['bad', 'good', 'bad', 'bad'];
    const texts = names.map((name, index) => `a ${name} thing ${index}`);
    const text = await put(
      folder,
      'classes.csv',
      ['text,label', ...texts.map((one, index) => `${one},${names[index]}`)].join('\n'),
    );
    const parquet = join(folder, 'classes.parquet');
    await writeParquet(parquet, [
      { name: 'text', type: 'VARCHAR', values: texts },
      { name: 'label', type: 'VARCHAR', values: names },
    ]);
    for (const input of [[text], [parquet]]) {
      const classes = ['good', 'neutral', 'bad'];
      const found = await dataStats({ input, columns: { classes } });
      expect(found).toMatchObject({ kind: 'files', task: { kind: 'classes', classes } });
      expect(found.parts[0].labels).toEqual({
        rows: 4,
        bins: [
          { name: 'good', low: 0, high: 0, count: 1 },
          { name: 'neutral', low: 1, high: 1, count: 0 },
          { name: 'bad', low: 2, high: 2, count: 3 },
        ],
      });
      expect(found.parts[0].groups).toBeUndefined();
    }
  });

  it('may hold no label', async () => {
    const text = await put(folder, 'texts.csv', 'text\none two\n\u00a0three\tfour  five\n');
    const { parts, task } = await dataStats({ input: [text] });
    expect(task).toBeUndefined();
    expect(parts[0].labels).toBeUndefined();
    expect(parts[0].fields[0].words).toMatchObject({ sum: 5, max: 3 });
  });
});

describe('what goes wrong', () => {
  it('names a folder that is not there', async () => {
    const missing = join(folder, 'prepard');
    expect(await errorOf(dataStats({ input: [missing] }))).toMatchObject({
      code: 'FILE_MISSING',
      message: `${missing}: no such file or folder`,
      hint: `Did you mean ${out}?`,
    });
  });

  it('says that a folder has no data, with and without a manifest', async () => {
    const empty = join(folder, 'empty');
    await mkdir(empty);
    const bare = await errorOf(dataStats({ input: [empty] }));
    expect(bare).toMatchObject({
      code: 'FILE_MISSING',
      message: `${empty}: the folder has no data file`,
    });
    await writeManifest(empty, TASK);
    const listed = await errorOf(dataStats({ input: [empty] }));
    expect(listed).toMatchObject({
      code: 'FILE_MISSING',
      message: `${empty}: has a manifest and no data`,
    });
  });

  it('names a Parquet file that is cut off, and one that is broken inside', async () => {
    const broken = join(folder, 'broken');
    await writePart(broken, 'train.parquet', ROWS.train);
    await writeManifest(broken, TASK);
    const path = join(broken, 'train.parquet');
    const bytes = await readFile(path);
    await writeFile(path, Buffer.from(bytes).fill(0xff, 4, 600));
    const inside = await errorOf(dataStats({ input: [broken] }));
    expect(inside.code).toBe('FILE_CORRUPT');
    expect(inside.message).toContain(path);
    await writeFile(path, bytes);
    await truncate(path, bytes.length - 20);
    const cut = await errorOf(dataStats({ input: [broken] }));
    expect(cut.code).toBe('FILE_CORRUPT');
    expect(cut.message).toContain(path);
  });

  it('names a part that lacks a field, and a version that it does not know', async () => {
    const lacking = join(folder, 'lacking');
    await mkdir(lacking);
    await writeParquet(join(lacking, 'train.parquet'), [
      { name: 'query', type: 'VARCHAR', values: ['a'] },
    ]);
    await writeManifest(lacking, TASK);
    const noTitle = await errorOf(dataStats({ input: [lacking] }));
    expect(noTitle.code).toBe('COLUMN_MISSING');
    expect(noTitle.message).toContain('no column "title"');
    const manifest = { format: 'bert2dnn-examples', version: 9, fields: ['query'] };
    await writeFile(join(lacking, 'manifest.json'), JSON.stringify(manifest));
    const future = await errorOf(dataStats({ input: [lacking] }));
    expect(future.code).toBe('FILE_FORMAT');
    expect(future.message).toContain('got version 9, expected bert2dnn-examples version 1 or 2');
  });

  it('refuses columns beside a prepared folder', async () => {
    const refused = await errorOf(dataStats({ input: [out], columns: { label: 'label' } }));
    expect(refused.code).toBe('USAGE');
  });

  it('checks labels of files, with file and line', async () => {
    const text = await put(folder, 'wrong.tsv', 'text\tlabel\na\t0.5\nb\t7\n');
    const wrong = await errorOf(dataStats({ input: [text] }));
    expect(wrong).toMatchObject({
      code: 'LABEL_INVALID',
      message: `${text}:3: label must be 0..1, got "7"`,
    });
  });
});
