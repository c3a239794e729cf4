// The fused backward-and-update against its naive twin: embeddingBagBackward, then Adagrad by rows.
import { Adagrad } from '@bert2dnn/autodiff';
import { embeddingBagBackward } from '@bert2dnn/student';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTrainedTable, embeddingBagAdagrad } from '../../src/distill/embedding-adagrad.js';
import { createRandom } from '../../src/foundation/random.js';

const D = 3;
const V = 7;
const bags = fc.array(fc.array(fc.integer({ min: 0, max: V - 1 }), { maxLength: 6 }), {
  minLength: 1,
  maxLength: 8,
});
const combiners = fc.constantFrom('sqrtn' as const, 'mean' as const, 'sum' as const);

function toCsr(lists: number[][]): { ids: Int32Array; offsets: Int32Array } {
  const offsets = new Int32Array(lists.length + 1);
  lists.forEach((list, index) => {
    offsets[index + 1] = offsets[index] + list.length;
  });
  return { ids: Int32Array.from(lists.flat()), offsets };
}

describe('embeddingBagAdagrad', () => {
  it('is embeddingBagBackward and Adagrad, batch after batch', () => {
    fc.assert(
      fc.property(fc.array(bags, { minLength: 1, maxLength: 4 }), combiners, fc.nat(), runBoth),
      { numRuns: 200, seed: 11 },
    );
  });

  it('touches no row that the batch does not hold', () => {
    const table = new Float32Array(V * D).fill(0.5);
    const trained = createTrainedTable(table, D, 0.1);
    const { ids, offsets } = toCsr([[2, 2], [], [5]]);
    const options = { B: 3, D, combiner: 'sum' as const, learningRate: 0.1 };
    embeddingBagAdagrad(trained, new Float32Array(3 * D).fill(1), ids, offsets, options);
    const changed = [0, 1, 2, 3, 4, 5, 6].filter((row) => table[row * D] !== 0.5);
    expect(changed).toEqual([2, 5]);
    // Row 2 twice in one bag: g = 2, a = 0.1 + 4, w = 0.5 - 0.1 * 2 / sqrt(4.1).
    expect(table[2 * D]).toBeCloseTo(0.5 - 0.2 / Math.sqrt(4.1), 6);
  });
});

function runBoth(batches: number[][][], combiner: 'sqrtn' | 'mean' | 'sum', seed: number): void {
  const random = createRandom(seed, 'test');
  const draw = (length: number) => Float32Array.from({ length }, () => random.next() - 0.5);
  const start = draw(V * D);
  const trained = createTrainedTable(start.slice(), D, 0.1);
  const naive = { table: start.slice() };
  const adagrad = new Adagrad({ initialAccumulator: 0.1 });
  batches.forEach((lists, index) => {
    const { ids, offsets } = toCsr(lists);
    const dOut = draw(lists.length * D);
    const sizes = { B: lists.length, D, combiner };
    const rows = new Float32Array(ids.length * D);
    embeddingBagBackward(rows, dOut, offsets, sizes);
    const options = { learningRate: 0.1, step: index + 1 };
    adagrad.step(naive, { table: { kind: 'rows', ids, rows } }, options);
    embeddingBagAdagrad(trained, dOut, ids, offsets, { ...sizes, learningRate: 0.1 });
  });
  for (let index = 0; index < start.length; index++) {
    expect(trained.table[index]).toBeCloseTo(naive.table[index], 5);
  }
  expect(trained.slots.every((slot) => slot === 0)).toBe(true);
}
