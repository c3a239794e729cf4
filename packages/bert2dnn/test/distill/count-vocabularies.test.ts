// Vocabularies: the naive count of everything, whatever the bound of memory, the ranges and the threads.
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ngrams, textTokens } from '@bert2dnn/student';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openExamples, writeParquet } from '../../src/data/index.js';
import { countVocabularies, type VocabularyOptions } from '../../src/distill/count-vocabularies.js';
import { presetDefinition } from '../../src/distill/presets.js';
import { labelInformation } from '../../src/distill/token-choice.js';
import { LABEL_UNITS, TokenCounts } from '../../src/distill/token-counts.js';
import {
  addUpPartition,
  NUM_PARTITIONS,
  PartitionFiles,
  partitionOf,
} from '../../src/distill/token-partitions.js';
import { SILENT } from '../../src/foundation/progress.js';
import { createRandom } from '../../src/foundation/random.js';
import { makeTestFolder } from '../labels/score-fixture.js';

const folder = await makeTestFolder();
const definition = presetDefinition('pair', ['query', 'title'], { vocabularySize: 60 });
const random = createRandom(7, 'texts');
const NUM_ROWS = 300;
const word = () => `w${Math.floor(200 * random.next() ** 3)}`;
const queries = Array.from({ length: NUM_ROWS }, () => `${word()} ${word()}`);
const titles = Array.from({ length: NUM_ROWS }, (_, row) =>
  row % 50 === 9 ? '' : `${word()} ${word()} ${word()} ${word()}`,
);
const soft = Float32Array.from({ length: NUM_ROWS }, (_, row) =>
  row % 11 === 3 ? Number.NaN : random.next(),
);
const file = join(folder, 'texts.parquet');
await writeParquet(file, [
  { name: 'query', type: 'VARCHAR', values: queries },
  { name: 'title', type: 'VARCHAR', values: titles },
]);
const set = await openExamples([file]);

const count = async (options: Partial<VocabularyOptions>) => {
  const all = { minCount: 2, criterion: 'frequency' as const, threads: 1, folder };
  const found = await countVocabularies(set, definition, { ...all, ...options }, SILENT);
  return { query: [...found['query'].tokens], title: [...found['title'].tokens] };
};

/** Distinct n-grams of each text, made once. */
const tokensOfText = new Map(
  [...queries, ...titles].map((text) => [text, new Set(textTokens(text, definition.text))]),
);

/** By worth, then by text, of those that occur twice. */
function best(texts: string[], worthOf: (token: string) => number): string[] {
  const tokens = texts.flatMap((text) => textTokens(text, definition.text));
  const distinct = [...new Set(tokens)].filter(
    (token) => tokens.filter((other) => other === token).length >= 2,
  );
  const worth = new Map(distinct.map((token) => [token, worthOf(token)]));
  distinct.sort((a, b) => worth.get(b)! - worth.get(a)! || (a < b ? -1 : 1));
  return distinct.slice(0, 60);
}

/** Mutual information from the table of probabilities. */
function naiveInformation(texts: string[], token: string): number {
  const rows = texts.map((_, row) => row).filter((row) => !Number.isNaN(soft[row]));
  const has = (row: number) => tokensOfText.get(texts[row])!.has(token);
  const share = (x: boolean | undefined, y: number | undefined) =>
    rows.reduce((sum, row) => {
      const isMeant = x === undefined || has(row) === x;
      const label = y === undefined ? 1 : y === 1 ? soft[row] : 1 - soft[row];
      return sum + (isMeant ? label : 0) / rows.length;
    }, 0);
  let information = 0;
  for (const x of [true, false]) {
    for (const y of [0, 1]) {
      const joint = share(x, y);
      if (joint > 0) {
        information += joint * Math.log(joint / share(x, undefined) / share(undefined, y));
      }
    }
  }
  return information;
}

describe('countVocabularies', () => {
  const frequent = (texts: string[]) => {
    const tokens = texts.flatMap((text) => textTokens(text, definition.text));
    return best(texts, (token) => tokens.filter((other) => other === token).length);
  };
  const expected = { query: frequent(queries), title: frequent(titles) };

  it('takes the most frequent, ties by text', async () => {
    expect(await count({})).toEqual(expected);
  });

  it('is exact beyond its memory, in any number of threads', async () => {
    // 40 tokens at once: the counter writes to disk after almost every range.
    expect(await count({ maxTokens: 40 })).toEqual(expected);
    for (const threads of [1, 2, 4]) {
      expect(await count({ threads, rangeRows: 37 })).toEqual(expected);
      expect(await count({ threads, rangeRows: 37, maxTokens: 40 })).toEqual(expected);
    }
    expect((await readdir(folder)).filter((name) => name.startsWith('runs-'))).toEqual([]);
  });

  it('by information takes what tells most of the soft label', async () => {
    const labels = { values: soft, numOutputs: 1, areLogits: false };
    const told = await count({ criterion: 'information', labels });
    const naive = best(queries, (token) => naiveInformation(queries, token));
    // Worths that differ by rounding alone may change places.
    const worths = (tokens: string[]) => tokens.map((token) => naiveInformation(queries, token));
    worths(told.query).forEach((value, index) => {
      expect(value).toBeCloseTo(worths(naive)[index], 6);
    });
    expect(told.query).not.toEqual(expected.query);
    for (const threads of [2, 3]) {
      const options = { threads, rangeRows: 29, maxTokens: 50 };
      expect(await count({ criterion: 'information', labels, ...options })).toEqual(told);
    }
  });

  it('refuses an impossible bound', async () => {
    await expect(count({ maxTokens: 0 })).rejects.toThrow(/maxTokens must be 1\.\./);
  });
});

describe('labelInformation', () => {
  it('is 0 without a connection and the entropy with a perfect one', () => {
    const totals = { numExamples: 8, sums: Float64Array.of(4 * LABEL_UNITS) };
    expect(labelInformation(Float64Array.of(4, 4, 2 * LABEL_UNITS), totals)).toBeCloseTo(0, 12);
    expect(labelInformation(Float64Array.of(9, 4, 4 * LABEL_UNITS), totals)).toBeCloseTo(
      Math.LN2,
      12,
    );
    expect(labelInformation(Float64Array.of(9, 4, 0), totals)).toBeCloseTo(Math.LN2, 12);
    expect(labelInformation(Float64Array.of(8, 8, 4 * LABEL_UNITS), totals)).toBe(0);
  });
});

describe('TokenCounts', () => {
  const words = fc.array(fc.constantFrom('a', 'b', 'ab', '^', '$', '', 'caf\u00e9'), {
    maxLength: 7,
  });

  it('counts what ngrams gives, and can begin anew', () => {
    fc.assert(
      fc.property(
        fc.array(words, { maxLength: 9 }),
        fc.integer({ min: 1, max: 3 }),
        (texts, highest) => {
          const counts = new TokenCounts({ highest });
          for (let time = 0; time < 2; time++) {
            counts.clear();
            const naive = new Map<string, number>();
            for (const text of texts) {
              counts.beginExample();
              counts.addText(text);
              for (const token of ngrams(text, highest)) {
                naive.set(token, (naive.get(token) ?? 0) + 1);
              }
            }
            const found = [...counts.entries()].map(({ token, values }) => [token, values[0]]);
            expect(new Map(found as [string, number][])).toEqual(naive);
            expect(found.length).toBe(naive.size);
          }
        },
      ),
    );
  });

  it('grows', () => {
    const counts = new TokenCounts({ highest: 2 });
    for (let number = 0; number < 5000; number++) counts.addText([`w${number}`, `w${number % 7}`]);
    const found = new Map([...counts.entries()].map(({ token, values }) => [token, values[0]]));
    expect(found.get('w4999 w1')).toBe(1);
    expect(found.get('w3 $')).toBe(714);
    expect(found.get('^ w42')).toBe(1);
  });
});

describe('partitions on disk', () => {
  it('add up to the sum, whatever the tokens and the files', async () => {
    const place = join(folder, 'partitions');
    const token = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('a', 'b', '\ud800', ''));
    const parts = fc.array(fc.array(token, { maxLength: 6 }), { minLength: 1, maxLength: 5 });
    const long = 'x'.repeat(40_000);
    await fc.assert(
      fc.asyncProperty(parts, async (lists) => {
        await rm(place, { recursive: true, force: true });
        await mkdir(place);
        const sums = new Map<string, number>();
        const files = lists.map((tokens, index) => {
          const written = new PartitionFiles(join(place, `${index}`));
          for (const one of [...tokens, long]) sums.set(one, (sums.get(one) ?? 0) + index + 1);
          // In two goes: files are added to.
          for (const some of [tokens, [long]]) {
            written.append(some.map((one) => ({ token: one, values: Float64Array.of(index + 1) })));
          }
          return written;
        });
        const found = new Map<string, number>();
        for (let partition = 0; partition < NUM_PARTITIONS; partition++) {
          const paths = files.map((file) => file.pathOf(partition));
          for (const { token: one, values } of addUpPartition(paths, 1)) {
            expect(partitionOf(one)).toBe(partition);
            expect(found.has(one)).toBe(false);
            found.set(one, values[0]);
          }
        }
        expect(found).toEqual(sums);
      }),
      { numRuns: 15 },
    );
  });
});
