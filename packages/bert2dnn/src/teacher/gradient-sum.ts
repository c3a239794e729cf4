// The sum of the gradients of several micro-batches, each by its share. Changes the arrays it is given.
import type { Gradient } from '@bert2dnn/autodiff';

/** Adds gradients up; of one parameter all are dense or all by rows. */
export class GradientSum {
  #sums: Record<string, Gradient> | undefined;

  /** Adds `share` x each gradient. The arrays now belong to the sum. */
  add(gradients: Record<string, Gradient>, share: number): void {
    for (const gradient of Object.values(gradients)) {
      if (share !== 1) scale(gradient.kind === 'dense' ? gradient.data : gradient.rows, share);
    }
    if (this.#sums === undefined) {
      this.#sums = gradients;
      return;
    }
    for (const [name, gradient] of Object.entries(gradients)) {
      this.#sums[name] = join(this.#sums[name], gradient);
    }
  }

  /** The sum; `undefined` if nothing was added. */
  result(): Record<string, Gradient> | undefined {
    return this.#sums;
  }
}

/** dense: sum [N] += added [N]. rows: one after the other, as a repeated id is summed. */
function join(sum: Gradient, added: Gradient): Gradient {
  if (sum.kind === 'dense' && added.kind === 'dense') {
    for (let index = 0; index < sum.data.length; index++) sum.data[index] += added.data[index];
    return sum;
  }
  if (sum.kind === 'dense' || added.kind === 'dense') {
    throw new RangeError('gradients of one parameter are dense in one batch and rows in another');
  }
  const ids = new Int32Array(sum.ids.length + added.ids.length);
  ids.set(sum.ids);
  ids.set(added.ids, sum.ids.length);
  const rows = new Float32Array(sum.rows.length + added.rows.length);
  rows.set(sum.rows);
  rows.set(added.rows, sum.rows.length);
  return { kind: 'rows', ids, rows };
}

function scale(values: Float32Array, factor: number): void {
  for (let index = 0; index < values.length; index++) values[index] *= factor;
}
