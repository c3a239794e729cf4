// Near-duplicates against the naive twin: every pair, Jaccard over sets of strings.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  clusterNearDuplicates,
  NearDuplicateIndex,
} from '../../../src/data/text/near-duplicates.js';
import { leastOverlap, leastPairOverlap } from '../../../src/data/text/prefix-postings.js';
import { createRandom } from '../../../src/foundation/random.js';
import { naiveClusters, naiveFind, naiveSimilarity } from './naive-jaccard.js';

/** Few letters, so that texts are often equal, near, or at the threshold. */
const closeText = fc
  .array(fc.constantFrom('a', 'a', 'a', 'a', 'b', ' ', 'é'), { maxLength: 14, size: 'max' })
  .map((units) => units.join(''));
/** Texts made of a few words, as queries are. */
const wordText = fc
  .array(fc.constantFrom('ceiling', 'fan', 'fans', 'light', 'led', '52 in.', 'white', 'remote'), {
    maxLength: 7,
    size: 'max',
  })
  .map((words) => words.join(' '));
const texts = fc.oneof(
  fc.array(closeText, { maxLength: 25, size: 'max' }),
  fc.array(wordText, { maxLength: 25, size: 'max' }),
);
/** Thresholds that small sets meet exactly, among them some that are no binary fractions. */
const threshold = fc.constantFrom(0.05, 0.2, 1 / 3, 0.5, 0.6, 2 / 3, 0.7, 0.75, 0.8, 0.9, 1);

describe('NearDuplicateIndex', () => {
  it.each([
    ['equal', 'garden hose', 'garden hose', 1],
    ['other case and punctuation', 'Garden Hose, 50 ft.', 'garden hose 50-ft', 1],
    // " abcdefghi" + "j " or "k ": 7 shingles shared, 2 of each only in one.
    ['one letter of ten', 'abcdefghij', 'abcdefghik', 7 / 11],
    ['without letters', '!!!', '??', 1],
  ])('%s', (_, indexed, text, similarity) => {
    const index = new NearDuplicateIndex(['something else', indexed], { threshold: 0.6 });
    expect(index.find(text)).toEqual({ index: 1, similarity });
  });

  it('finds what the naive twin finds', () => {
    const probes = fc.array(fc.oneof(closeText, wordText), {
      minLength: 3,
      maxLength: 8,
      size: 'max',
    });
    let numFound = 0;
    fc.assert(
      fc.property(texts, probes, threshold, (list, others, least) => {
        const index = new NearDuplicateIndex(list, { threshold: least });
        for (const probe of [...others, ...list]) {
          const expected = naiveFind(list, probe, least);
          expect(index.find(probe)).toEqual(expected);
          if (expected !== undefined && !list.includes(probe)) numFound++;
        }
      }),
      { numRuns: 300, seed: 1 },
    );
    // The inputs do what they are made for.
    expect(numFound).toBeGreaterThan(100);
  });

  it('finds what is exactly at the threshold', () => {
    let numTies = 0;
    fc.assert(
      fc.property(fc.oneof(closeText, wordText), texts, (probe, list) => {
        const least = naiveFind(list, probe, 0.01)?.similarity;
        if (least === undefined) return;
        const index = new NearDuplicateIndex(list, { threshold: least });
        expect(index.find(probe)).toEqual(naiveFind(list, probe, least));
        if (least < 1) numTies++;
      }),
      { numRuns: 1000, seed: 1 },
    );
    expect(numTies).toBeGreaterThan(300);
  });

  it('finds in long texts with many shingles what the naive twin finds', () => {
    const random = createRandom(1, 'long texts');
    const createLong = () =>
      Array.from({ length: 60 }, () => `w${random.nextInt(40)}x${random.nextInt(3)}`).join(' ');
    const list = Array.from({ length: 12 }, createLong);
    const probes = list.flatMap((text) => [
      text.slice(random.nextInt(60)),
      text.slice(random.nextInt(200)),
      `${text} ${createLong().slice(0, random.nextInt(100))}`,
      createLong(),
    ]);
    for (const least of [0.3, 0.5, 0.8, 0.9]) {
      const index = new NearDuplicateIndex(list, { threshold: least });
      const expected = probes.map((probe) => naiveFind(list, probe, least));
      expect(probes.map((probe) => index.find(probe))).toEqual(expected);
    }
  });

  it('does not take the beginning of a long text for all of it', () => {
    const list = ['garden', 'garden hose 50'];
    for (const least of [0.3, 0.5, 0.8, 0.9, 1]) {
      const index = new NearDuplicateIndex(list, { threshold: least });
      for (let length = 1; length <= 60; length++) {
        const probe = `${list[1]} ft. with brass nozzle, expandable and kink free, for every yard`;
        const cut = probe.slice(0, length);
        expect(index.find(cut)).toEqual(naiveFind(list, cut, least));
      }
    }
  });

  it('gives the earliest of equals and knows nothing in an empty list', () => {
    const list = ['b c d e f g', 'Drill bit', 'drill bit', 'drill-bit'];
    expect(new NearDuplicateIndex(list).find('DRILL BIT')).toEqual({ index: 1, similarity: 1 });
    expect(new NearDuplicateIndex([]).find('drill')).toBeUndefined();
    expect(clusterNearDuplicates([])).toEqual(new Int32Array(0));
  });

  it.each([0, -1, 1.01, Number.NaN])('refuses the threshold %d', (wrong) => {
    expect(() => new NearDuplicateIndex(['a'], { threshold: wrong })).toThrow(
      /^threshold: got .+, expected above 0, at most 1$/,
    );
  });
});

describe('clusterNearDuplicates', () => {
  it('joins what the naive twin joins', () => {
    let numJoined = 0;
    fc.assert(
      fc.property(texts, threshold, (list, least) => {
        const expected = naiveClusters(list, least);
        expect([...clusterNearDuplicates(list, { threshold: least })]).toEqual(expected);
        numJoined += expected.filter((label, index) => label !== index).length;
      }),
      { numRuns: 400, seed: 1 },
    );
    expect(numJoined).toBeGreaterThan(1000);
  });

  it('joins over a third text', () => {
    const chain = ['abcdefghijklmnop', 'abcdefghijklmnopqrs', 'abcdefghijklmnopqrstuvw'];
    expect(naiveSimilarity(chain[0], chain[2])).toBeLessThan(0.7);
    expect([...clusterNearDuplicates([chain[0], chain[2], chain[1]], { threshold: 0.7 })]).toEqual([
      0, 0, 0,
    ]);
    expect([...clusterNearDuplicates([chain[0], chain[2]], { threshold: 0.7 })]).toEqual([0, 1]);
  });
});

describe('bounds of the overlap', () => {
  it('keep every tie', () => {
    const wrong: string[] = [];
    for (let size = 1; size <= 300; size++) {
      for (let overlap = 1; overlap <= size; overlap++) {
        if (leastOverlap(size, overlap / size) !== overlap) wrong.push(`${overlap} of ${size}`);
        // Two sets of `total` shingles together that share `overlap` have `size` different ones.
        const total = size + overlap;
        if (leastPairOverlap(total, overlap / size) !== overlap)
          wrong.push(`${overlap} of ${total}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('are the least overlaps whose similarity, as it is computed, reaches the threshold', () => {
    const anyThreshold = fc.oneof(threshold, fc.double({ min: 0.01, max: 1, noNaN: true }));
    const size = fc.integer({ min: 1, max: 400 });
    fc.assert(
      fc.property(size, size, anyThreshold, (left, right, least) => {
        const total = left + right;
        const overlaps = Array.from({ length: total }, (_, index) => index + 1);
        expect(leastOverlap(left, least)).toBe(overlaps.find((count) => count / left >= least));
        expect(leastPairOverlap(total, least)).toBe(
          overlaps.find((count) => count / (total - count) >= least),
        );
      }),
      { numRuns: 1000, seed: 1 },
    );
  });
});
