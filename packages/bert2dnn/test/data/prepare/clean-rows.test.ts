// Cleaning in the engine: what SQL keeps to itself and what passes through JavaScript come to what the cleaner gives.
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { Engine } from '../../../src/data/duckdb.js';
import { type CleaningOptions, createCleaner, writeParquet } from '../../../src/data/index.js';
import { cleanedRelation, cleanRows } from '../../../src/data/prepare/clean-rows.js';
import { findPersonalData } from '../../../src/data/text/personal-data.js';
import { temporaryFolder } from '../files.js';

const folder = await temporaryFolder();
const engine = await Engine.start({
  threads: 2,
  memoryMb: 500,
  temporaryFolder: join(folder, 'spill'),
  keepsOrder: false,
});
const database = await engine.connect();
afterAll(() => {
  database.close();
  engine.close();
});

const text = fc
  .array(
    fc.constantFrom(
      ...['drill', 'SAW', 'a', ' ', '  ', '<b>', '<', '&amp;', 'R&D;', '&#65;', '\t', '\n', '~'],
      ...['É', 'e\u0301', 'ß', 'İ', 'ﬁ', '½', '™', '\u200b', '\u00a0', '\u007f', '🙂', '日本'],
      ...['bob@example.com', '415-555-0132', '4111 1111 1111 1111', '12345678', '@', '.'],
    ),
    { maxLength: 4 },
  )
  .map((pieces) => pieces.join(''));

const row = fc.record({ f0: text, f1: text, weight: fc.integer({ min: 1, max: 5 }) });

interface Choices {
  cleaning: CleaningOptions;
  dropsPersonal: boolean;
  keyFields: string[];
}

const choices: fc.Arbitrary<Choices> = fc.record({
  cleaning: fc.record({ html: fc.boolean(), nfkc: fc.boolean(), whiteSpace: fc.boolean() }),
  dropsPersonal: fc.boolean(),
  keyFields: fc.constantFrom(['f0'], ['f0', 'f1']),
});

type Row = { f0: string; f1: string; weight: number };

/** Rows and figures by the cleaner itself. */
function cleanNaively(rows: readonly Row[], { cleaning, dropsPersonal, keyFields }: Choices) {
  const clean = createCleaner(cleaning);
  const personal: Record<string, number> = {};
  const kept: unknown[][] = [];
  rows.forEach(({ f0, f1, weight }, source) => {
    const cleaned: Record<string, string> = { f0: clean(f0), f1: clean(f1) };
    const found = dropsPersonal ? findPersonalData(cleaned.f0) : undefined;
    if (found !== undefined) {
      personal[found] = (personal[found] ?? 0) + weight;
      return;
    }
    const key = keyFields.map((name) => cleaned[name]).join(' ');
    kept.push([cleaned.f0, cleaned.f1, weight, source, key.toLowerCase()]);
  });
  return { kept, personal };
}

describe('cleanRows', () => {
  it('gives what the cleaner gives, with the key in lower case, and drops personal data', async () => {
    const many = fc.array(row, { minLength: 1, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(many, choices, async (rows, choice) => {
        const into = await mkdtemp(join(folder, 'clean-'));
        const path = join(into, 'input.parquet');
        await writeParquet(path, [
          { name: 'f0', type: 'VARCHAR', values: rows.map(({ f0 }) => f0) },
          { name: 'f1', type: 'VARCHAR', values: rows.map(({ f1 }) => f1) },
          { name: 'weight', type: 'INTEGER', values: rows.map(({ weight }) => weight) },
          { name: 'source', type: 'BIGINT', values: rows.map((_, index) => index) },
        ]);
        const figures = await cleanRows({
          database,
          relation: `read_parquet('${path}')`,
          texts: ['f0', 'f1'],
          numbers: ['weight', 'source'],
          personal: choice.dropsPersonal ? 'f0' : undefined,
          key: choice.keyFields,
          cleaning: choice.cleaning,
          folder: into,
        });
        const found = await database.rows(
          `SELECT f0, f1, weight::DOUBLE, source::DOUBLE, key FROM ${cleanedRelation(into)} ORDER BY source`,
        );
        const { kept, personal } = cleanNaively(rows, choice);
        expect(found).toEqual(kept);
        expect(figures.personal).toEqual(personal);
      }),
      { seed: 6, numRuns: 60 },
    );
  });
});
