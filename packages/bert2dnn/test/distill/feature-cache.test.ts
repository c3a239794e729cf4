// The feature cache gives back what was put in, for any choice of examples and over shard borders.
import { FeatureBuffer } from '@bert2dnn/student';
import { describe, expect, it } from 'vitest';
import { createBatchBags, FeatureCache } from '../../src/distill/feature-cache.js';
import { createRandom } from '../../src/foundation/random.js';

const NUM_EXAMPLES = FeatureCache.SHARD_EXAMPLES + 1000;
const NUM_BLOCKS = 2;

function fill(): { cache: FeatureCache; bags: number[][][] } {
  const random = createRandom(5, 'bags');
  const cache = new FeatureCache(NUM_BLOCKS);
  const buffer = new FeatureBuffer(NUM_BLOCKS);
  const bags: number[][][] = Array.from({ length: NUM_BLOCKS }, () => []);
  for (let example = 0; example < NUM_EXAMPLES; example++) {
    for (let block = 0; block < NUM_BLOCKS; block++) {
      const bag = Array.from({ length: random.nextInt(4) }, () => random.nextInt(1000));
      for (const id of bag) buffer.blocks[block].push(id);
      buffer.blocks[block].endExample();
      bags[block].push(bag);
    }
    if (buffer.numExamples === FeatureCache.SHARD_EXAMPLES) {
      cache.append(buffer);
      buffer.clear();
    }
  }
  cache.append(buffer);
  return { cache, bags };
}

describe('FeatureCache', () => {
  const { cache, bags } = fill();

  it('gathers any examples, larger and smaller batches with the same arrays', () => {
    const random = createRandom(6, 'batches');
    const into = createBatchBags();
    for (const B of [3, 200, 1, 64]) {
      const examples = Int32Array.from({ length: B }, () => random.nextInt(NUM_EXAMPLES));
      examples[0] = NUM_EXAMPLES - 1;
      for (let block = 0; block < NUM_BLOCKS; block++) {
        cache.gather(block, examples, into);
        examples.forEach((example, b) => {
          const bag = [...into.ids.subarray(into.offsets[b], into.offsets[b + 1])];
          expect(bag).toEqual(bags[block][example]);
        });
      }
    }
  });

  it('knows its size', () => {
    const numIds = bags.flat(2).length;
    expect(cache).toMatchObject({ numExamples: NUM_EXAMPLES, numIds });
    expect(cache.sizeBytes).toBe(4 * (numIds + NUM_BLOCKS * (NUM_EXAMPLES + 2)));
  });

  it('takes nothing after a shard that was not full', () => {
    expect(() => cache.append(new FeatureBuffer(NUM_BLOCKS))).toThrow(/expected full shards/);
  });
});
