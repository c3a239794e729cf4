// The size of a shard where nobody says: powers of two, smaller for larger teachers and longer rows, within bounds.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseShardRows } from '../../src/teacher/shard-size.js';

describe('chooseShardRows', () => {
  it('is about a minute at 10^11 operations a second', () => {
    // MiniLM-L6: 6 layers of 4 * 384^2 + 2 * 384 * 1536 = 1.77 M; BERT-base: 12 of 7.08 M.
    // 60e11 / (2 * 10.6e6 * 20) = 14,150; 60e11 / (2 * 85e6 * 20) = 1,765; by logarithm 16,384 and 2,048 are nearest.
    expect(chooseShardRows({ numParameters: 10.6e6, meanTokens: 20 })).toBe(16_384);
    expect(chooseShardRows({ numParameters: 85e6, meanTokens: 20 })).toBe(2048);
  });

  it('is a power of two within bounds that falls with size and length', () => {
    const size = fc.integer({ min: 1, max: 1e9 });
    const tokens = fc.double({ min: 1, max: 512, noNaN: true });
    fc.assert(
      fc.property(size, tokens, (numParameters, meanTokens) => {
        const rows = chooseShardRows({ numParameters, meanTokens });
        expect(Number.isInteger(Math.log2(rows)) && rows >= 256 && rows <= 65_536).toBe(true);
        const larger = { numParameters: 2 * numParameters, meanTokens };
        expect(chooseShardRows(larger)).toBeLessThanOrEqual(rows);
        const longer = { numParameters, meanTokens: 2 * meanTokens };
        expect(chooseShardRows(longer)).toBeLessThanOrEqual(rows);
      }),
    );
  });

  it('keeps the vectors of a shard below 128 MiB and has a size for an unknown teacher', () => {
    // 2^27 / (4 * 1024) = 32,768 rows.
    expect(chooseShardRows({ numParameters: 1, meanTokens: 1, embeddingSize: 1024 })).toBe(32_768);
    expect(chooseShardRows({ numParameters: undefined, meanTokens: 20 })).toBe(16_384);
  });
});
