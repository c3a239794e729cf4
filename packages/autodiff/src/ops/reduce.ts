// Mean and maximum over axes, and the size of an axis as a number that a graph can use.
import type { Dim } from '../graph/dimension.js';
import { multiplyDims } from '../graph/dimension.js';
import { reducedShape, sizeOfShape } from '../graph/shape.js';
import {
  applyOperation,
  type GraphContext,
  type Operation,
  requireDataType,
  type Tensor,
} from '../graph/tensor.js';
import { int } from '../onnx/builder.js';
import { foldValues, zipValues } from '../reference/values.js';
import { div, mul } from './arithmetic.js';
import {
  type ReduceAttributes,
  type ReduceOptions,
  reduceAttributes,
  reduceSum,
  spreadReduced,
} from './sum.js';

const reduceMeanOperation: Operation<ReduceAttributes> = {
  type: 'reduceMean',
  infer: ([x], { axes, keepDims }) => {
    requireDataType(x, ['float32'], 'reduceMean');
    return [{ shape: reducedShape(x.shape, axes, keepDims), dtype: 'float32' }];
  },
  evaluate: ([x], { axes, keepDims }) => {
    const total = foldValues(x, axes, 0, (sum, value) => sum + value);
    const count = sizeOfShape(axes.map((axis) => x.shape[axis]));
    return [
      {
        data: total.data.map((sum) => sum / count),
        shape: reducedShape(x.shape, axes, keepDims),
      },
    ];
  },
  emit: ([x], { axes, keepDims }, { builder }) =>
    builder.node('ReduceMean', [x, builder.integers(axes)], { keepdims: int(keepDims ? 1 : 0) }),
  gradient: (d, { inputs: [x], attributes }) => {
    const count = sizeOf(x.graph, multiplyDims(attributes.axes.map((axis) => x.shape[axis])));
    return [spreadReduced(div(d, count), x, attributes)];
  },
};

/** Mean over `axes`. */
export function reduceMean(x: Tensor, options: ReduceOptions = {}): Tensor {
  const attributes = reduceAttributes(x, options, 'reduceMean');
  if (attributes.axes.length === 0) return x;
  return applyOperation(reduceMeanOperation, [x], attributes)[0];
}

const reduceMaxOperation: Operation<ReduceAttributes> = {
  type: 'reduceMax',
  infer: ([x], { axes, keepDims }) => {
    requireDataType(x, ['float32'], 'reduceMax');
    return [{ shape: reducedShape(x.shape, axes, keepDims), dtype: 'float32' }];
  },
  evaluate: ([x], { axes, keepDims }) => {
    const largest = foldValues(x, axes, Number.NEGATIVE_INFINITY, Math.max);
    return [{ data: largest.data, shape: reducedShape(x.shape, axes, keepDims) }];
  },
  emit: ([x], { axes, keepDims }, { builder }) =>
    builder.node('ReduceMax', [x, builder.integers(axes)], { keepdims: int(keepDims ? 1 : 0) }),
  gradient: (d, { inputs: [x], outputs: [y], attributes }) => {
    // Elements that tie for the maximum share its gradient, as in PyTorch's amax.
    const isLargest = equal(x, spreadReduced(y, x, attributes));
    const numTied = reduceSum(isLargest, { axes: attributes.axes, keepDims: true });
    return [mul(spreadReduced(d, x, attributes), div(isLargest, numTied))];
  },
};

/** Maximum over `axes`; ties share the gradient evenly. */
export function reduceMax(x: Tensor, options: ReduceOptions = {}): Tensor {
  const attributes = reduceAttributes(x, options, 'reduceMax');
  if (attributes.axes.length === 0) return x;
  return applyOperation(reduceMaxOperation, [x], attributes)[0];
}

const equalOperation: Operation = {
  type: 'equal',
  infer: ([a]) => [{ shape: a.shape, dtype: 'float32' }],
  evaluate: ([a, b]) => [zipValues(a, b, (left, right) => (left === right ? 1 : 0))],
  emit: ([a, b], _, { builder }) => [builder.cast(builder.node('Equal', [a, b])[0], 'float32')],
  gradient: () => [undefined, undefined],
};

/** 1 where two tensors of one shape are equal, else 0. */
function equal(a: Tensor, b: Tensor): Tensor {
  return applyOperation(equalOperation, [a, b], undefined)[0];
}

const sizeOperation: Operation<{ dim: Dim }> = {
  type: 'sizeOf',
  infer: () => [{ shape: [], dtype: 'float32' }],
  evaluate: (_, { dim }, context) => [{ data: Float64Array.of(context.resolve(dim)), shape: [] }],
  emit: (_, { dim }, { builder }) => {
    const size = builder.cast(builder.dimension(dim), 'float32');
    return builder.node('Reshape', [size, builder.integers([])]);
  },
  gradient: () => [],
};

/** The size of an axis as a float32 scalar, also where it is known only at run time. */
export function sizeOf(graph: GraphContext, dim: Dim): Tensor {
  if (typeof dim === 'number') return graph.constant(dim);
  return graph.addNode(sizeOperation, [], { dim }).outputs[0];
}
