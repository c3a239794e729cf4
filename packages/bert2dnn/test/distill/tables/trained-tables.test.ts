// The tables in shared memory against their plain oracles, to the last bit, and against themselves on more threads.
import { type Combiner, embeddingBag } from '@bert2dnn/student';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTrainedTable, embeddingBagAdagrad } from '../../../src/distill/embedding-adagrad.js';
import { SharedMemory } from '../../../src/distill/tables/shared-memory.js';
import { type Bags, TrainedTables } from '../../../src/distill/tables/trained-tables.js';
import { createRandom, type Random } from '../../../src/foundation/random.js';

const V = 7;
/** Ids of every bag of a batch, by table. */
type Batch = number[][][];

const combiners = fc.constantFrom<Combiner>('sqrtn', 'mean', 'sum');
// Around the four values and four rows that the kernel takes at a time.
const widths = fc.constantFrom(1, 2, 3, 4, 5, 7, 8, 12, 17, 64);
const bag = fc.array(fc.integer({ min: 0, max: V - 1 }), { maxLength: 9 });

/** Batches of tables: one to three tables, one to twenty bags, which may all be empty. */
const batches = fc
  .tuple(
    fc.integer({ min: 1, max: 3 }),
    fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 3 }),
  )
  .chain(([numTables, sizes]) =>
    fc.tuple(
      ...sizes.map((B) =>
        fc.array(fc.array(bag, { minLength: B, maxLength: B }), {
          minLength: numTables,
          maxLength: numTables,
        }),
      ),
    ),
  );

function toBags(lists: readonly number[][]): Bags {
  const offsets = new Int32Array(lists.length + 1);
  lists.forEach((list, index) => {
    offsets[index + 1] = offsets[index] + list.length;
  });
  return { ids: Int32Array.from(lists.flat()), offsets };
}

/** Seeded numbers around 0, some of them 0 or -0. */
function draw(random: Random, length: number): Float32Array {
  const one = () => {
    const value = random.next() - 0.5;
    return Math.abs(value) < 0.02 ? 0 * value : value;
  };
  return Float32Array.from({ length }, one);
}

const bytesOf = (values: Float32Array) => Buffer.from(values.slice().buffer);

interface Run {
  D: number;
  combiner: Combiner;
  seed: number;
}

function compareWithOracles(list: readonly Batch[], { D, combiner, seed }: Run): void {
  const random = createRandom(seed, 'tables');
  const starts = list[0].map(() => draw(random, V * D));
  const names = starts.map((_, index) => `table ${index}`);
  const fast = new TrainedTables({
    tables: starts.map((rows, index) => ({ name: names[index], rows })),
    D,
    combiner,
    initialAccumulator: 0.1,
  });
  const plain = starts.map((rows) => createTrainedTable(rows.slice(), D, 0.1));
  for (const batch of list) {
    const B = batch[0].length;
    const bags = batch.map(toBags);
    const vectors = fast.forward(bags, B);
    const dVectors = plain.map(({ table }, index) => {
      const expected = new Float32Array(B * D);
      embeddingBag(expected, bags[index].ids, bags[index].offsets, table, { B, D, combiner });
      expect(bytesOf(vectors[index])).toEqual(bytesOf(expected));
      return draw(random, B * D);
    });
    fast.update(dVectors, bags, { B, learningRate: 0.1 });
    plain.forEach((trained, index) => {
      const { ids, offsets } = bags[index];
      const options = { B, D, combiner, learningRate: 0.1 };
      embeddingBagAdagrad(trained, dVectors[index].slice(), ids, offsets, options);
    });
  }
  plain.forEach(({ table, accumulator }, index) => {
    expect(bytesOf(fast.rows(names[index]))).toEqual(bytesOf(table));
    expect(bytesOf(fast.accumulator(names[index]))).toEqual(bytesOf(accumulator));
  });
}

/** A few updates of two tables, large enough for the workers to be woken. */
async function trainOn(threads: number): Promise<Buffer[]> {
  const D = 18;
  const B = 300;
  const sizes = [5000, 40];
  const random = createRandom(5, 'threads');
  const tables = sizes.map((size, index) => ({ name: `${index}`, rows: draw(random, size * D) }));
  const trained = new TrainedTables({
    tables,
    D,
    combiner: 'sqrtn',
    initialAccumulator: 0.1,
    threads,
  });
  const results: Buffer[] = [];
  for (let step = 0; step < 12; step++) {
    const bags = sizes.map((size) =>
      toBags(
        Array.from({ length: B }, () =>
          Array.from({ length: random.nextInt(100) }, () => random.nextInt(size)),
        ),
      ),
    );
    results.push(...trained.forward(bags, B).map(bytesOf));
    const dVectors = sizes.map(() => draw(random, B * D));
    trained.update(dVectors, bags, { B, learningRate: 0.05 });
  }
  await trained.release();
  for (const { name } of tables) {
    results.push(bytesOf(trained.rows(name)), bytesOf(trained.accumulator(name)));
  }
  return results;
}

describe('TrainedTables', () => {
  it('is embeddingBag and embeddingBagAdagrad to the last bit, batch after batch', () => {
    fc.assert(
      fc.property(batches, widths, combiners, fc.nat(), (list, D, combiner, seed) =>
        compareWithOracles(list, { D, combiner, seed }),
      ),
      { numRuns: 150, seed: 3 },
    );
  });

  it('gives the same bytes on 1, 2 and 4 threads', async () => {
    const alone = await trainOn(1);
    for (const threads of [2, 4]) {
      const together = await trainOn(threads);
      expect(together.every((bytes, index) => bytes.equals(alone[index]))).toBe(true);
    }
    expect(alone.at(-1)!.equals(alone.at(-3)!)).toBe(false);
  });

  it('leaves rows that no bag holds as they are', () => {
    const rows = new Float32Array(V * 3).fill(0.5);
    const tables = new TrainedTables({
      tables: [{ name: 'table', rows }],
      D: 3,
      combiner: 'sum',
      initialAccumulator: 0.1,
    });
    const bags = [toBags([[2, 2], [], [5]])];
    tables.update([new Float32Array(9).fill(1)], bags, { B: 3, learningRate: 0.1 });
    const changed = [0, 1, 2, 3, 4, 5, 6].filter((row) => tables.rows('table')[row * 3] !== 0.5);
    expect(changed).toEqual([2, 5]);
    // Row 2 twice in one bag: g = 2, a = 0.1 + 4, w = 0.5 - 0.1 * 2 / sqrt(4.1).
    expect(tables.rows('table')[6]).toBeCloseTo(0.5 - 0.2 / Math.sqrt(4.1), 6);
    expect([...rows]).toEqual(Array.from({ length: V * 3 }, () => 0.5));
  });
});

describe('SharedMemory', () => {
  it('hands out aligned, zeroed room that does not overlap, and keeps what was written when it grows', () => {
    const memory = new SharedMemory(10);
    const first = memory.allocate(12);
    memory.integers(first, 3).set([1, 2, 3]);
    const second = memory.allocate(200_000);
    expect([first % 64, second % 64]).toEqual([0, 0]);
    expect(second).toBeGreaterThanOrEqual(first + 12);
    expect([...memory.integers(first, 3)]).toEqual([1, 2, 3]);
    expect(memory.integers(second, 50_000).every((value) => value === 0)).toBe(true);
  });

  it('refuses what 32 bits cannot address', () => {
    const memory = new SharedMemory(0);
    const refusal = { code: 'USAGE', message: expect.stringContaining('4.0 GiB, expected 4') };
    expect(() => memory.allocate(2 ** 32 + 1)).toThrowError(expect.objectContaining(refusal));
  });
});
