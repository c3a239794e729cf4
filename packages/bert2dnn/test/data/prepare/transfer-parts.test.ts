// The transfer set's make-up: its size, what comes first, what a row says about where it came from, and its order.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type PrepareOptions, prepare, readTable } from '../../../src/data/index.js';
import { createRandom } from '../../../src/foundation/random.js';
import { put, temporaryFolder } from '../files.js';
import { countNaively, generateLog, logAsTsv, QUERIES, TITLES } from './generated-log.js';
import { hashFolder, readTransfer, type TransferRow } from './prepared-rows.js';

const folder = await temporaryFolder();
const log = generateLog(5);
const random = createRandom(1, 'transfer-parts');
const pick = <T>(items: readonly T[]): T => items[random.nextInt(items.length)];

const labelledRows = QUERIES.flatMap((query, index) =>
  [0, 1, 2].map((step) => [query, TITLES[(index + 7 * step) % 60], String((index + step) % 2)]),
);
/** The same pair several times, in the labels and in the log, and some of its own. */
const unlabelledRows = Array.from({ length: 700 }, () => [
  pick(QUERIES).toUpperCase(),
  random.next() < 0.5 ? pick(TITLES) : `unseen ${random.nextInt(200)}`,
]).concat(labelledRows.slice(0, 40).map(([query, title]) => [query, title]));

const table = (header: string[], rows: readonly string[][]): string =>
  [header, ...rows].map((row) => row.join('\t')).join('\n');

const inputs = {
  labelled: await put(folder, 'labelled.tsv', table(['query', 'title', 'label'], labelledRows)),
  log: await put(folder, 'log.tsv', logAsTsv(log)),
  unlabelled: [
    await put(folder, 'more-1.tsv', table(['query', 'title'], unlabelledRows.slice(0, 300))),
    await put(folder, 'more-2.tsv', table(['query', 'title'], unlabelledRows.slice(300))),
  ],
  catalogue: await put(
    folder,
    'items.tsv',
    table(
      ['title', 'category'],
      TITLES.map((title, index) => [title, `c${index % 5}`]),
    ),
  ),
};

function options(out: string, more: Partial<PrepareOptions> = {}): PrepareOptions {
  return {
    labelled: [inputs.labelled],
    log: [inputs.log],
    unlabelled: inputs.unlabelled,
    catalogue: [inputs.catalogue],
    botImpressions: 300,
    transferSize: 2600,
    out: join(folder, out),
    ...more,
  };
}

const keyOf = ({ query, title }: Pick<TransferRow, 'query' | 'title'>): string =>
  `${query}\t${title}`;
const NATURAL = new Set(['labelled', 'log', 'unlabelled']);

describe('the transfer set', async () => {
  const result = await prepare(options('whole'));
  const rows = await readTransfer(join(folder, 'whole'));
  const byKey = new Map(rows.map((row) => [keyOf(row), row]));
  const numNatural = rows.filter(({ origin }) => NATURAL.has(origin)).length;
  const numLabelled = result.splits.train?.rows as number;

  it('has exactly the wanted size where natural rows and pairs are enough', () => {
    expect(rows).toHaveLength(2600);
    expect(byKey.size).toBe(2600);
    expect(result.transfer.rows).toBe(2600);
    expect(numNatural).toBeLessThan(2600);
  });

  it.each([1, 150, 800])('of %i keeps labelled rows, then natural ones', async (size) => {
    const out = `size-${size}`;
    const small = await prepare(options(out, { transferSize: size }));
    const kept = await readTransfer(join(folder, out));
    expect(kept).toHaveLength(Math.max(size, numLabelled));
    expect(small.transfer.byOrigin.labelled).toBe(numLabelled);
    expect(kept.filter(({ origin }) => !NATURAL.has(origin))).toEqual([]);
    expect(size).toBeLessThan(numNatural);
    // A sample of what is there: of a larger set, each smaller one is a part.
    for (const row of kept) expect(byKey.get(keyOf(row))).toEqual(row);
    // In the same order.
    const places = new Map(rows.map((row, index) => [keyOf(row), index]));
    const found = kept.map((row) => places.get(keyOf(row)) as number);
    expect(found).toEqual([...found].sort((left, right) => left - right));
  });

  it('of a size between has all natural rows and a part of the mined ones', async () => {
    const size = Math.floor((numNatural + 2600) / 2);
    const between = await prepare(options('between', { transferSize: size }));
    const kept = await readTransfer(join(folder, 'between'));
    expect(kept).toHaveLength(size);
    const natural = kept.filter(({ origin }) => NATURAL.has(origin));
    expect(natural).toEqual(rows.filter(({ origin }) => NATURAL.has(origin)));
    expect(between.transfer.naturalRows).toBe(result.transfer.naturalRows);
  });

  it('is cut into parts of exactly the wanted rows, whose rows follow on', async () => {
    const cut = await prepare(options('parts', { partRows: 1000 }));
    expect(cut.transfer.parts).toEqual([
      { file: 'part-00000.parquet', rows: 1000 },
      { file: 'part-00001.parquet', rows: 1000 },
      { file: 'part-00002.parquet', rows: 600 },
    ]);
    expect(await readTransfer(join(folder, 'parts'))).toEqual(rows);
    const first = join(folder, 'parts', 'transfer', 'part-00000.parquet');
    let numRows = 0;
    for await (const batch of readTable(first, { texts: ['query'] })) numRows += batch.numRows;
    expect(numRows).toBe(1000);
  });

  it('names a row after the first input that has it, and counts all of them', async () => {
    const heldOut = new Set<string>();
    for (const split of ['dev', 'test']) {
      const path = join(folder, 'whole', `${split}.parquet`);
      for await (const { texts } of readTable(path, { texts: ['query'] })) {
        for (const query of texts[0]) heldOut.add(query.toLowerCase());
      }
    }
    // Only texts that cleaning leaves as they are: what it changes is tested with the clicks.
    const isPlain = (text: string): boolean => /^[\w ]+$/.test(text) && !/^ | {2}/.test(text);
    const { impressions } = countNaively(log, { impressions: 300 });
    const logSums = new Map<string, number>();
    for (const { texts, weight } of impressions) {
      const key = texts.join('\t');
      logSums.set(key, (logSums.get(key) ?? 0) + weight);
    }
    const unlabelledSums = new Map<string, number>();
    for (const row of unlabelledRows) {
      const key = row.join('\t');
      unlabelledSums.set(key, (unlabelledSums.get(key) ?? 0) + 1);
    }
    const labelledKeys = new Set(labelledRows.map(([query, title]) => `${query}\t${title}`));
    const natural = rows.filter((row) => NATURAL.has(row.origin));
    let numShared = 0;
    for (const row of natural) {
      const key = keyOf(row);
      const isLabelled = labelledKeys.has(key);
      const isLogged = row.origin === 'log';
      if (isLabelled) expect(row.origin).toBe('labelled');
      expect(heldOut.has(row.query.toLowerCase())).toBe(false);
      expect(row.group).toBe(row.query.toLowerCase());
      expect(Number.isNaN(row.label)).toBe(!isLabelled);
      if (!isLabelled && !isLogged) expect(logSums.has(key)).toBe(false);
      const atLeast =
        (isLabelled ? 1 : 0) + (logSums.get(key) ?? 0) + (unlabelledSums.get(key) ?? 0);
      // Other spellings in the log are cleaned to this one.
      expect(row.count).toBeGreaterThanOrEqual(atLeast);
      if (isLabelled && atLeast > 2) numShared++;
    }
    expect(numShared).toBeGreaterThan(10);
    for (const [key, count] of unlabelledSums) {
      const [query, title] = key.split('\t');
      if (heldOut.has(query.toLowerCase())) expect(byKey.has(key)).toBe(false);
      else if (isPlain(title)) expect(byKey.get(key)?.count).toBeGreaterThanOrEqual(count);
    }
    const sum = natural.reduce((total, { count }) => total + count, 0);
    expect(sum).toBe(result.transfer.naturalRows);
  });

  it('leads back to the row of the input that it came from', async () => {
    const trainTexts: string[][] = [[], []];
    for await (const { texts } of readTable(join(folder, 'whole', 'train.parquet'), {
      texts: ['query', 'title'],
    })) {
      texts.forEach((values, field) => {
        trainTexts[field].push(...values);
      });
    }
    const clean = (text: string): string =>
      text
        .replace(/<\/?b>/g, ' ')
        .replace('&#97;', 'a')
        .replace(/ +/g, ' ')
        .trim();
    const rowsOf: Record<string, (source: number) => (string | undefined)[]> = {
      labelled: (source) => [trainTexts[0][source], trainTexts[1][source]],
      log: (source) => [clean(log[source].query), clean(log[source].title)],
      unlabelled: (source) => unlabelledRows[source],
    };
    const seen: Record<string, number> = {};
    for (const { origin, source, query, title } of rows) {
      seen[origin] = (seen[origin] ?? 0) + 1;
      if (NATURAL.has(origin)) expect(rowsOf[origin](source)).toEqual([query, title]);
      // A mined pair's source is the item's row in the catalogue.
      else if (!Number.isNaN(source)) expect(TITLES[source]).toBe(title);
      else expect(TITLES).not.toContain(title);
    }
    expect(seen).toEqual(result.transfer.byOrigin);
    expect(Object.keys(seen).sort()).toEqual(
      ['bm25', 'category', 'labelled', 'log', 'random', 'unlabelled'].sort(),
    );
  });

  it('is in no order of its origins or queries', () => {
    // By a hash: the labelled rows lie all over it. Of 4 quarters each has its share within 5 sigma.
    const quarter = rows.length / 4;
    const places = rows.flatMap(({ origin }, place) => (origin === 'labelled' ? [place] : []));
    const expected = places.length / 4;
    for (let index = 0; index < 4; index++) {
      const count = places.filter((place) => Math.floor(place / quarter) === index).length;
      expect(Math.abs(count - expected)).toBeLessThan(5 * Math.sqrt(expected));
    }
  });
});

describe('the bytes of a prepared folder', () => {
  it('are the same for any size of the buckets and any number of threads', async () => {
    // Fewer rows: a bucket of 13 takes as long as one of a million.
    const shortLog = await put(folder, 'short-log.tsv', logAsTsv(log.slice(0, 250)));
    const more = { partRows: 170, log: [shortLog], unlabelled: [], transferSize: 500 };
    await prepare(options('bytes', more));
    const expected = await hashFolder(join(folder, 'bytes'));
    expect(Object.keys(expected)).toContain('queries.parquet');
    expect(Object.keys(expected)).toContain('clicks/part-00000.parquet');
    expect(Object.keys(expected)).toContain('transfer/part-00002.parquet');
    for (const [threads, bucketRows] of [
      [2, 1_000_000],
      [3, 97],
      [1, 13],
    ]) {
      await prepare(options('bytes-again', { ...more, threads, bucketRows }));
      expect(await hashFolder(join(folder, 'bytes-again')), `${threads}, ${bucketRows}`).toEqual(
        expected,
      );
    }
  });
});
