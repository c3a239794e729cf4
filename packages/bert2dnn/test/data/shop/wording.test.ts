// Words of the shop: numbers of nouns, slips, measures, and draws by rank.
import { describe, expect, it } from 'vitest';
import { DEPARTMENTS } from '../../../src/data/shop/inventory.js';
import {
  changeNumber,
  createRankSampler,
  misspell,
  pickByRank,
  writeMeasure,
} from '../../../src/data/shop/wording.js';
import { editDistance } from '../../../src/foundation/errors.js';
import { createRandom } from '../../../src/foundation/random.js';

describe('changeNumber', () => {
  it.each([
    ['sofa', 'sofas'],
    ['torch', 'torches'],
    ['diary', 'diaries'],
    ['ankle boots', 'ankle boot'],
    ['dress', 'dress'],
    ['tv', 'tv'],
  ])('%s -> %s', (name, other) => {
    expect(changeNumber(name)).toBe(other);
  });
});

describe('misspell', () => {
  it('makes one slip, keeps the first letter, and leaves short words and numbers', () => {
    const random = createRandom(1, 'test');
    for (const word of ['sneakers', 'refrigerator', 'couch', 'turquoise']) {
      for (let trial = 0; trial < 50; trial++) {
        const slip = misspell(word, random);
        expect(slip[0]).toBe(word[0]);
        // A swap of two letters counts as two edits.
        expect(editDistance(slip, word)).toBeLessThanOrEqual(2);
      }
    }
    expect(misspell('rug', random)).toBe('rug');
    expect(misspell('1500ml', random)).toBe('1500ml');
  });

  it('makes the same few slips most of the time', () => {
    const random = createRandom(2, 'test');
    const counts = new Map<string, number>();
    for (let trial = 0; trial < 400; trial++) {
      const slip = misspell('refrigerator', random);
      counts.set(slip, (counts.get(slip) ?? 0) + 1);
    }
    const [first, second] = [...counts.values()].sort((left, right) => right - left);
    expect((first + second) / 400).toBeGreaterThan(0.6);
  });
});

describe('writeMeasure', () => {
  it('writes one quantity in the units people use', () => {
    expect(writeMeasure({ kind: 'length', value: 0.75 })).toEqual([
      '3/4 in',
      '0.75 inch',
      '3/4 inch',
    ]);
    expect(writeMeasure({ kind: 'length', value: 72 })).toContain('6 ft');
    expect(writeMeasure({ kind: 'volume', value: 1500 })).toEqual(
      expect.arrayContaining(['1.5 l', '1500 ml']),
    );
    expect(writeMeasure({ kind: 'storage', value: 1024 })).toContain('1 tb');
    expect(writeMeasure({ kind: 'apparel', value: 4 })).toEqual(['xl', 'extra large']);
  });
});

describe('draws by rank', () => {
  it('the sampler for long lists draws as the plain one does: the Zipf law', () => {
    const items = [0, 1, 2, 3, 4];
    const weights = items.map((rank) => 1 / (rank + 1));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const sampler = createRankSampler(items, 1);
    for (const draw of [
      (random: ReturnType<typeof createRandom>) => pickByRank(items, 1, random),
      sampler,
    ]) {
      const random = createRandom(3, 'test');
      const counts = items.map(() => 0);
      for (let trial = 0; trial < 20_000; trial++) counts[draw(random)]++;
      counts.forEach((count, rank) => {
        expect(count / 20_000).toBeCloseTo(weights[rank] / total, 1);
      });
    }
  });
});

describe('inventory', () => {
  it('names no kind of product twice and gives most kinds a synonym', () => {
    const kinds = DEPARTMENTS.flatMap(({ families }) => families.flat()).map((kind) =>
      kind.split('|'),
    );
    expect(kinds.length).toBeGreaterThan(180);
    expect(new Set(kinds.map(([first]) => first)).size).toBe(kinds.length);
    expect(kinds.filter((names) => names.length > 1).length).toBe(kinds.length);
  });
});
