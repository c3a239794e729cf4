// Shards: whatever goes in comes out, and no changed byte and no cut file is taken for a shard.
import { FeatureBuffer } from '@bert2dnn/student';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkShard, decodeShard, encodeShard } from '../../src/distill/feature-shard.js';

const NAME = { key: '0123456789abcdef', index: 7 };

/** Bags by block, then by example. */
const bags = fc
  .record({
    numBlocks: fc.integer({ min: 1, max: 3 }),
    numExamples: fc.integer({ min: 1, max: 9 }),
  })
  .chain(({ numBlocks, numExamples }) =>
    fc.array(
      fc.array(fc.array(fc.integer({ min: 0, max: 2 ** 31 - 1 }), { maxLength: 5 }), {
        minLength: numExamples,
        maxLength: numExamples,
      }),
      { minLength: numBlocks, maxLength: numBlocks },
    ),
  );

function bufferOf(blocks: number[][][]): FeatureBuffer {
  const buffer = new FeatureBuffer(blocks.length);
  blocks.forEach((examples, block) => {
    for (const ids of examples) {
      for (const id of ids) buffer.blocks[block].push(id);
      buffer.blocks[block].endExample();
    }
  });
  return buffer;
}

describe('a shard as bytes', () => {
  it('comes out as it went in', () => {
    fc.assert(
      fc.property(bags, fc.boolean(), (blocks, hasGroups) => {
        const keys = hasGroups
          ? BigUint64Array.from(blocks[0], (_, row) => BigInt(row) << 60n)
          : undefined;
        const bytes = encodeShard(NAME, bufferOf(blocks), keys);
        checkShard(bytes, NAME, 'a');
        const shard = decodeShard(bytes);
        expect(shard.index).toBe(7);
        expect(shard.groupKeys).toEqual(keys);
        const out = shard.blocks.map(({ ids, offsets }) =>
          Array.from({ length: shard.numExamples }, (_, row) => [
            ...ids.subarray(offsets[row], offsets[row + 1]),
          ]),
        );
        expect(out).toEqual(blocks);
      }),
    );
  });

  it('is refused when a bit is another, a byte is missing, or it is of another name', () => {
    fc.assert(
      fc.property(bags, fc.nat(), fc.integer({ min: 0, max: 7 }), (blocks, place, bit) => {
        const bytes = encodeShard(NAME, bufferOf(blocks), undefined);
        const changed = new Uint8Array(bytes.slice(0));
        changed[place % changed.length] ^= 1 << bit;
        expect(() => checkShard(changed.buffer, NAME, 'a')).toThrow(/^a: /);
        const cut = bytes.slice(0, place % bytes.byteLength);
        expect(() => checkShard(cut, NAME, 'a')).toThrow(/^a: /);
        expect(() => checkShard(bytes, { ...NAME, index: 8 }, 'a')).toThrow(/not the shard/);
        expect(() => checkShard(bytes, { ...NAME, key: 'ff23456789abcdef' }, 'a')).toThrow(
          /not the/,
        );
      }),
    );
  });
});
