// The update of a table that one block uses or several share. For several it is that of one bag list with all their
// bags: a row that two blocks touch gets one update, from the sum of its gradients.
import {
  type EmbeddingAdagradOptions,
  embeddingBagAdagrad,
  type TrainedTable,
} from './embedding-adagrad.js';
import type { BatchBags } from './feature-cache.js';

/** What a block says to its table: its bags, and the gradient of their vectors. */
export interface TableUse {
  bags: BatchBags;
  /** [B, D]; overwritten. */
  dVectors: Float32Array;
}

/** Updates the rows of `trained` that the blocks' bags hold; `options.B` is the batch size of each block. */
export function updateTable(
  trained: TrainedTable,
  uses: readonly TableUse[],
  options: EmbeddingAdagradOptions,
): void {
  const { bags, dVectors } = uses.length === 1 ? uses[0] : joinUses(uses, options);
  const B = uses.length * options.B;
  embeddingBagAdagrad(trained, dVectors, bags.ids, bags.offsets, { ...options, B });
}

/** The bags of all uses, one use after the other. */
function joinUses(uses: readonly TableUse[], { B, D }: EmbeddingAdagradOptions): TableUse {
  const numIds = uses.reduce((sum, { bags }) => sum + bags.offsets[B], 0);
  const ids = new Int32Array(numIds);
  const offsets = new Int32Array(uses.length * B + 1);
  const dVectors = new Float32Array(uses.length * B * D);
  let start = 0;
  uses.forEach(({ bags, dVectors: gradient }, use) => {
    const end = bags.offsets[B];
    ids.set(bags.ids.subarray(0, end), start);
    for (let b = 1; b <= B; b++) offsets[use * B + b] = start + bags.offsets[b];
    dVectors.set(gradient.subarray(0, B * D), use * B * D);
    start += end;
  });
  return { bags: { ids, offsets }, dVectors };
}
