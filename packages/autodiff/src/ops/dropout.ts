// Dropout with a seeded mask that is fed, so that every executor drops the same elements.
import { effectiveDropoutRate } from '../dropout-mask.js';
import { AutodiffError } from '../errors.js';
import { applyOperation, type Operation, requireDataType, type Tensor } from '../graph/tensor.js';
import { zipValues } from '../reference/values.js';

/** Options of `dropout`. */
export interface DropoutOptions {
  /** Share of elements to drop, in [0, 1); rounded to a multiple of 1/256. 0 is the identity. */
  rate: number;
  /** Name of the mask; one per dropout of a graph. */
  name: string;
}

interface DropoutAttributes {
  scale: number;
}

const dropoutOperation: Operation<DropoutAttributes> = {
  type: 'dropout',
  trainingOnly: true,
  infer: ([x]) => [{ shape: x.shape, dtype: 'float32' }],
  evaluate: ([x, mask], { scale }) => [
    zipValues(x, mask, (value, kept) => (kept === 0 ? 0 : value * scale)),
  ],
  emit: ([x, mask], { scale }, { builder }) => {
    // The scaled mask is shared with the gradient; two products are faster than two Where nodes.
    const kept = builder.cast(mask, 'float32');
    const factors = builder.node('Mul', [kept, builder.scalar(scale)]);
    return builder.node('Mul', [x, factors[0]]);
  },
  gradient: (d, { inputs: [, mask], attributes }) => [
    applyOperation(dropoutOperation, [d, mask], attributes)[0],
    undefined,
  ],
};

/**
 * Drops a share of the elements in training and scales the others by `1 / (1 - rate)`.
 * Outside training it is the identity. Its mask is the hidden bool input `dropout:<name>`.
 * @throws AutodiffError ATTRIBUTE_INVALID, NAME_TAKEN, DTYPE_MISMATCH
 */
export function dropout(x: Tensor, options: DropoutOptions): Tensor {
  const { rate, name } = options;
  requireDataType(x, ['float32'], 'dropout');
  if (!(rate >= 0 && rate < 1)) {
    throw new AutodiffError(
      'ATTRIBUTE_INVALID',
      `dropout '${name}': rate ${rate}, expected [0, 1)`,
    );
  }
  const effectiveRate = effectiveDropoutRate(rate);
  if (effectiveRate === 0) return x;
  const mask = x.graph.dropoutMask(name, rate, x.shape);
  return applyOperation(dropoutOperation, [x, mask], { scale: 1 / (1 - effectiveRate) })[0];
}
