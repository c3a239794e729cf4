// Broadcasting arithmetic: add, sub, mul, div, neg. A number may stand for a scalar tensor.
// Gradients are summed back to the shape of the operand they belong to.
import { AutodiffError } from '../errors.js';
import { broadcastShapes } from '../graph/shape.js';
import { isScalarConstant } from '../graph/source.js';
import { applyOperation, type Operation, requireDataType, type Tensor } from '../graph/tensor.js';
import { mapValues, zipValues } from '../reference/values.js';
import { reduceTo } from './sum.js';

/** A tensor, or a number that stands for a scalar of the other operand's graph. */
export type Operand = Tensor | number;

/** The definition of an elementwise operation of two operands. */
function binaryOperation(definition: {
  type: string;
  onnxType: string;
  kernel: (a: number, b: number) => number;
  gradient: (d: Tensor, a: Tensor, b: Tensor) => [Tensor, Tensor];
}): Operation {
  const { type, onnxType, kernel, gradient } = definition;
  return {
    type,
    infer: ([a, b]) => {
      requireDataType(a, ['float32'], type);
      requireDataType(b, ['float32'], type);
      const place = `${type} of '${a.name}' and '${b.name}'`;
      return [{ shape: broadcastShapes(a.shape, b.shape, place), dtype: 'float32' }];
    },
    evaluate: ([a, b]) => [zipValues(a, b, kernel)],
    emit: ([a, b], _, { builder }) => builder.node(onnxType, [a, b]),
    gradient: (d, { inputs: [a, b] }) => {
      const [dA, dB] = gradient(d, a, b);
      return [reduceTo(dA, a.shape), reduceTo(dB, b.shape)];
    },
  };
}

const addOperation = binaryOperation({
  type: 'add',
  onnxType: 'Add',
  kernel: (a, b) => a + b,
  gradient: (d) => [d, d],
});

const subOperation = binaryOperation({
  type: 'sub',
  onnxType: 'Sub',
  kernel: (a, b) => a - b,
  gradient: (d) => [d, neg(d)],
});

const mulOperation = binaryOperation({
  type: 'mul',
  onnxType: 'Mul',
  kernel: (a, b) => a * b,
  gradient: (d, a, b) => [mul(d, b), mul(d, a)],
});

const divOperation = binaryOperation({
  type: 'div',
  onnxType: 'Div',
  kernel: (a, b) => a / b,
  gradient: (d, a, b) => {
    const dA = div(d, b);
    return [dA, neg(mul(dA, div(a, b)))];
  },
});

const negOperation: Operation = {
  type: 'neg',
  infer: ([x]) => {
    requireDataType(x, ['float32'], 'neg');
    return [{ shape: x.shape, dtype: 'float32' }];
  },
  evaluate: ([x]) => [mapValues(x, (value) => -value)],
  emit: ([x], _, { builder }) => builder.node('Neg', [x]),
  gradient: (d) => [neg(d)],
};

/** `a + b`. @throws AutodiffError SHAPE_MISMATCH, DTYPE_MISMATCH */
export function add(a: Operand, b: Operand): Tensor {
  return applyOperation(addOperation, operands(a, b), undefined)[0];
}

/** `a - b`. @throws AutodiffError SHAPE_MISMATCH, DTYPE_MISMATCH */
export function sub(a: Operand, b: Operand): Tensor {
  return applyOperation(subOperation, operands(a, b), undefined)[0];
}

/** `a * b`, elementwise. @throws AutodiffError SHAPE_MISMATCH, DTYPE_MISMATCH */
export function mul(a: Operand, b: Operand): Tensor {
  const [left, right] = operands(a, b);
  // The gradient of a loss is the scalar 1: a product with it would be a node for nothing.
  if (isScalarConstant(left, 1)) return right;
  if (isScalarConstant(right, 1)) return left;
  return applyOperation(mulOperation, [left, right], undefined)[0];
}

/** `a / b`, elementwise. @throws AutodiffError SHAPE_MISMATCH, DTYPE_MISMATCH */
export function div(a: Operand, b: Operand): Tensor {
  return applyOperation(divOperation, operands(a, b), undefined)[0];
}

/** `-x`. @throws AutodiffError DTYPE_MISMATCH */
export function neg(x: Tensor): Tensor {
  return applyOperation(negOperation, [x], undefined)[0];
}

function operands(a: Operand, b: Operand): [Tensor, Tensor] {
  if (typeof a === 'number' && typeof b === 'number') {
    throw new AutodiffError('ATTRIBUTE_INVALID', `arithmetic of ${a} and ${b}: expected a tensor`);
  }
  const graph = (typeof a === 'number' ? (b as Tensor) : a).graph;
  const toTensor = (operand: Operand) =>
    typeof operand === 'number' ? graph.constant(operand) : operand;
  return [toTensor(a), toTensor(b)];
}
