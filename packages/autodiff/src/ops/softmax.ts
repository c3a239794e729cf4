// Softmax and its logarithm over one axis.
import { resolveAxis } from '../graph/shape.js';
import { applyOperation, type Operation, requireDataType, type Tensor } from '../graph/tensor.js';
import { int } from '../onnx/builder.js';
import { foldValues, mapValues, type Values, zipValues } from '../reference/values.js';
import { mul, sub } from './arithmetic.js';
import { exp } from './elementwise.js';
import { reduceSum } from './sum.js';

interface AxisAttributes {
  axis: number;
}

const softmaxOperation: Operation<AxisAttributes> = {
  type: 'softmax',
  infer: ([x]) => {
    requireDataType(x, ['float32'], 'softmax');
    return [{ shape: x.shape, dtype: 'float32' }];
  },
  evaluate: ([x], { axis }) => [mapValues(logSoftmaxValues(x, axis), Math.exp)],
  emit: ([x], { axis }, { builder }) => builder.node('Softmax', [x], { axis: int(axis) }),
  gradient: (d, { outputs: [y], attributes: { axis } }) => {
    const weighted = mul(d, y);
    return [sub(weighted, mul(y, reduceSum(weighted, { axes: [axis], keepDims: true })))];
  },
};

/** Softmax over `axis`. @throws AutodiffError ATTRIBUTE_INVALID, DTYPE_MISMATCH */
export function softmax(x: Tensor, axis = -1): Tensor {
  const attributes = { axis: resolveAxis(axis, x.shape.length, 'softmax') };
  return applyOperation(softmaxOperation, [x], attributes)[0];
}

const logSoftmaxOperation: Operation<AxisAttributes> = {
  type: 'logSoftmax',
  infer: ([x]) => {
    requireDataType(x, ['float32'], 'logSoftmax');
    return [{ shape: x.shape, dtype: 'float32' }];
  },
  evaluate: ([x], { axis }) => [logSoftmaxValues(x, axis)],
  emit: ([x], { axis }, { builder }) => builder.node('LogSoftmax', [x], { axis: int(axis) }),
  gradient: (d, { outputs: [y], attributes: { axis } }) => [
    sub(d, mul(exp(y), reduceSum(d, { axes: [axis], keepDims: true }))),
  ],
};

/** log(softmax(x)) over `axis`, stable. @throws AutodiffError ATTRIBUTE_INVALID, DTYPE_MISMATCH */
export function logSoftmax(x: Tensor, axis = -1): Tensor {
  const attributes = { axis: resolveAxis(axis, x.shape.length, 'logSoftmax') };
  return applyOperation(logSoftmaxOperation, [x], attributes)[0];
}

function logSoftmaxValues(x: Values, axis: number): Values {
  const largest = foldValues(x, [axis], Number.NEGATIVE_INFINITY, Math.max);
  const shifted = zipValues(x, largest, (value, max) => value - max);
  const total = foldValues(mapValues(shifted, Math.exp), [axis], 0, (sum, value) => sum + value);
  return zipValues(shifted, total, (value, sum) => value - Math.log(sum));
}
