// Decay of touched rows against the plain rule: each row of the batch once, no other.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TableDecay } from '../../src/distill/table-decay.js';

const [V, D] = [6, 2];
const block = fc.array(fc.array(fc.integer({ min: 0, max: V - 1 }), { maxLength: 4 }), {
  minLength: 3,
  maxLength: 3,
});

function toBags(lists: number[][]) {
  const offsets = Int32Array.from([0, ...lists.map(() => 0)]);
  lists.forEach((list, index) => {
    offsets[index + 1] = offsets[index] + list.length;
  });
  // Arrays of a batch may be longer than what is in use.
  return { ids: Int32Array.from([...lists.flat(), 0, 1]), offsets };
}

describe('TableDecay', () => {
  it('shrinks every row of a batch once, however often the blocks hold it', () => {
    fc.assert(
      fc.property(fc.array(fc.array(block, { minLength: 1, maxLength: 2 })), (batches) => {
        const table = Float32Array.from({ length: V * D }, (_, index) => index + 1);
        const expected = table.slice();
        const decay = new TableDecay(V);
        for (const blocks of batches) {
          decay.shrink(table, blocks.map(toBags), { B: 3, D, keep: 0.5 });
          for (const row of new Set(blocks.flat(2))) {
            for (let d = 0; d < D; d++) expected[row * D + d] *= 0.5;
          }
        }
        expect(table).toEqual(expected);
      }),
      { numRuns: 200, seed: 5 },
    );
  });
});
