// Decay of touched rows against the plain rule: each row of the batch once, no other.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TableDecay } from '../../src/distill/table-decay.js';

const [V, D] = [6, 2];
const lists = fc.array(fc.array(fc.integer({ min: 0, max: V - 1 }), { maxLength: 4 }), {
  maxLength: 4,
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
  it('shrinks every row of a batch once, however often the bags hold it', () => {
    fc.assert(
      fc.property(fc.array(lists), (batches) => {
        const table = Float32Array.from({ length: V * D }, (_, index) => index + 1);
        const expected = table.slice();
        const decay = new TableDecay(V);
        for (const bags of batches) {
          decay.shrink(table, toBags(bags), { B: bags.length, D, keep: 0.5 });
          for (const row of new Set(bags.flat())) {
            for (let d = 0; d < D; d++) expected[row * D + d] *= 0.5;
          }
        }
        expect(table).toEqual(expected);
      }),
      { numRuns: 200, seed: 5 },
    );
  });
});
