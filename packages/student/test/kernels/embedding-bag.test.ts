import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Combiner,
  type EmbeddingBagSizes,
  embeddingBag,
  embeddingBagBackward,
} from '../../src/kernels/embedding-bag.js';

const V = 5;
const D = 3;
const bags = fc.array(fc.array(fc.integer({ min: 0, max: V - 1 }), { maxLength: 6 }), {
  minLength: 1,
  maxLength: 5,
});
const combiners = fc.constantFrom<Combiner>('sum', 'mean', 'sqrtn');
const tables = fc.array(fc.double({ min: -2, max: 2, noNaN: true }), {
  minLength: V * D,
  maxLength: V * D,
});

describe('embeddingBag', () => {
  it('equals a hand-computed bag', () => {
    const out = new Float32Array(4);
    const ids = Int32Array.of(0, 1, 1, 0);
    const sizes: EmbeddingBagSizes = { B: 2, D: 2, combiner: 'sqrtn' };
    embeddingBag(out, ids, Int32Array.of(0, 4, 4), Float32Array.of(1, 2, 3, 5), sizes);
    // (1 + 3 + 3 + 1) / sqrt(4), (2 + 5 + 5 + 2) / sqrt(4); the second bag is empty.
    expect([...out]).toEqual([4, 7, 0, 0]);
  });

  it('equals a naive twin, in place and inside wider rows', () => {
    fc.assert(
      fc.property(bags, combiners, tables, (lists, combiner, table) => {
        const { ids, offsets } = toCsr(lists);
        const expected = lists.map((list) => combineNaively(list, combiner, table));
        const tight = new Float64Array(lists.length * D);
        const sizes = { B: lists.length, D, combiner };
        embeddingBag(tight, ids, offsets, Float64Array.from(table), sizes);
        expectClose([...tight], expected.flat());
        const wide = new Float64Array(lists.length * 8).fill(9);
        const inside = { ...sizes, stride: 8, start: 2 };
        embeddingBag(wide, ids, offsets, Float64Array.from(table), inside);
        const rows = expected.flatMap((row) => [9, 9, ...row, 9, 9, 9]);
        expectClose([...wide], rows);
      }),
      { seed: 5 },
    );
  });
});

describe('embeddingBagBackward', () => {
  it('equals central differences in float64', () => {
    fc.assert(
      fc.property(bags, combiners, tables, (lists, combiner, values) => {
        const { ids, offsets } = toCsr(lists);
        const table = Float64Array.from(values);
        const sizes = { B: lists.length, D, combiner, stride: D + 2, start: 1 };
        const dOut = Float64Array.from({ length: lists.length * (D + 2) }, (_, i) =>
          Math.sin(i + 1),
        );
        const dRows = new Float64Array(ids.length * D).fill(0.5);
        embeddingBagBackward(dRows, dOut, offsets, sizes);
        const dTable = new Float64Array(V * D);
        dRows.forEach((value, index) => {
          const column = index % D;
          dTable[ids[(index - column) / D] * D + column] += value - 0.5;
        });
        const loss = (): number => {
          const out = new Float64Array(dOut.length);
          embeddingBag(out, ids, offsets, table, sizes);
          return out.reduce((sum, value, index) => sum + value * dOut[index], 0);
        };
        for (let index = 0; index < table.length; index++) {
          const numeric = centralDifference(loss, table, index);
          const scale = Math.max(1, Math.abs(numeric), Math.abs(dTable[index]));
          expect(Math.abs(numeric - dTable[index]) / scale).toBeLessThan(1e-6);
        }
      }),
      { seed: 6, numRuns: 50 },
    );
  });
});

function centralDifference(loss: () => number, values: Float64Array, index: number): number {
  const step = 1e-4;
  const kept = values[index];
  values[index] = kept + step;
  const above = loss();
  values[index] = kept - step;
  const below = loss();
  values[index] = kept;
  return (above - below) / (2 * step);
}

function toCsr(lists: number[][]): { ids: Int32Array; offsets: Int32Array } {
  const offsets = new Int32Array(lists.length + 1);
  lists.forEach((list, bag) => {
    offsets[bag + 1] = offsets[bag] + list.length;
  });
  return { ids: Int32Array.from(lists.flat()), offsets };
}

function combineNaively(list: number[], combiner: Combiner, table: number[]): number[] {
  const divisor = { sum: 1, mean: list.length, sqrtn: Math.sqrt(list.length) }[combiner];
  return [0, 1, 2].map((column) => {
    const sum = list.reduce((total, id) => total + table[id * D + column], 0);
    return list.length === 0 ? 0 : sum / divisor;
  });
}

function expectClose(actual: number[], expected: number[]): void {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((value, index) => {
    expect(Math.abs(value - expected[index])).toBeLessThan(1e-12);
  });
}
