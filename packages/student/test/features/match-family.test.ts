// The families through the featurizer: what tells pairs apart, rows that never leave their family.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Featurizer } from '../../src/features/featurizer.js';
import {
  FAMILY_ROWS,
  NUM_FIXED_MATCH_FEATURES,
  numFixedMatchRows,
} from '../../src/features/match-rows.js';
import { Vocabulary } from '../../src/features/vocabulary.js';
import { MATCH_FAMILIES, type MatchFamily } from '../../src/model/definition.js';

/** Titles' n-grams, most frequent first: 20 fillers, then words of this test. */
const TOKENS = [
  ...Array.from({ length: 20 }, (_, index) => `filler${index}`),
  'dewalt',
  '^ dewalt',
  'drill',
  'battery',
  'for',
];
const vocabularies = { title: Vocabulary.fromTokens(TOKENS) };

function featurizerOf(families: MatchFamily[], size: number): Featurizer {
  return new Featurizer(
    {
      fields: ['query', 'title'],
      text: { tokenizer: 'default', ngrams: 2, quantities: true },
      blocks: [
        { name: 'title', kind: 'ngrams', fields: ['title'], size: 25, vocabulary: 'list' },
        {
          name: 'match',
          kind: 'match',
          fields: ['query', 'title'],
          size,
          families,
          statistics: 'title',
        },
      ],
    },
    vocabularies,
  );
}

function idsOf(featurizer: Featurizer, query: string, title: string): number[] {
  const buffer = featurizer.createBuffer();
  featurizer.featurize([query, title], buffer);
  const { ids, numIds } = buffer.blocks[1];
  return [...ids.subarray(0, numIds)];
}

/** Rows of one family, counted from its first one. */
function rowsOf(family: MatchFamily, query: string, title: string): number[] {
  const size = numFixedMatchRows({ families: [family] }) + 1;
  return idsOf(featurizerOf([family], size), query, title)
    .map((id) => id - NUM_FIXED_MATCH_FEATURES)
    .filter((row) => row >= 0 && row < FAMILY_ROWS[family])
    .sort((left, right) => left - right);
}

describe('match families', () => {
  it('add their rows one behind the other and change no other feature', () => {
    const families: MatchFamily[] = [...MATCH_FAMILIES];
    const numFixed = numFixedMatchRows({ families });
    const all = idsOf(featurizerOf(families, numFixed + 1000), '12v dril', 'DeWalt 18v drill');
    const none = idsOf(
      featurizerOf([], NUM_FIXED_MATCH_FEATURES + 1000),
      '12v dril',
      'DeWalt 18v drill',
    );
    const fixed = all.filter((id) => id < NUM_FIXED_MATCH_FEATURES);
    expect(fixed).toEqual(none.filter((id) => id < NUM_FIXED_MATCH_FEATURES));
    const hashed = all.filter((id) => id >= numFixed).map((id) => id - numFixed);
    const before = none
      .filter((id) => id >= NUM_FIXED_MATCH_FEATURES)
      .map((id) => id - NUM_FIXED_MATCH_FEATURES);
    expect(hashed).toEqual(before);
    let firstRow = NUM_FIXED_MATCH_FEATURES;
    for (const family of families) {
      const end = firstRow + FAMILY_ROWS[family];
      const rows = all.filter((id) => id >= firstRow && id < end).map((id) => id - firstRow);
      expect(
        rows.sort((left, right) => left - right),
        family,
      ).toEqual(rowsOf(family, '12v dril', 'DeWalt 18v drill'));
      expect(rows.length).toBeGreaterThan(2);
      firstRow = end;
    }
  });

  it('stay inside their rows for any text', () => {
    const word = fc.constantFrom(
      'drill',
      'dril',
      'dewalt',
      'for',
      '12 v',
      '2x4',
      'kits',
      'x',
      '½',
      'é',
    );
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(word, { maxLength: 8 }).map((words) => words.join(' ')),
    );
    const families: MatchFamily[] = [...MATCH_FAMILIES].reverse();
    const size = numFixedMatchRows({ families }) + 1;
    const featurizer = featurizerOf(families, size);
    fc.assert(
      fc.property(texts, texts, (query, title) => {
        for (const id of idsOf(featurizer, query, title)) {
          expect(Number.isInteger(id) && id >= 0 && id < size).toBe(true);
        }
      }),
      { seed: 41, numRuns: 1000 },
    );
  });

  it('importance: a frequent word missing is not a rare one missing, whatever the words', () => {
    const frequent = rowsOf('importance', 'drill filler1', 'drill');
    const rare = rowsOf('importance', 'drill hammock', 'drill');
    expect(frequent).not.toEqual(rare);
    expect(rowsOf('importance', 'drill filler2', 'drill')).toEqual(frequent);
    expect(rowsOf('importance', 'drill gazebo', 'drill')).toEqual(rare);
  });

  it('characters: a misspelling two edits away is nearer than another word', () => {
    const misspelt = rowsOf('characters', 'refridgerater', 'white refrigerator');
    const other = rowsOf('characters', 'refridgerater', 'white dishwashers');
    expect(misspelt).not.toEqual(other);
    // Found for sure: only the least likeness (1) and the coverage (1) are left, the last rows of both.
    expect(rowsOf('characters', 'refrigerators', 'refrigerator')).toEqual([
      7 * 7 * 2 + 6,
      7 * 7 * 2 + 7 + 8,
    ]);
    expect(rowsOf('characters', '12', '12 v')).toEqual([]);
  });

  it('quantities: tells the same number, another unit, another number and none apart', () => {
    const withUnit = 5;
    const severalWorst = 10 + 6;
    // Row of the state with a unit, then that of the worst state; 18 / 12 is in the bucket from 1.25 to 2.
    expect(rowsOf('quantities', '12v drill', 'drill 12 volt')).toEqual([withUnit, severalWorst]);
    expect(rowsOf('quantities', '12v drill', 'drill 12 in.')).toEqual([
      withUnit + 1,
      severalWorst + 1,
    ]);
    expect(rowsOf('quantities', '12v drill', 'drill 18 volt')).toEqual([
      withUnit + 2,
      10 + 4,
      severalWorst + 2,
    ]);
    expect(rowsOf('quantities', '12v drill', 'drill 3 in.')).toEqual([
      withUnit + 3,
      severalWorst + 3,
    ]);
    expect(rowsOf('quantities', '12v drill', 'drill')).toEqual([withUnit + 4, severalWorst + 4]);
    expect(rowsOf('quantities', 'drill', 'drill 12v')).toEqual([]);
    // Both numbers of "2x4 in" are inches.
    expect(rowsOf('quantities', '2 in', '2x4 in')).toEqual([withUnit, severalWorst]);
  });

  it('roles: a battery for a drill is no drill, and a brand first is not a brand behind', () => {
    const thing = rowsOf('roles', 'drill', 'dewalt drill');
    const accessory = rowsOf('roles', 'drill', 'battery for dewalt drill');
    const headPlace = (rows: number[]) => rows.filter((row) => row < 12);
    expect(headPlace(thing)).toEqual([2]);
    expect(headPlace(accessory)).toEqual([4 + 3]);
    expect(headPlace(rowsOf('roles', 'drill', 'saw with drill'))).toEqual([8 + 3]);
    expect(headPlace(rowsOf('roles', 'drill', 'saw'))).toEqual([0]);
    expect(rowsOf('roles', 'dewalt', 'dewalt saw')).not.toEqual(
      rowsOf('roles', 'dewalt', 'saw dewalt'),
    );
    expect(rowsOf('roles', 'drill', 'drill kits')).not.toEqual(
      rowsOf('roles', 'drill', 'drill bits'),
    );
  });
});
