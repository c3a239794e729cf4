// Rows that prepare makes: pairs mined for real queries and for pseudo-queries, variants of single texts; and the list of
// queries that is written beside them.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type PrepareOptions, prepare, readTable } from '../../../src/data/index.js';
import { put, temporaryFolder } from '../files.js';
import { naiveSimilarity } from '../text/naive-jaccard.js';
import { QUERIES, TITLES } from './generated-log.js';
import { hashFolder, readTransfer } from './prepared-rows.js';

const folder = await temporaryFolder();
const BRANDS = ['acme', 'bolt & co', 'crane'];
const COLOURS = ['red', 'deep blue', ''];

const lines = (rows: readonly (readonly (string | number)[])[]): string =>
  rows.map((row) => row.join('\t')).join('\n');

const inputs = {
  labelled: await put(
    folder,
    'labelled.tsv',
    lines([
      ['query', 'title', 'label'],
      ...QUERIES.slice(0, 20).flatMap((query, index) => [
        [query, TITLES[index], 1],
        [query, TITLES[index + 20], 0],
        [query, 'only in the labels', 0],
      ]),
    ]),
  ),
  log: await put(
    folder,
    'log.tsv',
    lines([
      ['query', 'title', 'impressions'],
      ...QUERIES.slice(10).flatMap((query, index) => [
        [query.toUpperCase(), TITLES[index], 1 + (index % 5)],
        [query, TITLES[index + 1], 2],
      ]),
    ]),
  ),
  queries: await put(
    folder,
    'queries.tsv',
    lines([['query'], ['Garden table'], ['garden  table'], ['rain barrel'], [QUERIES[12]]]),
  ),
  catalogue: await put(
    folder,
    'items.tsv',
    lines([
      ['title', 'category', 'brand', 'colour'],
      ...TITLES.map((title, index) => [
        title,
        `shelf of ${['wood', 'metal', 'cloth', 'glass'][index % 4]}`,
        BRANDS[index % 3],
        COLOURS[index % 3],
      ]),
    ]),
  ),
};

function options(out: string, more: Partial<PrepareOptions> = {}): PrepareOptions {
  return {
    labelled: [inputs.labelled],
    catalogue: [inputs.catalogue],
    attributes: ['colour'],
    out: join(folder, out),
    ...more,
  };
}

const MINED = new Set(['bm25', 'category', 'random']);

async function readMined(out: string) {
  return (await readTransfer(join(folder, out))).filter(({ origin }) => MINED.has(origin));
}

async function readQueries(out: string) {
  const rows: { query: string; origin: string; count: number; source: number }[] = [];
  const path = join(folder, out, 'queries.parquet');
  const columns = { texts: ['query', 'origin'], numbers: ['count', 'source'] };
  for await (const { texts, numbers, numRows } of readTable(path, columns)) {
    for (let row = 0; row < numRows; row++) {
      const [query, origin] = texts.map((values) => values[row]);
      const [count, source] = numbers.map((values) => values[row]);
      rows.push({ query, origin, count, source });
    }
  }
  return rows;
}

async function textsOf(out: string, names: string[], column: string): Promise<string[]> {
  const found: string[] = [];
  for (const name of names) {
    const path = join(folder, out, name);
    for await (const { texts } of readTable(path, { texts: [column] })) found.push(...texts[0]);
  }
  return found;
}

function countBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return counts;
}

describe('mined pairs', () => {
  it('come in the shares that are asked for, pairs of a query with items of all inputs', async () => {
    const mining = { bm25: 0.2, category: 0.3, random: 0.5 };
    const more = { mining, transferSize: 600, pseudoQueries: 0, maxPairsPerQuery: 40 };
    const result = await prepare(options('shares', more));
    const mined = await readMined('shares');
    const shares = countBy(mined, ({ origin }) => origin);
    expect(mined.length + (result.splits.train?.rows ?? 0)).toBe(600);
    for (const [origin, share] of Object.entries(mining)) {
      const expected = share * mined.length;
      const numFound = shares.get(origin) ?? 0;
      // A random sample of what was mined: within 5 sigma.
      expect(Math.abs(numFound - expected)).toBeLessThan(5 * Math.sqrt(expected));
    }
    const items = new Set([...TITLES, 'only in the labels']);
    expect(mined.filter(({ title }) => !items.has(title))).toEqual([]);
    expect(result.transfer.items).toBe(items.size);
    expect(mined.every(({ count, label }) => count === 1 && Number.isNaN(label))).toBe(true);
  });

  it('are 30 a query where no size is asked for, less those that are natural rows', async () => {
    const result = await prepare(options('default', { log: [inputs.log] }));
    const rows = await readTransfer(join(folder, 'default'));
    const queries = await readQueries('default');
    expect(result.transfer.queries).toMatchObject({ pseudo: 0, real: queries.length });
    const minedOf = countBy(
      rows.filter(({ origin }) => MINED.has(origin)),
      ({ group }) => group,
    );
    const naturalOf = countBy(
      rows.filter(({ origin }) => !MINED.has(origin)),
      ({ group }) => group,
    );
    expect([...minedOf.keys()].sort()).toEqual(
      queries.map(({ query }) => query.toLowerCase()).sort(),
    );
    for (const [group, numMined] of minedOf) {
      expect(numMined).toBeLessThanOrEqual(30);
      expect(numMined).toBeGreaterThanOrEqual(30 - (naturalOf.get(group) ?? 0));
    }
  });

  it('are no more of a query than allowed, and the shortage is told', async () => {
    const notes: string[] = [];
    const progress = {
      note: (text: string) => notes.push(text),
      start: () => ({ advance: () => undefined, done: () => undefined }),
    };
    const more = { maxPairsPerQuery: 7, transferSize: 5000, pseudoQueries: 0 };
    const result = await prepare(options('cap', { ...more, progress }));
    const numOf = countBy(await readMined('cap'), ({ group }) => group);
    expect(Math.max(...numOf.values())).toBeLessThanOrEqual(7);
    expect(Math.max(...numOf.values())).toBeGreaterThanOrEqual(6);
    const mined = [...numOf.values()].reduce((sum, count) => sum + count, 0);
    const missing = 5000 - result.transfer.rows;
    expect(notes).toContain(
      `mined: ${mined} new pairs, ${missing} fewer than wanted: more queries, items or --max-pairs-per-query would help`,
    );
  });
});

describe('queries', () => {
  const more = {
    log: [inputs.log],
    queries: [inputs.queries],
    transferSize: 3000,
    pseudoQueries: 60,
    nearDuplicates: 0.7,
  };

  it('are listed once each: where they were first, how often in all, labelled ones first', async () => {
    const result = await prepare(options('queries', more));
    const found = await readQueries('queries');
    const real = found.filter(({ origin }) => ['labelled', 'log', 'queries'].includes(origin));
    expect(result.transfer.queries).toMatchObject({ real: real.length, pseudo: 60 });
    const train = new Set(await textsOf('queries', ['train.parquet'], 'query'));
    const heldOut = await textsOf('queries', ['dev.parquet', 'test.parquet'], 'query');
    const logWeights = new Map<string, number>();
    QUERIES.slice(10).forEach((query, index) => {
      logWeights.set(query, 3 + (index % 5));
    });
    const expected: Record<string, { origin: string; count: number }> = {};
    for (const query of train) {
      const own = 3 + (logWeights.get(query) ?? 0) + (query === QUERIES[12] ? 1 : 0);
      expected[query] = { origin: 'labelled', count: own };
    }
    for (const [query, count] of logWeights) {
      expected[query] ??= { origin: 'log', count: count + (query === QUERIES[12] ? 1 : 0) };
    }
    expected['garden table'] = { origin: 'queries', count: 2 };
    expected['rain barrel'] = { origin: 'queries', count: 1 };
    for (const query of Object.keys(expected)) {
      if (heldOut.some((other) => naiveSimilarity(other, query) >= 0.7)) delete expected[query];
    }
    expect(
      Object.fromEntries(
        real.map(({ query, origin, count }) => [query.toLowerCase(), { origin, count }]),
      ),
    ).toEqual(expected);
    const order = ['labelled', 'log', 'queries'];
    const sorted = [...real].sort(
      (left, right) =>
        order.indexOf(left.origin) - order.indexOf(right.origin) ||
        right.count - left.count ||
        (left.query.toLowerCase() < right.query.toLowerCase() ? -1 : 1),
    );
    expect(found.slice(0, real.length)).toEqual(sorted);
    // As they were written first.
    expect(found.find(({ query }) => query.toLowerCase() === 'garden table')).toEqual({
      ...{ query: 'Garden table', origin: 'queries', count: 2, source: 0 },
    });
    expect(
      real.filter(({ origin }) => origin === 'log').every(({ query }) => /^[A-Z ]+$/.test(query)),
    ).toBe(true);
  });

  it('are cut from items where they are too few, none of them real, held out or nearly', async () => {
    const found = await readQueries('queries');
    const pseudo = found.filter(({ count }) => count === 0);
    expect(pseudo).toHaveLength(60);
    expect(found.slice(-60)).toEqual(pseudo);
    const heldOut = await textsOf('queries', ['dev.parquet', 'test.parquet'], 'query');
    const real = new Set(found.slice(0, -60).map(({ query }) => query.toLowerCase()));
    const keys = pseudo.map(({ query }) => query.toLowerCase());
    expect(new Set(keys).size).toBe(60);
    for (const key of keys) {
      expect(real.has(key)).toBe(false);
      expect(heldOut.filter((query) => naiveSimilarity(query, key) >= 0.7)).toEqual([]);
    }
    expect([...new Set(pseudo.map(({ origin }) => origin))].sort()).toEqual(
      ['attribute', 'brand', 'category', 'title'].sort(),
    );
    // Each has pairs of its own.
    const groups = new Set((await readMined('queries')).map(({ group }) => group));
    expect(keys.filter((key) => !groups.has(key))).toEqual([]);
  });

  it('are as many pseudo ones as the size needs, and none where real ones do', async () => {
    const few = await prepare(options('few', { transferSize: 200 }));
    expect(few.transfer.queries?.pseudo).toBe(0);
    const many = await prepare(options('many', { transferSize: 2000 }));
    // 1.1 times what is missing in pairs of 30 a query, less the real queries.
    const { real = 0, pseudo } = many.transfer.queries ?? {};
    const missing = 2000 - (many.splits.train?.rows ?? 0);
    expect(pseudo).toBe(Math.ceil((1.1 * missing) / 30) - real);
    expect(many.transfer.rows).toBe(2000);
  });
});

describe('variants of single texts', async () => {
  const rows = QUERIES.map((text, index) => [`${text} ${TITLES[index]}`, index % 2]);
  const labelled = await put(folder, 'texts.tsv', lines([['text', 'label'], ...rows]));
  const unlabelled = await put(
    folder,
    'more-texts.tsv',
    lines([['text'], ...TITLES.map((title) => [title]), ['word']]),
  );
  const texts = (out: string, more: Partial<PrepareOptions> = {}): PrepareOptions => ({
    labelled: [labelled],
    unlabelled: [unlabelled],
    augment: 3,
    out: join(folder, out),
    ...more,
  });
  const result = await prepare(texts('augmented'));
  const all: { text: string; origin: string; group: string }[] = [];
  for await (const batch of readTable(join(folder, 'augmented', 'transfer'), {
    texts: ['text', 'origin', 'group'],
  })) {
    const [found, origins, groups] = batch.texts;
    found.forEach((text, row) => {
      all.push({ text, origin: origins[row], group: groups[row] });
    });
  }
  const natural = all.filter(({ origin }) => origin !== 'augmented').map(({ text }) => text);
  const variants = all.filter(({ origin }) => origin === 'augmented');

  it('differ from every other text, and are n-grams of one with words masked', () => {
    expect(variants.length).toBe(result.transfer.byOrigin.augmented);
    expect(variants.length).toBeGreaterThan(natural.length);
    expect(variants.length).toBeLessThanOrEqual(3 * natural.length);
    expect(new Set(all.map(({ text }) => text)).size).toBe(all.length);
    const isPartOf = (variant: string, text: string): boolean => {
      const part = variant.split(' ');
      const words = text.split(' ');
      return words.some((_, start) =>
        part.every((word, index) =>
          word === '[MASK]' ? start + index < words.length : word === words[start + index],
        ),
      );
    };
    for (const { text, group } of variants) {
      expect(
        natural.some((other) => isPartOf(text, other)),
        text,
      ).toBe(true);
      expect(group).toBe(text.toLowerCase());
    }
    expect(variants.some(({ text }) => text.includes('[MASK]'))).toBe(true);
    expect(variants.some(({ text }) => !text.includes('[MASK]'))).toBe(true);
  });

  it('are none of the held-out texts', async () => {
    const heldOut = await textsOf('augmented', ['dev.parquet', 'test.parquet'], 'text');
    expect(heldOut.length).toBeGreaterThan(2);
    for (const { text } of all) {
      expect(heldOut.filter((other) => naiveSimilarity(text, other) >= 0.8)).toEqual([]);
    }
  });

  it('are the same every time, and fill a wanted size behind the natural ones', async () => {
    await prepare(texts('again', { threads: 2, bucketRows: 20 }));
    expect(await hashFolder(join(folder, 'again'))).toEqual(
      await hashFolder(join(folder, 'augmented')),
    );
    const size = natural.length + 40;
    const sized = await prepare(texts('sized', { transferSize: size }));
    expect(sized.transfer.rows).toBe(size);
    expect(sized.transfer.byOrigin.augmented).toBe(40);
  });
});
