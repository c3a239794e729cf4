// Elementwise functions of one tensor. Each gradient uses the result where that saves work.
import { applyOperation, type Operation, requireDataType, type Tensor } from '../graph/tensor.js';
import { erf as erfOf, logistic, softplusOf } from '../reference/special-functions.js';
import { mapValues } from '../reference/values.js';
import { div, mul, neg, sub } from './arithmetic.js';
import { cast } from './select.js';

/** The definition of a function of one tensor; `gradient` gets d, the input x and the result y. */
function unaryOperation(definition: {
  type: string;
  onnxType: string;
  kernel: (value: number) => number;
  gradient?: (d: Tensor, x: Tensor, y: Tensor) => Tensor;
}): Operation {
  const { type, onnxType, kernel, gradient } = definition;
  return {
    type,
    infer: ([x]) => {
      requireDataType(x, ['float32'], type);
      return [{ shape: x.shape, dtype: 'float32' }];
    },
    evaluate: ([x]) => [mapValues(x, kernel)],
    emit: ([x], _, { builder }) => builder.node(onnxType, [x]),
    gradient: gradient && ((d, { inputs: [x], outputs: [y] }) => [gradient(d, x, y)]),
  };
}

const expOperation = unaryOperation({
  type: 'exp',
  onnxType: 'Exp',
  kernel: Math.exp,
  gradient: (d, _, y) => mul(d, y),
});

const logOperation = unaryOperation({
  type: 'log',
  onnxType: 'Log',
  kernel: Math.log,
  gradient: (d, x) => div(d, x),
});

const sqrtOperation = unaryOperation({
  type: 'sqrt',
  onnxType: 'Sqrt',
  kernel: Math.sqrt,
  gradient: (d, _, y) => div(mul(d, 0.5), y),
});

const erfOperation = unaryOperation({
  type: 'erf',
  onnxType: 'Erf',
  kernel: erfOf,
  gradient: (d, x) => mul(d, mul(exp(neg(mul(x, x))), 2 / Math.sqrt(Math.PI))),
});

const tanhOperation = unaryOperation({
  type: 'tanh',
  onnxType: 'Tanh',
  kernel: Math.tanh,
  gradient: (d, _, y) => mul(d, sub(1, mul(y, y))),
});

const sigmoidOperation = unaryOperation({
  type: 'sigmoid',
  onnxType: 'Sigmoid',
  kernel: logistic,
  gradient: (d, _, y) => mul(d, mul(y, sub(1, y))),
});

const softplusOperation = unaryOperation({
  type: 'softplus',
  onnxType: 'Softplus',
  kernel: softplusOf,
  gradient: (d, x) => mul(d, sigmoid(x)),
});

const reluOperation = unaryOperation({
  type: 'relu',
  onnxType: 'Relu',
  kernel: (value) => Math.max(value, 0),
  // 1 where relu(x) is not 0: the derivative, with 0 at the corner. Two casts take much less time than ONNX Runtime's
  // Sign, which is not vectorised.
  gradient: (d, _, y) => mul(d, cast(cast(y, 'bool'), 'float32')),
});

const signOperation = unaryOperation({
  type: 'sign',
  onnxType: 'Sign',
  kernel: Math.sign,
  gradient: (d) => mul(d, 0),
});

const apply = (operation: Operation, x: Tensor) => applyOperation(operation, [x], undefined)[0];

/** e^x. */
export function exp(x: Tensor): Tensor {
  return apply(expOperation, x);
}

/** Natural logarithm. */
export function log(x: Tensor): Tensor {
  return apply(logOperation, x);
}

/** Square root. */
export function sqrt(x: Tensor): Tensor {
  return apply(sqrtOperation, x);
}

/** Error function. */
export function erf(x: Tensor): Tensor {
  return apply(erfOperation, x);
}

/** Hyperbolic tangent. */
export function tanh(x: Tensor): Tensor {
  return apply(tanhOperation, x);
}

/** 1 / (1 + e^-x). */
export function sigmoid(x: Tensor): Tensor {
  return apply(sigmoidOperation, x);
}

/** log(1 + e^x), stable for large |x|. */
export function softplus(x: Tensor): Tensor {
  return apply(softplusOperation, x);
}

/** max(x, 0); its derivative at 0 is 0. */
export function relu(x: Tensor): Tensor {
  return apply(reluOperation, x);
}

/** -1, 0 or 1; its derivative is 0. */
export function sign(x: Tensor): Tensor {
  return apply(signOperation, x);
}
