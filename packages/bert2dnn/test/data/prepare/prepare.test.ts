// prepare: splits by query, duplicates, what is held out, the transfer set's make-up, and the same bytes every time.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openExamples, type PrepareOptions, prepare, readTable } from '../../../src/data/index.js';
import { createRandom } from '../../../src/foundation/random.js';
import { errorOf, put, readAll, temporaryFolder } from '../files.js';

const folder = await temporaryFolder();
const WORDS = 'drill saw hammer paint brush hose lamp screw board glue tape clamp'.split(' ');
const COLUMNS = { label: 'grade', labelRange: [1, 3] as [number, number] };

/** A little shop: 40 queries of two words, 300 titles in 6 categories, 240 grades, a log of 600 rows. */
async function writeInputs() {
  const random = createRandom(1, 'prepare-test');
  const draw = (count: number): string =>
    Array.from({ length: count }, () => WORDS[random.nextInt(WORDS.length)]).join(' ');
  const queries = [...new Set(Array.from({ length: 60 }, () => draw(2)))].slice(0, 40);
  const titles = Array.from({ length: 300 }, (_, index) => `${draw(4)} no ${index}`);
  const pick = (): string => titles[random.nextInt(titles.length)];
  const labelled = queries.flatMap((query) =>
    Array.from({ length: 6 }, () => `${query}\t${pick()}\t${1 + random.nextInt(3)}`),
  );
  const log = Array.from(
    { length: 600 },
    () => `${queries[random.nextInt(40)].toUpperCase()}\t${pick()}`,
  );
  return {
    queries,
    labelled: await put(folder, 'labelled.tsv', ['query\ttitle\tgrade', ...labelled].join('\n')),
    unlabelled: await put(folder, 'log.tsv', ['query\ttitle', ...log].join('\n')),
    catalogue: await put(
      folder,
      'catalogue.csv',
      ['title,category', ...titles.map((title, index) => `${title},c${index % 6}`)].join('\n'),
    ),
    more: await put(folder, 'queries.csv', ['query', ...queries, 'new saw', 'new  Saw'].join('\n')),
  };
}

const inputs = await writeInputs();

function options(out: string, more: Partial<PrepareOptions> = {}): PrepareOptions {
  return {
    labelled: [inputs.labelled],
    unlabelled: [inputs.unlabelled],
    catalogue: [inputs.catalogue],
    queries: [inputs.more],
    columns: COLUMNS,
    out: join(folder, out),
    partRows: 400,
    ...more,
  };
}

async function readSplit(out: string, name: string) {
  const set = await openExamples([join(folder, out, name)], {}, { label: 'where-present' });
  return { set, ...(await readAll(set)) };
}

function labelsByPair({ fields, labels }: { fields: string[][]; labels: number[] }) {
  return new Map(labels.map((label, row) => [fields.map((texts) => texts[row]).join('\t'), label]));
}

describe('prepare on a little shop', async () => {
  const result = await prepare(options('shop', { transferSize: 1500 }));
  const transfer = await readSplit('shop', 'transfer');
  const splits = await Promise.all(
    ['train', 'dev', 'test'].map((split) => readSplit('shop', `${split}.parquet`)),
  );

  it('keeps every labelled row once, and every query in one split', () => {
    const [train, dev, test] = splits.map((split) => new Set(split.groups));
    for (const group of dev) expect(train.has(group) || test.has(group)).toBe(false);
    for (const group of test) expect(train.has(group)).toBe(false);
    expect(train.size + dev.size + test.size).toBe(40);
    const numRows = splits.reduce((sum, split) => sum + split.set.numRows, 0);
    expect(numRows).toBe(240 - result.labelled.numMerged);
    expect(result.splits.train?.rows).toBe(splits[0].set.numRows);
  });

  it('leaves nothing of dev and test in the transfer set, in whatever case it came', async () => {
    const heldOut = new Set([...splits[1].groups, ...splits[2].groups]);
    expect(heldOut.size).toBeGreaterThan(0);
    for (const query of transfer.fields[0]) expect(heldOut.has(query.toLowerCase())).toBe(false);
    const log = (await readFile(inputs.unlabelled, 'utf8')).split('\n').slice(1);
    const numEqual = log.filter((row) => heldOut.has(row.split('\t')[0].toLowerCase())).length;
    expect(numEqual).toBeGreaterThan(0);
    // The splits keep nearly equal queries together, so that none of the log's 40 is nearly held out.
    expect(result.transfer.heldOutRows).toEqual({ equal: numEqual, near: 0 });
    expect(result.transfer.queries).toEqual({
      real: 40 - heldOut.size + 1,
      pseudo: 0,
      heldOut: heldOut.size,
    });
  });

  it('has the wanted size, no pair twice, and says where each came from', async () => {
    const pairs = transfer.fields[0].map((query, row) => `${query}\t${transfer.fields[1][row]}`);
    expect(new Set(pairs).size).toBe(1500);
    const origins = new Map<string, number>();
    for await (const { texts } of readTable(join(folder, 'shop', 'transfer'), {
      texts: ['origin'],
    })) {
      for (const origin of texts[0]) origins.set(origin, (origins.get(origin) ?? 0) + 1);
    }
    expect(Object.fromEntries(origins)).toEqual(result.transfer.byOrigin);
    expect([...origins.keys()].sort()).toEqual([
      'bm25',
      'category',
      'labelled',
      'random',
      'unlabelled',
    ]);
    expect(result.transfer.parts.map((part) => part.rows)).toEqual([400, 400, 400, 300]);
  });

  it('keeps the labels of training rows in the transfer set, and invents none', () => {
    const labelled = labelsByPair(transfer);
    for (const [pair, label] of labelled) if (Number.isNaN(label)) labelled.delete(pair);
    expect(labelled.size).toBe(splits[0].set.numRows);
    expect(labelled).toEqual(labelsByPair(splits[0]));
  });

  it('is opened by its manifest: fields, range and group without a flag', async () => {
    const set = await openExamples([join(folder, 'shop', 'dev.parquet')], {}, { label: true });
    expect(set.fields).toEqual({ query: 'query', title: 'title' });
    expect(set.label).toEqual({
      kind: 'graded',
      column: 'label',
      range: [0, 1],
      labelRange: [1, 3],
    });
    expect(set.group).toBe('group');
  });

  it('refuses to guess which part of a prepared folder is meant', async () => {
    const error = await errorOf(openExamples([join(folder, 'shop')]));
    expect(error.message).toBe(
      `${join(folder, 'shop')}: is a whole prepared folder, expected one of its parts`,
    );
  });

  it('writes the same bytes again, and other ones for another seed', async () => {
    await prepare(options('again', { transferSize: 1500 }));
    await prepare(options('other', { transferSize: 1500, seed: 2 }));
    const files = (await readdir(join(folder, 'shop'), { recursive: true })).filter((name) =>
      /\.(parquet|json)$/.test(name),
    );
    expect(files.sort()).toEqual([
      'dev.parquet',
      'manifest.json',
      'queries.parquet',
      'test.parquet',
      'train.parquet',
      ...[0, 1, 2, 3].map((part) => `transfer/part-0000${part}.parquet`),
    ]);
    for (const name of files) {
      const first = await readFile(join(folder, 'shop', name));
      expect((await readFile(join(folder, 'again', name))).equals(first), name).toBe(true);
    }
    const dev = await readFile(join(folder, 'shop', 'dev.parquet'));
    expect((await readFile(join(folder, 'other', 'dev.parquet'))).equals(dev)).toBe(false);
  });

  it('mines in the stated shares where no log fills the set', async () => {
    const mined = await prepare(
      options('mined', { unlabelled: [], transferSize: 1200, maxPairsPerQuery: 60 }),
    );
    const { bm25 = 0, category = 0, random = 0, labelled = 0 } = mined.transfer.byOrigin;
    const total = 1200 - labelled;
    expect(bm25 + category + random).toBe(total);
    expect(Math.abs(bm25 / total - 0.5)).toBeLessThan(0.05);
    expect(Math.abs(category / total - 0.25)).toBeLessThan(0.05);
  });

  it('samples exactly as many unlabelled rows as are wanted', async () => {
    const sampled = await prepare(
      options('sampled', { catalogue: [], queries: [], transferSize: 300 }),
    );
    expect(sampled.transfer.rows).toBe(300);
    expect(sampled.transfer.byOrigin.labelled).toBe(sampled.splits.train?.rows);
  });
});

describe('prepare on small inputs', () => {
  const rows = Array.from({ length: 30 }, (_, row) => `text ${row},${row % 2}`);

  it('merges exact duplicates of the cleaned text by their mean, and counts conflicts', async () => {
    const twice = ['Same  thing,1', 'Same thing ,0', 'Same thing,1', 'twin,1', 'twin,1'];
    const path = await put(folder, 'twice.csv', ['text,label', ...rows, ...twice].join('\n'));
    const result = await prepare({ labelled: [path], out: join(folder, 'twice') });
    expect(result.labelled).toEqual({
      numRead: 35,
      numMerged: 3,
      numConflicts: 1,
      numEmpty: 0,
      numNearGroups: 0,
      numLeaked: 0,
    });
    const found = new Map<string, number>();
    for (const split of ['train', 'dev', 'test']) {
      const { fields, labels } = await readSplit('twice', `${split}.parquet`);
      fields[0].forEach((text, row) => {
        found.set(text, labels[row]);
      });
    }
    expect(found.size).toBe(32);
    expect(found.get('Same thing')).toBe(2 / 3);
    expect(result.transfer.byOrigin).toEqual({ labelled: result.splits.train?.rows });
  });

  it('keeps held-out single texts out of the transfer set, whatever their case', async () => {
    const labelled = await put(folder, 'single.csv', ['text,label', ...rows].join('\n'));
    const shouted = rows.map((row) => row.split(',')[0].toUpperCase());
    const unlabelled = await put(folder, 'shouted.csv', ['text', ...shouted, 'new'].join('\n'));
    const result = await prepare({
      labelled: [labelled],
      unlabelled: [unlabelled],
      out: join(folder, 'single'),
    });
    const numHeldOut = (result.splits.dev?.rows ?? 0) + (result.splits.test?.rows ?? 0);
    expect(result.transfer.heldOutRows).toEqual({ equal: numHeldOut, near: 0 });
    expect(result.transfer.byOrigin.unlabelled).toBe(31 - numHeldOut);
  });

  it('keeps classes by index, and takes the most frequent of duplicates', async () => {
    const named = rows.map((row) => row.replace(/0$/, 'no').replace(/1$/, 'yes'));
    const path = await put(
      folder,
      'named.csv',
      ['text,label', ...named, 'text 1,yes', 'text 1,no'].join('\n'),
    );
    const result = await prepare({
      labelled: [path],
      columns: { classes: ['no', 'yes'] },
      out: join(folder, 'named'),
    });
    expect(result.task).toEqual({ kind: 'classes', classes: ['no', 'yes'] });
    const counts = Object.values(result.splits).map((split) => split.classCounts as number[]);
    expect(counts.reduce((sum, [, yes]) => sum + yes, 0)).toBe(15);
    const set = await openExamples([join(folder, 'named', 'train.parquet')], {}, { label: true });
    expect(set.label).toMatchObject({ kind: 'classes', stored: 'index', classes: ['no', 'yes'] });
  });

  it.each([
    [
      'no positive label',
      rows.map((row) => row.replace(/.$/, '0')),
      'LABELS_ONE_SIDED',
      'FILE: no positive label: all 30 labels are in the lower half of 0..1, expected both sides',
    ],
    [
      'too few texts',
      ['a,1', 'b,0'],
      'TOO_FEW_EXAMPLES',
      'the labelled data has 2 different groups (queries or texts), expected at least 3 to split into train, dev, test',
    ],
    [
      'a bad label',
      [...rows, 'x,maybe'],
      'LABEL_INVALID',
      'FILE:32: label must be 0..1, got "maybe"',
    ],
  ])('refuses %s and writes nothing', async (name, lines, code, message) => {
    const path = await put(folder, `${name}.csv`, ['text,label', ...lines].join('\n'));
    const out = join(folder, `out ${name}`);
    const error = await errorOf(prepare({ labelled: [path], out }));
    expect(error.code).toBe(code);
    expect(error.message).toBe(message.replaceAll('FILE', path));
    const left = (await readdir(folder)).filter((each) => each.includes(`out ${name}`));
    expect(left).toEqual([]);
  });

  it('refuses a catalogue for single texts and queries without a catalogue', async () => {
    const path = await put(folder, 'texts.csv', ['text,label', ...rows].join('\n'));
    const single = prepare({
      labelled: [path],
      catalogue: [inputs.catalogue],
      out: join(folder, 'no'),
    });
    expect((await errorOf(single)).message).toBe(
      'a catalogue and queries make pairs, but the fields are text',
    );
    expect((await errorOf(prepare(options('no', { catalogue: [] })))).message).toBe(
      'queries without a catalogue make no pairs',
    );
  });

  it('never takes the place of files that it did not write', async () => {
    const out = join(folder, 'mine');
    const { mkdir } = await import('node:fs/promises');
    await mkdir(out);
    await writeFile(join(out, 'thesis.txt'), 'x');
    expect((await errorOf(prepare(options('mine')))).message).toBe(
      `${out}: the folder holds "thesis.txt", expected nothing or only what this command writes`,
    );
    expect(await readdir(out)).toEqual(['thesis.txt']);
  });

  it('leaves the earlier folder as it was when a later run fails while writing', async () => {
    const out = join(folder, 'kept');
    await prepare(options('kept', { transferSize: 500 }));
    const before = await readFile(join(out, 'manifest.json'));
    const progress = {
      note: () => undefined,
      start: () => ({
        advance: () => {
          throw Object.assign(new Error('write ENOSPC'), { code: 'ENOSPC' });
        },
        done: () => undefined,
      }),
    };
    // Mining tells its progress, and 1,500 rows cannot be had without.
    const error = await errorOf(prepare(options('kept', { transferSize: 1500, progress })));
    expect(error.message).toBe(`${out}: the disk is full; nothing was written`);
    expect((await readFile(join(out, 'manifest.json'))).equals(before)).toBe(true);
    expect((await readdir(folder)).filter((name) => name.startsWith('.tmp-'))).toEqual([]);
    // The same command goes on where the disk was full.
    const result = await prepare(options('kept', { transferSize: 1500 }));
    expect(result.transfer.rows).toBe(1500);
    expect((await readdir(folder)).filter((name) => name.startsWith('.'))).toEqual([]);
  });
});
