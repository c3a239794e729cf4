// Sums over axes and their inverse, broadcasting: the pair that every other gradient leans on.

import type { Dim } from '../graph/dimension.js';
import { reducedShape, resolveAxes, sameShape } from '../graph/shape.js';
import { applyOperation, type Operation, requireDataType, type Tensor } from '../graph/tensor.js';
import { int } from '../onnx/builder.js';
import { broadcastOffsets, foldValues, zeros } from '../reference/values.js';
import { reshape } from './reshape.js';

/** Which axes a reduction folds, and whether they stay with size 1. */
export interface ReduceOptions {
  /** Axes to fold; negative ones count from the end. Default: all. */
  axes?: readonly number[];
  /** Keep folded axes with size 1. Default: false. */
  keepDims?: boolean;
}

/** Resolved options of a reduction. */
export interface ReduceAttributes {
  axes: number[];
  keepDims: boolean;
}

const reduceSumOperation: Operation<ReduceAttributes> = {
  type: 'reduceSum',
  infer: ([x], { axes, keepDims }) => {
    requireDataType(x, ['float32'], 'reduceSum');
    return [{ shape: reducedShape(x.shape, axes, keepDims), dtype: 'float32' }];
  },
  evaluate: ([x], { axes, keepDims }) => {
    const total = foldValues(x, axes, 0, (sum, value) => sum + value);
    return [{ data: total.data, shape: reducedShape(x.shape, axes, keepDims) }];
  },
  emit: ([x], { axes, keepDims }, { builder }) =>
    builder.node('ReduceSum', [x, builder.integers(axes)], { keepdims: int(keepDims ? 1 : 0) }),
  gradient: (d, { inputs: [x], attributes }) => [spreadReduced(d, x, attributes)],
};

/** Sum over `axes`. */
export function reduceSum(x: Tensor, options: ReduceOptions = {}): Tensor {
  const attributes = reduceAttributes(x, options, 'reduceSum');
  if (attributes.axes.length === 0) return x;
  return applyOperation(reduceSumOperation, [x], attributes)[0];
}

/** Checked options of a reduction over `x`. */
export function reduceAttributes(x: Tensor, options: ReduceOptions, place: string) {
  return {
    axes: resolveAxes(options.axes, x.shape.length, place),
    keepDims: options.keepDims ?? false,
  };
}

/** A reduced tensor repeated over the axes that were folded, in the shape of `x`. */
export function spreadReduced(reduced: Tensor, x: Tensor, { axes }: ReduceAttributes): Tensor {
  return broadcastTo(reshape(reduced, reducedShape(x.shape, axes, true)), x.shape);
}

const broadcastOperation: Operation<{ shape: readonly Dim[] }> = {
  type: 'broadcastTo',
  infer: (_, { shape }) => [{ shape, dtype: 'float32' }],
  evaluate: ([x], { shape }, context) => {
    const result = zeros(shape.map((dim) => context.resolve(dim)));
    const offsets = broadcastOffsets(x.shape, result.shape);
    result.data.forEach((_, index) => {
      result.data[index] = x.data[offsets[index]];
    });
    return [result];
  },
  emit: ([x], { shape }, { builder }) => builder.node('Expand', [x, builder.shape(shape)]),
  gradient: (d, { inputs: [x] }) => [reduceTo(d, x.shape)],
};

/** `x` repeated to `shape`, which it must broadcast to. */
export function broadcastTo(x: Tensor, shape: readonly Dim[]): Tensor {
  if (sameShape(x.shape, shape)) return x;
  return applyOperation(broadcastOperation, [x], { shape })[0];
}

/** Sums the axes along which a tensor of `shape` was broadcast to become `d`: the gradient's rule. */
export function reduceTo(d: Tensor, shape: readonly Dim[]): Tensor {
  if (sameShape(d.shape, shape)) return d;
  const numLeading = d.shape.length - shape.length;
  const leading = Array.from({ length: numLeading }, (_, axis) => axis);
  const summed = reduceSum(d, { axes: leading });
  const axes = shape.flatMap((dim, axis) => (dim === 1 && summed.shape[axis] !== 1 ? [axis] : []));
  return reduceSum(summed, { axes, keepDims: true });
}
