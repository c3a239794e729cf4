import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Featurizer } from '../../src/features/featurizer.js';
import { bucketIndex } from '../../src/features/match-edges.js';
import { FIXED_ROWS } from '../../src/features/match-layout.js';
import { NUM_FIXED_MATCH_FEATURES } from '../../src/features/match-rows.js';
import { bucketOf, combineHashes, hashWord } from '../../src/text/hash.js';

const SIZE = 1 << 16;
const NUM_BUCKETS = SIZE - NUM_FIXED_MATCH_FEATURES;

describe('MatchBlock', () => {
  it('makes the features of a pair that is worked out by hand', () => {
    // "drill" is found as the stem of title word 1 of 3; it is the whole query.
    const fixed = [
      FIXED_ROWS.wordClass + 1,
      FIXED_ROWS.wordClassFromEnd + 0 * 7 + 1,
      FIXED_ROWS.wordClassFirst + 1,
      // Kind "5-6" is the fifth of seven.
      FIXED_ROWS.wordClassKind + 1 * 7 + 4,
      // Position 1 is in the second bucket, sure; one word after it is the second bucket, sure, last query word.
      FIXED_ROWS.foundPosition + 1 * 2 + 1,
      FIXED_ROWS.foundFromEnd + (1 * 2 + 1) * 2 + 1,
      // All of a query of one word.
      FIXED_ROWS.sureShare + 5,
      FIXED_ROWS.anyShare + 5,
      FIXED_ROWS.letterShare + 5,
      // A run of one, which is the whole query.
      FIXED_ROWS.longestRun + 1 * 2 + 1,
      FIXED_ROWS.numberState + 0,
      FIXED_ROWS.headAndRest + 2 * 6 + 5,
      // Three words: second bucket. One of three asked for: 0.333 is in the second bucket.
      FIXED_ROWS.titleLength + 1,
      FIXED_ROWS.titleShare + 1,
      FIXED_ROWS.titleEnd + 2 * 2 + 0,
      FIXED_ROWS.titleStart + 0,
    ];
    const [drill, bit, red] = ['drill', 'bit', 'red'].map(hashWord);
    const hashed = [
      [drill, 1 * 4 + 2],
      [drill, 2 * 4 + 2],
      [combineHashes(drill, bit), 6 * 4 + 2],
      [red, 4 * 4],
      [bit, 5 * 4],
    ].map(
      ([hash, value]) =>
        NUM_FIXED_MATCH_FEATURES + bucketOf(combineHashes(hash, value), NUM_BUCKETS),
    );
    expect(featuresOf('drill', 'Red drills bit')).toEqual([...fixed, ...hashed].sort(byNumber));
  });

  it('tells whether the numbers of the query are there', () => {
    const stateOf = (query: string, title: string): number | undefined =>
      featuresOf(query, title)
        .map((id) => id - FIXED_ROWS.numberState)
        .find((state) => state >= 0 && state < 5);
    expect(stateOf('drill', '12 drill')).toBe(0);
    expect(stateOf('12v drill', 'drill 12 volt')).toBe(1);
    expect(stateOf('2x4 wood', '2 in wood')).toBe(2);
    expect(stateOf('12v drill', '18v drill')).toBe(3);
    expect(stateOf('12v drill', 'drill')).toBe(4);
  });

  it('makes the same fixed features for pairs that differ in words only', () => {
    const fixedOf = (query: string, title: string): number[] =>
      featuresOf(query, title).filter((id) => id < NUM_FIXED_MATCH_FEATURES);
    expect(fixedOf('oak shelf', 'white oak book shelf')).toEqual(
      fixedOf('tin spoon', 'large tin soup spoon'),
    );
  });

  it('adds nothing for a query without words and copes with a title without words', () => {
    expect(featuresOf('', 'drill')).toEqual([]);
    expect(featuresOf('?!', '')).toEqual([]);
    expect(featuresOf('drill', '')).toContain(FIXED_ROWS.wordClass + 6);
  });

  it('stays inside its table for any text, and its cost is bounded', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (query, title) => {
        for (const id of featuresOf(query, title)) {
          expect(id >= 0 && id < SIZE).toBe(true);
        }
      }),
      { seed: 11, numRuns: 200 },
    );
    const long = Array.from({ length: 100_000 }, (_, index) => `w${index % 977}`).join(' ');
    expect(featuresOf(long, long).length).toBeLessThan(500);
  });
});

describe('bucketIndex', () => {
  it('counts the edges that a value reaches', () => {
    expect([-1, 0, 1, 2, 3, 99].map((value) => bucketIndex(value, [1, 3]))).toEqual([
      0, 0, 1, 1, 2, 2,
    ]);
  });
});

const featurizer = new Featurizer(
  {
    fields: ['query', 'title'],
    text: { tokenizer: 'default', ngrams: 1 },
    blocks: [{ name: 'match', kind: 'match', fields: ['query', 'title'], size: SIZE }],
  },
  {},
);

/** Ids of a pair, in order of number. */
function featuresOf(query: string, title: string): number[] {
  const buffer = featurizer.createBuffer();
  featurizer.featurize([query, title], buffer);
  const { ids, numIds } = buffer.blocks[0];
  return [...ids.subarray(0, numIds)].sort(byNumber);
}

function byNumber(left: number, right: number): number {
  return left - right;
}
