// Losses against soft labels, composed of other operations. All are means, so that a learning rate
// does not depend on the batch size.
import { AutodiffError } from '../errors.js';
import { formatShape, sameShape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { div, mul, neg, sub } from './arithmetic.js';
import { softplus } from './elementwise.js';
import { reduceMean } from './reduce.js';
import { reshape } from './reshape.js';
import { logSoftmax } from './softmax.js';
import { reduceSum } from './sum.js';

/**
 * Binary cross-entropy of logits against soft labels in 0..1, mean over all elements.
 * `softplus(z) - z y` equals `-y log p - (1-y) log(1-p)` and does not overflow.
 * @param weights one per row (`[B]` or `[B, 1]`) or per element: a weighted mean, sum(w l) / sum(w).
 * @throws AutodiffError SHAPE_MISMATCH
 */
export function sigmoidCrossEntropy(logits: Tensor, softLabels: Tensor, weights?: Tensor): Tensor {
  requireSameShape('sigmoidCrossEntropy', logits, softLabels);
  return weightedMean(sub(softplus(logits), mul(logits, softLabels)), weights);
}

/**
 * Cross-entropy of logits [B, C] against soft labels [B, C] whose rows sum to 1, mean over rows.
 * @param weights one per row, `[B]` or `[B, 1]`: a weighted mean.
 * @throws AutodiffError SHAPE_MISMATCH
 */
export function softmaxCrossEntropy(logits: Tensor, softLabels: Tensor, weights?: Tensor): Tensor {
  requireSameShape('softmaxCrossEntropy', logits, softLabels);
  const perRow = reduceSum(mul(softLabels, logSoftmax(logits)), { axes: [-1], keepDims: true });
  return weightedMean(neg(perRow), weights);
}

/**
 * Mean of the squared differences of two tensors of one shape.
 * @param weights one per row or per element: a weighted mean.
 * @throws AutodiffError SHAPE_MISMATCH
 */
export function meanSquaredError(a: Tensor, b: Tensor, weights?: Tensor): Tensor {
  requireSameShape('meanSquaredError', a, b);
  const difference = sub(a, b);
  return weightedMean(mul(difference, difference), weights);
}

function weightedMean(losses: Tensor, weights: Tensor | undefined): Tensor {
  if (weights === undefined) return reduceMean(losses);
  const perElement = sameShape(weights.shape, losses.shape)
    ? weights
    : reshape(weights, [losses.shape[0], ...losses.shape.slice(1).map(() => 1)]);
  // Each row's loss is the mean over its elements, so weights per row weigh rows alone.
  const perRow =
    perElement === weights
      ? losses
      : reduceMean(losses, {
          axes: losses.shape.slice(1).map((_, axis) => axis + 1),
          keepDims: true,
        });
  return div(reduceSum(mul(perRow, perElement)), reduceSum(perElement));
}

function requireSameShape(place: string, a: Tensor, b: Tensor): void {
  if (sameShape(a.shape, b.shape)) return;
  throw new AutodiffError(
    'SHAPE_MISMATCH',
    `${place}: '${b.name}' is ${formatShape(b.shape)}, expected ${formatShape(a.shape)} as '${a.name}'`,
  );
}
