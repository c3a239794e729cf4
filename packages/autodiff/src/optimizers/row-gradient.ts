// Gradients by rows of a table: repeated ids summed, or spread over a dense buffer. Used by optimizers and clipping.
import type { Gradient } from './optimizer.js';

export type RowGradient = Extract<Gradient, { kind: 'rows' }>;

/**
 * The same gradient with every id once, in the order of first appearance; summed in the order of the input.
 * ids [Z], rows [Z, D] -> ids [U], rows [U, D]. The input itself is returned if no id repeats.
 */
export function mergeRows(gradient: RowGradient): RowGradient {
  const { ids, rows } = gradient;
  const slots = new Map<number, number>();
  for (const id of ids) if (!slots.has(id)) slots.set(id, slots.size);
  if (slots.size === ids.length) return gradient;
  const D = rows.length / ids.length;
  const mergedRows = new Float32Array(slots.size * D);
  for (let index = 0; index < ids.length; index++) {
    const target = slots.get(ids[index])! * D;
    const source = index * D;
    for (let d = 0; d < D; d++) mergedRows[target + d] += rows[source + d];
  }
  return { kind: 'rows', ids: Int32Array.from(slots.keys()), rows: mergedRows };
}

/** Adds the rows to a dense gradient of the whole table. dTable [V, D] += rows [Z, D] at ids [Z]. */
export function scatterRows(dTable: Float32Array, gradient: RowGradient): void {
  const { ids, rows } = gradient;
  const D = rows.length / ids.length;
  for (let index = 0; index < ids.length; index++) {
    const target = ids[index] * D;
    const source = index * D;
    for (let d = 0; d < D; d++) dTable[target + d] += rows[source + d];
  }
}

/** Sets the gradient's rows of a dense buffer back to zero: the undoing of `scatterRows` on a zeroed buffer. */
export function clearRows(dTable: Float32Array, gradient: RowGradient): void {
  const D = gradient.rows.length / gradient.ids.length;
  for (const id of gradient.ids) dTable.fill(0, id * D, (id + 1) * D);
}
