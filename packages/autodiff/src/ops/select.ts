// Choosing by a mask, and changing the element type.
import type { DataType } from '../graph/data-type.js';
import { broadcastShapes } from '../graph/shape.js';
import { applyOperation, type Operation, requireDataType, type Tensor } from '../graph/tensor.js';
import { mapValues, zipValues } from '../reference/values.js';
import type { Operand } from './arithmetic.js';
import { reduceTo } from './sum.js';

const whereOperation: Operation = {
  type: 'where',
  infer: ([mask, a, b]) => {
    requireDataType(mask, ['bool'], 'where');
    requireDataType(a, ['float32'], 'where');
    requireDataType(b, ['float32'], 'where');
    const place = `where of '${mask.name}', '${a.name}' and '${b.name}'`;
    const values = broadcastShapes(a.shape, b.shape, place);
    return [{ shape: broadcastShapes(mask.shape, values, place), dtype: 'float32' }];
  },
  evaluate: ([mask, a, b]) => {
    const chosen = zipValues(mask, a, (flag, value) => (flag === 0 ? 0 : value));
    const other = zipValues(mask, b, (flag, value) => (flag === 0 ? value : 0));
    return [zipValues(chosen, other, (left, right) => left + right)];
  },
  emit: (values, _, { builder }) => builder.node('Where', values),
  gradient: (d, { inputs: [mask, a, b] }) => [
    undefined,
    reduceTo(where(mask, d, 0), a.shape),
    reduceTo(where(mask, 0, d), b.shape),
  ],
};

/** `a` where the bool `mask` is true, else `b`; all three broadcast. @throws AutodiffError SHAPE_MISMATCH, DTYPE_MISMATCH */
export function where(mask: Tensor, a: Operand, b: Operand): Tensor {
  const toTensor = (operand: Operand) =>
    typeof operand === 'number' ? mask.graph.constant(operand) : operand;
  return applyOperation(whereOperation, [mask, toTensor(a), toTensor(b)], undefined)[0];
}

const castOperation: Operation<{ dtype: DataType }> = {
  type: 'cast',
  infer: ([x], { dtype }) => [{ shape: x.shape, dtype }],
  evaluate: ([x], { dtype }) => [mapValues(x, castValue[dtype])],
  emit: ([x], { dtype }, { builder }) => [builder.cast(x, dtype)],
  // Integers and masks have no derivative; float32 to float32 never makes a node.
  gradient: () => [undefined],
};

const castValue: Readonly<Record<DataType, (value: number) => number>> = {
  float32: (value) => value,
  int32: Math.trunc,
  int64: Math.trunc,
  bool: (value) => (value === 0 ? 0 : 1),
};

/** The same values in another type; floats are cut towards 0, non-zero is true. */
export function cast(x: Tensor, dtype: DataType): Tensor {
  return x.dtype === dtype ? x : applyOperation(castOperation, [x], { dtype })[0];
}
