import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom, hashString, shuffle } from '../../src/foundation/random.js';

describe('createRandom', () => {
  it('gives the same stream for one seed and another for another seed or purpose', () => {
    const draw = (seed: number, purpose: string) => {
      const random = createRandom(seed, purpose);
      return Array.from({ length: 5 }, () => random.next());
    };
    expect(draw(1, 'a')).toEqual(draw(1, 'a'));
    expect(draw(1, 'a')).not.toEqual(draw(2, 'a'));
    expect(draw(1, 'a')).not.toEqual(draw(1, 'b'));
  });

  it('is uniform and normal as far as 100,000 draws show', () => {
    const random = createRandom(7);
    const draws = 100_000;
    let sum = 0;
    let normalSum = 0;
    let normalSquares = 0;
    const bins = new Array(10).fill(0);
    for (let index = 0; index < draws; index++) {
      const value = random.next();
      sum += value;
      bins[Math.floor(value * 10)]++;
      const normal = random.nextNormal();
      normalSum += normal;
      normalSquares += normal * normal;
    }
    // Five standard errors each.
    expect(Math.abs(sum / draws - 0.5)).toBeLessThan(5 * Math.sqrt(1 / 12 / draws));
    expect(Math.abs(normalSum / draws)).toBeLessThan(5 / Math.sqrt(draws));
    expect(Math.abs(normalSquares / draws - 1)).toBeLessThan(5 * Math.sqrt(2 / draws));
    for (const bin of bins)
      expect(Math.abs(bin - draws / 10)).toBeLessThan(5 * Math.sqrt(draws * 0.09));
  });

  it('keeps whole numbers below their limit', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 1e9 }), (seed, limit) => {
        const value = createRandom(seed).nextInt(limit);
        expect(Number.isInteger(value) && value >= 0 && value < limit).toBe(true);
      }),
    );
  });
});

describe('shuffle', () => {
  it('keeps every item', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.integer(), (items, seed) => {
        const shuffled = [...items];
        shuffle(shuffled, createRandom(seed));
        expect([...shuffled].sort()).toEqual([...items].sort());
      }),
    );
  });
});

describe('hashString', () => {
  it('is FNV-1a (test vectors of the FNV reference page)', () => {
    expect(hashString('')).toBe(0x811c9dc5);
    expect(hashString('a')).toBe(0xe40c292c);
    expect(hashString('foobar')).toBe(0xbf9cf968);
  });
});
