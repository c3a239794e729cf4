// A shared table: its update against a naive twin that sums the gradients of all places first.
import { embeddingBag, embeddingBagBackward } from '@bert2dnn/student';
import { describe, expect, it } from 'vitest';
import { TableUses } from '../../../src/distill/tables/table-uses.js';
import { TrainedTables } from '../../../src/distill/tables/trained-tables.js';
import { createRandom } from '../../../src/foundation/random.js';

const [B, D, V] = [5, 3, 7];

function draw(numUses: number) {
  const random = createRandom(numUses, 'uses');
  const uses = Array.from({ length: numUses }, () => {
    const offsets = new Int32Array(B + 1);
    for (let b = 0; b < B; b++) offsets[b + 1] = offsets[b] + random.nextInt(4);
    // Longer than what is in use, as the trainer's are.
    const ids = Int32Array.from({ length: offsets[B] + 2 }, () => random.nextInt(V));
    const dVectors = Float32Array.from({ length: B * D }, () => random.next() - 0.5);
    return { bags: { ids, offsets }, dVectors };
  });
  const table = Float32Array.from({ length: V * D }, () => random.next() - 0.5);
  return { uses, table };
}

describe('blocks that share a table', () => {
  it.each([1, 2, 3])(
    'give each row one update, from the gradients of %i blocks',
    async (numUses) => {
      const { uses, table } = draw(numUses);
      // A block with a table of its own stands between them.
      const [alone] = draw(4).uses;
      const all = [uses[0], alone, ...uses.slice(1)];
      const tableUses = new TableUses(['shared', 'own', ...uses.slice(1).map(() => 'shared')], D);
      expect(tableUses.tables).toEqual(['shared', 'own']);
      const combiner = 'sqrtn' as const;
      const trained = new TrainedTables({
        tables: tableUses.tables.map((name) => ({ name, rows: table })),
        D,
        combiner,
        initialAccumulator: 0.01,
      });
      const { bags, numBags } = tableUses.joinBags(all, B);
      const vectors = tableUses.splitVectors(trained.forward(bags, numBags), B);
      all.forEach((use, block) => {
        const expected = new Float32Array(B * D);
        embeddingBag(expected, use.bags.ids, use.bags.offsets, table, { B, D, combiner });
        expect(vectors[block]).toEqual(expected);
      });
      const dVectors = tableUses.joinGradients(
        all.map((use) => use.dVectors),
        B,
      );
      trained.update(dVectors, bags, { B: numBags, learningRate: 0.1 });
      expectUpdate(trained.rows('shared'), table, uses);
      expectUpdate(trained.rows('own'), table, [alone]);
      await trained.release();
    },
  );
});

/** Rows after an update from the summed gradients of all places. */
function expectUpdate(
  rows: Float32Array,
  table: Float32Array,
  uses: ReturnType<typeof draw>['uses'],
): void {
  const gradient = new Float64Array(V * D);
  for (const { bags, dVectors } of uses) {
    const dRows = new Float64Array(bags.offsets[B] * D);
    embeddingBagBackward(dRows, dVectors, bags.offsets, { B, D, combiner: 'sqrtn' });
    dRows.forEach((value, index) => {
      gradient[bags.ids[Math.floor(index / D)] * D + (index % D)] += value;
    });
  }
  rows.forEach((value, index) => {
    const g = gradient[index];
    const expected = g === 0 ? 0 : (0.1 * g) / Math.sqrt(0.01 + g * g);
    expect(value).toBeCloseTo(table[index] - expected, 5);
  });
}
