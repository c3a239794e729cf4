// A shared table: its update against a naive twin that sums the gradients of all places first.
import { embeddingBagBackward } from '@bert2dnn/student';
import { describe, expect, it } from 'vitest';
import { createTrainedTable } from '../../src/distill/embedding-adagrad.js';
import { updateTable } from '../../src/distill/table-update.js';
import { createRandom } from '../../src/foundation/random.js';

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

describe('updateTable', () => {
  it.each([1, 2, 3])('updates each row once, from the gradients of %i blocks', (numUses) => {
    const { uses, table } = draw(numUses);
    const gradient = new Float64Array(V * D);
    for (const { bags, dVectors } of uses) {
      const dRows = new Float64Array(bags.offsets[B] * D);
      embeddingBagBackward(dRows, dVectors, bags.offsets, { B, D, combiner: 'sqrtn' });
      dRows.forEach((value, index) => {
        gradient[bags.ids[Math.floor(index / D)] * D + (index % D)] += value;
      });
    }
    const expected = Float64Array.from(table, (value, index) => {
      const g = gradient[index];
      return g === 0 ? value : value - (0.1 * g) / Math.sqrt(0.01 + g * g);
    });
    const trained = createTrainedTable(table, D, 0.01);
    updateTable(trained, uses, { B, D, combiner: 'sqrtn', learningRate: 0.1 });
    table.forEach((value, index) => {
      expect(value).toBeCloseTo(expected[index], 5);
    });
  });
});
