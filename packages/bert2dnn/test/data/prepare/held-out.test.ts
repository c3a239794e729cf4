// Nothing of dev and test, equal or nearly, in anything that a model is trained on; against a naive comparison.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type PrepareOptions, prepare, readTable } from '../../../src/data/index.js';
import { HeldOut } from '../../../src/data/prepare/held-out.js';
import { put, temporaryFolder } from '../files.js';
import { naiveSimilarity } from '../text/naive-jaccard.js';
import { QUERIES, TITLES } from './generated-log.js';

const folder = await temporaryFolder();
const THRESHOLD = 0.6;

/** Nearly the query: one more word, another number, another case. */
const VARIANTS = [
  (query: string) => query.toUpperCase(),
  (query: string) => `${query} 2`,
  (query: string) => `${query}s`,
  (query: string) => query.split(' ').reverse().join(' '),
];

async function writeInputs() {
  const title = (index: number): string => TITLES[index % TITLES.length];
  const labelled = QUERIES.flatMap((query, index) => [
    `${query}\t${title(index)}\t1\tg${index % 12}`,
    `${query}\t${title(index + 9)}\t0\tg${(index + 5) % 12}`,
  ]);
  const rows = QUERIES.flatMap((query, index) =>
    VARIANTS.map((vary, step) => `${vary(query)}\t${title(index + step)}\t1`),
  );
  return {
    labelled: await put(
      folder,
      'labelled.tsv',
      ['query\ttitle\tlabel\tsession', ...labelled].join('\n'),
    ),
    log: await put(folder, 'log.tsv', ['query\ttitle\tclicks', ...rows].join('\n')),
    unlabelled: await put(folder, 'more.tsv', ['query\ttitle\tclicks', ...rows].join('\n')),
    queries: await put(
      folder,
      'queries.tsv',
      ['query', ...QUERIES, ...QUERIES.map((query) => `${query}!`)].join('\n'),
    ),
    catalogue: await put(folder, 'items.tsv', ['title', ...TITLES].join('\n')),
  };
}

const inputs = await writeInputs();

function options(out: string, more: Partial<PrepareOptions> = {}): PrepareOptions {
  return {
    labelled: [inputs.labelled],
    log: [inputs.log],
    unlabelled: [inputs.unlabelled],
    queries: [inputs.queries],
    catalogue: [inputs.catalogue],
    transferSize: 1200,
    pseudoQueries: 60,
    nearDuplicates: THRESHOLD,
    out: join(folder, out),
    ...more,
  };
}

/** Distinct queries of an output in lower case. */
async function queriesOf(out: string, name: string): Promise<string[]> {
  const queries = new Set<string>();
  for await (const { texts } of readTable(join(folder, out, name), { texts: ['query'] })) {
    for (const query of texts[0]) queries.add(query.toLowerCase());
  }
  return [...queries];
}

async function heldOutQueries(out: string): Promise<string[]> {
  return [...(await queriesOf(out, 'dev.parquet')), ...(await queriesOf(out, 'test.parquet'))];
}

const TRAINING = ['train.parquet', 'transfer', 'clicks', 'queries.parquet'] as const;

function isNearOne(query: string, others: readonly string[]): boolean {
  return others.some((other) => naiveSimilarity(query, other) >= THRESHOLD);
}

describe('what is held out', () => {
  it('is in nothing that is trained on, neither equal nor nearly', async () => {
    const result = await prepare(options('near'));
    const heldOut = await heldOutQueries('near');
    for (const name of TRAINING) {
      const queries = await queriesOf('near', name);
      expect(queries.length).toBeGreaterThan(20);
      expect(queries.filter((query) => isNearOne(query, heldOut))).toEqual([]);
    }
    // Every row that is missing is accounted for: of the log and of the unlabelled rows the same.
    const shown = QUERIES.flatMap((query) => VARIANTS.map((vary) => vary(query).toLowerCase()));
    const equal = shown.filter((query) => heldOut.includes(query)).length;
    const near = shown.filter((query) => isNearOne(query, heldOut)).length - equal;
    expect(near).toBeGreaterThan(5);
    expect(result.transfer.heldOutRows).toEqual({ equal: 2 * equal, near: 2 * near });
    // And what is not near stays.
    const kept = shown.filter((query) => !isNearOne(query, heldOut));
    const clicks = await queriesOf('near', 'clicks');
    expect(clicks.sort()).toEqual([...new Set(kept)].sort());
  });

  it('with nearDuplicates 0 is only what is equal but for case', async () => {
    const result = await prepare(options('equal', { nearDuplicates: 0 }));
    const heldOut = await heldOutQueries('equal');
    for (const name of TRAINING) {
      const queries = await queriesOf('equal', name);
      expect(queries.filter((query) => heldOut.includes(query))).toEqual([]);
    }
    expect(result.labelled.numNearGroups).toBe(0);
    expect(result.transfer.heldOutRows.near).toBe(0);
    const clicks = await queriesOf('equal', 'clicks');
    const shown = QUERIES.flatMap((query) => VARIANTS.map((vary) => vary(query).toLowerCase()));
    const kept = shown.filter((query) => !heldOut.includes(query));
    expect(clicks.sort()).toEqual([...new Set(kept)].sort());
  });

  it('may be given: dev and test as files, whose queries then leave all else', async () => {
    const lines = (queries: readonly string[]): string =>
      [
        'query\ttitle\tlabel\tsession',
        ...queries.flatMap((query) => [`${query}\tx\t1\ta`, `${query}\ty\t0\ta`]),
      ].join('\n');
    const dev = await put(folder, 'dev.tsv', lines(QUERIES.slice(0, 4)));
    const test = await put(folder, 'test.tsv', lines(QUERIES.slice(4, 8)));
    const result = await prepare(options('given', { dev: [dev], test: [test] }));
    expect((await queriesOf('given', 'test.parquet')).sort()).toEqual(QUERIES.slice(4, 8).sort());
    const heldOut = await heldOutQueries('given');
    for (const name of TRAINING) {
      const queries = await queriesOf('given', name);
      expect(queries.length).toBeGreaterThan(20);
      expect(queries.filter((query) => isNearOne(query, heldOut))).toEqual([]);
    }
    const numTrain = result.splits.train?.rows ?? 0;
    const numDev = result.splits.dev?.rows ?? 0;
    // Rows are merged, split or taken out.
    expect(numTrain + (8 - numDev) + 0).toBeLessThan(2 * QUERIES.length);
    expect(result.labelled.numLeaked).toBe(2 * QUERIES.length - numTrain + (8 - numDev));
  });

  it('of groups of the user are their queries; labelled training rows stay in any case', async () => {
    const columns = { group: 'session' };
    const result = await prepare(options('groups', { columns, transferSize: 5000 }));
    const heldOut = new Set(await heldOutQueries('groups'));
    const train = await queriesOf('groups', 'train.parquet');
    // A query may be in several groups, and so in train and in dev.
    expect(train.some((query) => heldOut.has(query))).toBe(true);
    expect(result.transfer.byOrigin.labelled).toBe(result.splits.train?.rows);
    for (const name of ['clicks', 'queries.parquet']) {
      const queries = await queriesOf('groups', name);
      expect(queries.filter((query) => heldOut.has(query))).toEqual([]);
    }
  });

  it('of single texts are the texts', async () => {
    const rows = QUERIES.map((text, index) => `${text}\t${index % 2}`);
    const labelled = await put(folder, 'texts.tsv', ['text\tlabel', ...rows].join('\n'));
    const more = QUERIES.flatMap((text) => VARIANTS.map((vary) => vary(text)));
    const unlabelled = await put(folder, 'more-texts.tsv', ['text', ...more].join('\n'));
    const out = join(folder, 'texts');
    const nearDuplicates = THRESHOLD;
    await prepare({ labelled: [labelled], unlabelled: [unlabelled], out, nearDuplicates });
    const textsOf = async (name: string): Promise<string[]> => {
      const texts: string[] = [];
      for await (const batch of readTable(join(out, name), { texts: ['text'] })) {
        texts.push(...batch.texts[0]);
      }
      return texts;
    };
    const heldOut = [...(await textsOf('dev.parquet')), ...(await textsOf('test.parquet'))];
    const transfer = await textsOf('transfer');
    expect(transfer.filter((text) => isNearOne(text, heldOut))).toEqual([]);
    const all = new Set([...more, ...QUERIES]);
    const kept = [...all].filter((text) => !isNearOne(text, heldOut));
    expect(transfer.sort()).toEqual(kept.sort());
  });
});

describe('HeldOut', () => {
  const row = (query: string, group: string) => ({ texts: [query], label: 1, group, count: 1 });
  const keyOf = ([query]: readonly string[]): string => query.toLowerCase();

  it('finds keys, groups and what is near a key', () => {
    const rows = [row('Cordless drill 18V', 'session 7'), row('saw', 'saw')];
    const heldOut = new HeldOut(rows, keyOf, 0.7);
    expect(heldOut.isEmpty).toBe(false);
    expect(heldOut.find('cordless drill 18v')).toBe('equal');
    expect(heldOut.find('session 7')).toBe('equal');
    expect(heldOut.find('cordless drill, 18 v')).toBe('near');
    expect(heldOut.find('hammer')).toBeUndefined();
    // Groups are names, not texts: nothing is near one.
    expect(heldOut.find('session 77')).toBeUndefined();
  });

  it('finds only equal ones without a threshold, and nothing in nothing', () => {
    const heldOut = new HeldOut([row('saw', 'saw')], keyOf, undefined);
    expect(heldOut.find('saws')).toBeUndefined();
    expect(heldOut.find('saw')).toBe('equal');
    const none = new HeldOut([], keyOf, 0.5);
    expect(none.isEmpty).toBe(true);
    expect(none.find('')).toBeUndefined();
  });
});
