// Blocks in WebAssembly beside the plain ones. `fuzz/features-case.mjs` compares them on pairs of every kind; here are their
// constants, and what a long run meets.
import { describe, expect, it } from 'vitest';
import { NUM_CHARACTER_ROWS } from '../../src/features/characters-family.js';
import { Featurizer } from '../../src/features/featurizer.js';
import { NUM_IMPORTANCE_ROWS } from '../../src/features/importance-family.js';
import { NUM_FIXED_ROWS } from '../../src/features/match-layout.js';
import { FAMILY_ROWS, NUM_FIXED_MATCH_FEATURES } from '../../src/features/match-rows.js';
import { NUM_QUANTITY_ROWS } from '../../src/features/quantities-family.js';
import { NUM_ROLE_ROWS } from '../../src/features/roles-family.js';
import { Vocabulary } from '../../src/features/vocabulary.js';
import { MATCH_FAMILIES } from '../../src/model/definition.js';

const FIELDS: [string, string] = ['query', 'title'];

/** With all kinds of blocks and all families: plain, and in WebAssembly. */
function featurizers(): Featurizer[] {
  const tokens = ['drill', '^ drill', 'v', 'drill v', 'drills $', '1 drlil'];
  const title = Vocabulary.fromTokens(tokens);
  const families = [...MATCH_FAMILIES];
  return [true, false].map(
    (isPlain) =>
      new Featurizer(
        {
          fields: FIELDS,
          text: { tokenizer: 'default', ngrams: 2 },
          blocks: [
            {
              name: 'match',
              kind: 'match',
              fields: FIELDS,
              size: 5000,
              families,
              statistics: 'title',
            },
            { name: 'title', kind: 'ngrams', fields: ['title'], size: 6, vocabulary: 'list' },
            { name: 'cross', kind: 'cross', fields: FIELDS, size: 1000 },
          ],
        },
        { title },
        isPlain,
      ),
  );
}

function bagsOf(featurizer: Featurizer, pairs: readonly string[][]): number[][] {
  const buffer = featurizer.createBuffer();
  featurizer.featurizeAll(pairs.length, (index) => pairs[index], buffer);
  return buffer.blocks.flatMap(({ ids, offsets }) =>
    pairs.map((_, index) => [...ids.subarray(offsets[index], offsets[index + 1])]),
  );
}

describe('rows of match features', () => {
  it('are as many as the format says', () => {
    expect(NUM_FIXED_ROWS).toBe(NUM_FIXED_MATCH_FEATURES);
    expect({
      importance: NUM_IMPORTANCE_ROWS,
      characters: NUM_CHARACTER_ROWS,
      quantities: NUM_QUANTITY_ROWS,
      roles: NUM_ROLE_ROWS,
    }).toEqual(FAMILY_ROWS);
  });
});

describe('KernelBlocks', () => {
  it('has nothing for a query without words', () => {
    const [plain, fast] = featurizers();
    const pairs = [
      ['', 'drill'],
      ['drill', ''],
      ['', ''],
      ['drill', 'drill'],
    ];
    const bags = bagsOf(fast, pairs);
    expect(bags).toEqual(bagsOf(plain, pairs));
    const areFull = bags.map(({ length }) => length > 0);
    expect(areFull.slice(0, 4)).toEqual([false, true, false, true]);
    expect(areFull.slice(4, 8)).toEqual([true, false, false, true]);
    expect(areFull.slice(8)).toEqual([false, false, false, true]);
  });

  it('has room for the longest texts of a round', () => {
    const [plain, fast] = featurizers();
    const wordAt = (index: number): string =>
      index % 3 === 0 ? `${index % 7}` : ['v', 'drill', 'drlil', 'drills'][index % 4];
    const textOf = (from: number, length: number): string =>
      Array.from({ length }, (_, index) => wordAt(from + index)).join(' ');
    const pairs = Array.from({ length: 80 }, (_, pair) => [
      textOf(pair, 40),
      textOf(2 * pair, 200),
    ]);
    const bags = bagsOf(plain, pairs);
    const matches = bags.slice(0, pairs.length);
    expect(Math.min(...matches.map(({ length }) => length))).toBeGreaterThan(350);
    expect(bagsOf(fast, pairs)).toEqual(bags);
  });

  it('takes texts of any number of words, between short ones', () => {
    const [plain, fast] = featurizers();
    const words = ['drill', 'v', '1', 'drlil', 'drills', 'x'];
    const long = Array.from(
      { length: 60_000 },
      (_, index) => words[(index * index) % 7] ?? 'drill',
    );
    const pairs = [
      ['drill', 'drill v'],
      [long.join(' '), 'drill'],
      ['drill', long.reverse().join(' ')],
      ['drill', 'drills'],
      [long.join(' '), long.join(' ')],
    ];
    const bags = bagsOf(plain, pairs);
    expect(bags[7].length).toBeGreaterThan(30_000);
    for (let round = 0; round < 3; round++) expect(bagsOf(fast, pairs)).toEqual(bags);
  });

  it('finds every n-gram of a list that fills its table as far as may be', () => {
    // Three quarters of 4,096 places: many n-grams lie far from where they are looked for first, some behind the last place.
    const nameOf = (index: number): string =>
      [...index.toString(26)]
        .map((digit) => 'etaoinshrdlucmfwypvbgkjqxz'[Number.parseInt(digit, 26)])
        .join('');
    const tokens = Array.from(
      { length: 1536 },
      (_, id) => `${nameOf(id + 1000)} ${nameOf(id + 9000)}`,
    );
    const featurizer = new Featurizer(
      {
        fields: ['text'],
        text: { tokenizer: 'default', ngrams: 2 },
        blocks: [
          { name: 'text', kind: 'ngrams', fields: ['text'], size: 1536, vocabulary: 'list' },
        ],
      },
      { text: Vocabulary.fromTokens(tokens) },
    );
    expect(
      bagsOf(
        featurizer,
        tokens.map((token) => [token]),
      ),
    ).toEqual(tokens.map((_, id) => [id]));
    const reversed = tokens.map((token) => [token.split(' ').reverse().join(' ')]);
    expect(bagsOf(featurizer, reversed)).toEqual(tokens.map(() => []));
  });

  it('goes on after more words than it keeps', { timeout: 120_000 }, () => {
    const [plain, fast] = featurizers();
    // Nearly every n-gram of these words is new: some 33 a word.
    const letterAt = (index: number, at: number): number =>
      0xac00 + ((index * (2 * at + 7) + at * Math.floor(index / 11_171)) % 11_171);
    const wordAt = (index: number): string =>
      String.fromCharCode(
        ...Array.from({ length: 18 - (index % 4) }, (_, at) => letterAt(index, at)),
      );
    const numWords = 100_000;
    const pairs = Array.from({ length: numWords / 50 }, (_, pair) => {
      const words = Array.from({ length: 50 }, (_, index) => wordAt(pair * 50 + index));
      // A misspelling of a word that is nowhere else, and of one that was there long ago.
      return [`${words[0].slice(0, 2)}z ${wordAt(pair)}`, words.join(' ')];
    });
    for (let start = 0; start < pairs.length; start += 100) {
      const some = pairs.slice(start, start + 100);
      expect(bagsOf(fast, some)).toEqual(bagsOf(plain, some));
    }
  });

  it('takes words of any length, and forgets with the lexicon', () => {
    const [plain, fast] = featurizers();
    const long = 'ab'.repeat(1 << 20);
    const pairs = [
      [`${long} drill`, `${long}x drills`],
      [`${long}y`, `x${long}y`],
    ];
    for (let round = 0; round < 4; round++) {
      const some = pairs.map((texts) => texts.map((text) => text + round));
      expect(bagsOf(fast, some)).toEqual(bagsOf(plain, some));
    }
    const after = [['dril', 'drill 12']];
    expect(bagsOf(fast, after)).toEqual(bagsOf(plain, after));
  });
});
