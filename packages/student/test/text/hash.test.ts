import { describe, expect, it } from 'vitest';
import { bucketOf, combineHashes, hashWord } from '../../src/text/hash.js';

describe('hashWord', () => {
  // Source: sklearn.utils.murmurhash3_32(word.encode('utf-32-le'), 0, True) of scikit-learn.
  it.each([
    ['\0', 0x2362f9de],
    ['drill', 0x125353e1],
    ['crème', 0xc16e1394],
    ['', 0],
  ])('is MurmurHash3 of %j', (word, hash) => {
    expect(hashWord(word) >>> 0).toBe(hash);
  });
});

describe('combineHashes and bucketOf', () => {
  it('depends on order and stays in range, evenly', () => {
    expect(combineHashes(1, 2)).not.toBe(combineHashes(2, 1));
    const counts = new Array<number>(10).fill(0);
    for (let left = 0; left < 100; left++) {
      for (let right = 0; right < 100; right++) counts[bucketOf(combineHashes(left, right), 10)]++;
    }
    // 10,000 draws into 10 buckets: standard deviation 30; five of them either way.
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });

  it('puts a hash, read without a sign, in the bucket of its remainder', () => {
    for (const hash of [0, 1, -1, 12345, -98765, 2147483647, -2147483648]) {
      for (const size of [1, 2, 3, 64, 65536, 65537, 2 ** 30, 2 ** 31, 2 ** 32]) {
        expect(bucketOf(hash, size)).toBe(((hash + 2 ** 32) % 2 ** 32) % size);
      }
    }
  });
});
