// Windows: every row once, in an order that only seed and purpose decide; rows of a group together; ids as they were.
import { FeatureBuffer } from '@bert2dnn/student';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBatchBags } from '../../src/distill/feature-cache.js';
import { decodeShard, encodeShard } from '../../src/distill/feature-shard.js';
import { type Batch, FeatureWindow } from '../../src/distill/feature-window.js';
import { createRandom, shuffle } from '../../src/foundation/random.js';

const SHARD = 4;

/** Row r has the ids r, r, ... (r % 3 of them) and the group groupOf[r]. */
function windowOf(shardIndices: number[], groupOf: number[]): FeatureWindow {
  const shards = shardIndices.map((index) => {
    const buffer = new FeatureBuffer(1);
    const rows = groupOf.slice(index * SHARD, (index + 1) * SHARD);
    rows.forEach((_, place) => {
      const row = index * SHARD + place;
      for (let count = 0; count < row % 3; count++) buffer.blocks[0].push(row);
      buffer.blocks[0].endExample();
    });
    const keys = BigUint64Array.from(rows, (group) => BigInt(group) * 7_000_000_007n);
    return decodeShard(encodeShard({ key: '0'.repeat(16), index }, buffer, keys));
  });
  return new FeatureWindow(shards, SHARD);
}

const order = (byGroup: boolean, rows?: Int32Array, batchSize = 5) => ({
  seed: 3,
  purpose: 'test',
  batchSize,
  byGroup,
  rows,
});
const rowsOf = (batches: Iterable<Batch>) => [...batches].flatMap(({ rows }) => [...rows]);

describe('a window', () => {
  it('of the whole input is the plain shuffle of all rows', () => {
    const groups = Array.from({ length: 10 }, () => 0);
    const expected = Int32Array.from({ length: 10 }, (_, row) => row);
    shuffle(expected, createRandom(3, 'test'));
    expect(rowsOf(windowOf([2, 0, 1], groups).batches(order(false)))).toEqual([...expected]);
  });

  it('has each wanted row once with its ids, and can begin at any batch', () => {
    const inputs = fc.record({
      shards: fc.uniqueArray(fc.integer({ min: 0, max: 4 }), { minLength: 1 }),
      groups: fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 18, maxLength: 18 }),
      wanted: fc.option(fc.uniqueArray(fc.integer({ min: 0, max: 17 }))),
      byGroup: fc.boolean(),
      batchSize: fc.integer({ min: 1, max: 7 }),
      skip: fc.integer({ min: 0, max: 3 }),
    });
    fc.assert(
      fc.property(inputs, ({ shards, groups, wanted, byGroup, batchSize, skip }) => {
        const window = windowOf(shards, groups);
        const rows = wanted === null ? undefined : Int32Array.from(wanted).sort();
        const here = groups.map((_, row) => row).filter((row) => shards.includes(row >> 2));
        const expected = here.filter((row) => rows === undefined || rows.includes(row));
        const batches = [...window.batches(order(byGroup, rows, batchSize))];
        expect(rowsOf(batches).sort((a, b) => a - b)).toEqual(expected);
        expect(batches).toHaveLength(window.numBatches(order(byGroup, rows, batchSize)));
        const rest = window.batches(order(byGroup, rows, batchSize), skip);
        expect(rowsOf(rest)).toEqual(rowsOf(batches.slice(skip)));
        for (const batch of batches) {
          expect(batch.rows.length).toBeLessThanOrEqual(batchSize);
          const into = createBatchBags();
          batch.features.gather(0, batch.places, into);
          batch.rows.forEach((row, b) => {
            const ids = [...into.ids.subarray(into.offsets[b], into.offsets[b + 1])];
            expect(ids).toEqual(Array.from({ length: row % 3 }, () => row));
          });
        }
      }),
    );
  });

  it('by group: rows of a group are adjacent, and whole in a batch where they fit', () => {
    const groupLists = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 16, maxLength: 16 });
    fc.assert(
      fc.property(groupLists, fc.integer({ min: 1, max: 9 }), (groups, batchSize) => {
        const window = windowOf([0, 1, 2, 3], groups);
        const batches = [...window.batches(order(true, undefined, batchSize))];
        const inOrder = rowsOf(batches).map((row) => groups[row]);
        const runs = inOrder.filter((group, index) => group !== inOrder[index - 1]);
        expect(runs).toHaveLength(new Set(groups).size);
        for (const batch of batches) {
          // The numbers say the same as the groups.
          const pairs = [...batch.rows].map((row, b) => `${groups[row]} ${batch.groups![b]}`);
          expect(new Set(pairs).size).toBe(new Set(batch.groups!).size);
          expect(new Set(pairs).size).toBe(new Set([...batch.rows].map((row) => groups[row])).size);
          for (const group of new Set([...batch.rows].map((row) => groups[row]))) {
            const size = groups.filter((other) => other === group).length;
            const numHere = [...batch.rows].filter((row) => groups[row] === group).length;
            if (size <= batchSize) expect(numHere).toBe(size);
          }
        }
      }),
    );
  });
});
