// Labelled rows by split, against a naive twin that compares every pair of queries.
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openExamples } from '../../../src/data/index.js';
import type { LabelledRow } from '../../../src/data/labelled-rows.js';
import { splitLabelled } from '../../../src/data/prepare/labelled-splits.js';
import { createCleaner } from '../../../src/data/text/clean-text.js';
import { errorOf, put, temporaryFolder } from '../files.js';
import { naiveClusters, naiveSimilarity } from '../text/naive-jaccard.js';

const folder = await temporaryFolder();

interface Row {
  query: string;
  title: string;
  group?: string;
}

interface Choices {
  threshold: number | undefined;
  groupsAreTexts?: boolean;
  seed?: number;
}

async function open(name: string, rows: readonly Row[]) {
  const hasGroup = rows[0]?.group !== undefined;
  const lines = rows.map(({ query, title, group }, index) =>
    [query, title, index % 2, ...(hasGroup ? [group] : [])].join('\t'),
  );
  const header = `query\ttitle\tlabel${hasGroup ? '\tsession' : ''}`;
  const into = await mkdtemp(join(folder, 'set-'));
  const path = await put(into, `${name}.tsv`, [header, ...lines].join('\n'));
  const columns = hasGroup ? { group: 'session' } : {};
  return openExamples([path], columns, { label: true });
}

async function split(
  rows: { labelled: readonly Row[]; dev?: readonly Row[]; test?: readonly Row[] },
  { threshold, groupsAreTexts = true, seed = 1 }: Choices,
) {
  const given = {
    dev: rows.dev && (await open('dev', rows.dev)),
    test: rows.test && (await open('test', rows.test)),
  };
  return splitLabelled({
    labelled: await open('labelled', rows.labelled),
    given,
    keyOf: ([query]) => query.toLowerCase(),
    clean: createCleaner(),
    groupsAreTexts,
    shares: undefined,
    threshold,
    seed,
  });
}

function queriesOf(rows: readonly LabelledRow[]): string[] {
  return [...new Set(rows.map(({ texts }) => texts[0].toLowerCase()))];
}

function isNear(left: string, right: string, threshold: number | undefined): boolean {
  if (left === right) return true;
  return threshold !== undefined && naiveSimilarity(left, right) >= threshold;
}

/** Distinct examples; equal ones are merged before they are split. */
function distinct(rows: readonly Row[]): Row[] {
  return [...new Map(rows.map((row) => [`${row.query}\t${row.title}`, row])).values()];
}

const words = fc.constantFrom('drill', 'drills', 'saw', 'hammer', 'cordless', 'blue', 'Blue', '10');
const query = fc.array(words, { minLength: 1, maxLength: 4 }).map((list) => list.join(' '));
const rowsOf = (minLength: number): fc.Arbitrary<Row[]> =>
  fc.array(fc.record({ query, title: fc.constantFrom('a', 'b') }), { minLength, maxLength: 40 });
const threshold = fc.constantFrom(undefined, 0.5, 0.8, 1);

describe('splitLabelled', () => {
  it('puts nearly equal queries into one split, and every row into exactly one', async () => {
    await fc.assert(
      fc.asyncProperty(rowsOf(25), threshold, fc.nat(5), async (labelled, near, seed) => {
        const groups = [...new Set(labelled.map((row) => row.query.toLowerCase()))];
        const clusters =
          near === undefined ? groups.length : new Set(naiveClusters(groups, near)).size;
        fc.pre(clusters >= 3);
        const { rowsOf: found, counts } = await split({ labelled }, { threshold: near, seed });
        expect(counts.numNearGroups).toBe(groups.length - clusters);
        expect(counts.numLeaked).toBe(0);
        const all = [...found.train, ...found.dev, ...found.test];
        const names = distinct(labelled).map((row) => `${row.query}\t${row.title}`);
        expect(all.map((row) => row.texts.join('\t')).sort()).toEqual(names.sort());
        const [train, dev, test] = [found.train, found.dev, found.test].map(queriesOf);
        for (const [left, right] of [
          [train, [...dev, ...test]],
          [dev, test],
        ]) {
          expect(left.length).toBeGreaterThan(0);
          for (const one of left) {
            for (const other of right) expect(isNear(one, other, near)).toBe(false);
          }
        }
      }),
      { seed: 4, numRuns: 60 },
    );
  });

  it('takes out what is in, or nearly in, a given split; of two given ones test comes first', async () => {
    const inputs = fc.record({
      labelled: rowsOf(20),
      dev: fc.option(rowsOf(1), { nil: undefined }),
      test: fc.option(rowsOf(1), { nil: undefined }),
    });
    let numSplit = 0;
    await fc.assert(
      fc.asyncProperty(inputs, threshold, async ({ labelled, dev, test }, near) => {
        fc.pre(dev !== undefined || test !== undefined);
        const result = await split({ labelled, dev, test }, { threshold: near }).catch(
          (error: { code: string }) => error.code,
        );
        const givenQueries = [...(dev ?? []), ...(test ?? [])].map((row) =>
          row.query.toLowerCase(),
        );
        const isFree = (row: Row): boolean =>
          !givenQueries.some((other) => isNear(row.query.toLowerCase(), other, near));
        const free = distinct(labelled).filter(isFree);
        if (typeof result === 'string') {
          expect(result).toBe('TOO_FEW_EXAMPLES');
          return;
        }
        numSplit++;
        const { rowsOf: found, counts } = result;
        const namesOf = (rows: readonly LabelledRow[]): string[] =>
          rows.map((row) => row.texts.join('\t')).sort();
        const namesOfGiven = (rows: readonly Row[]): string[] =>
          distinct(rows)
            .map((row) => `${row.query}\t${row.title}`)
            .sort();
        const testQueries = (test ?? []).map((row) => row.query.toLowerCase());
        const keptDev = (dev ?? []).filter(
          (row) => !testQueries.some((other) => isNear(row.query.toLowerCase(), other, near)),
        );
        if (test !== undefined) expect(namesOf(found.test)).toEqual(namesOfGiven(test));
        if (dev !== undefined) expect(namesOf(found.dev)).toEqual(namesOfGiven(keptDev));
        const others = [
          ...found.train,
          ...(dev === undefined ? found.dev : []),
          ...(test === undefined ? found.test : []),
        ];
        expect(namesOf(others)).toEqual(namesOfGiven(free));
        const numLeaked =
          distinct(labelled).length -
          free.length +
          distinct(dev ?? []).length -
          distinct(keptDev).length;
        expect(counts.numLeaked).toBe(numLeaked);
      }),
      { seed: 5, numRuns: 100 },
    );
    expect(numSplit).toBeGreaterThan(25);
  });

  it('splits by groups of the user as they are, however alike they or their queries are', async () => {
    const labelled = Array.from({ length: 40 }, (_, index) => ({
      query: 'the very same query',
      title: `title ${index}`,
      group: `session number 1000${index % 10}`,
    }));
    const { rowsOf: found, counts } = await split(
      { labelled },
      { threshold: 0.5, groupsAreTexts: false },
    );
    expect(counts.numNearGroups).toBe(0);
    const groupsOf = [found.train, found.dev, found.test].map(
      (rows) => new Set(rows.map(({ group }) => group)),
    );
    expect(groupsOf.map(({ size }) => size).reduce((sum, size) => sum + size)).toBe(10);
    for (const { size } of groupsOf) expect(size).toBeGreaterThan(0);
  });

  it('merges, cleans and counts a given split as the labelled rows', async () => {
    const labelled = ['a1', 'b2', 'c3', 'd4'].map((text) => ({ query: text, title: 't' }));
    const dev = [
      { query: '<b>E5</b>', title: 't' },
      { query: 'E5', title: 't' },
      { query: 'e5', title: 'other' },
    ];
    const { rowsOf: found } = await split({ labelled, dev }, { threshold: 0.8 });
    expect(found.dev).toEqual([
      { texts: ['E5', 't'], label: 0.5, group: 'e5', count: 2 },
      { texts: ['e5', 'other'], label: 0, group: 'e5', count: 1 },
    ]);
    // The shares of train and test remain: both have rows.
    expect(found.train.length + found.test.length).toBe(4);
    expect(found.test.length).toBeGreaterThan(0);
  });

  it('refuses when nothing is left to train on', async () => {
    const labelled = ['drill one', 'drill two', 'drill six'].map((text) => ({
      query: text,
      title: 't',
    }));
    const error = await errorOf(
      split({ labelled, dev: labelled, test: labelled }, { threshold: undefined }),
    );
    expect(error.code).toBe('TOO_FEW_EXAMPLES');
    expect(error.message).toContain('no row is left to train on');
  });
});
