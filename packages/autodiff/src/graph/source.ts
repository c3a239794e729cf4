// The nodes without inputs: what is fed (inputs, parameters, dropout masks) and constants.
// Executors give fed nodes their values themselves, so these definitions only know shapes.
import { AutodiffError } from '../errors.js';
import type { Values } from '../reference/values.js';
import type { DataType } from './data-type.js';
import type { Dim } from './dimension.js';
import type { Node, Operation, Tensor } from './tensor.js';

/** What is fed, and as what. */
export interface InputAttributes {
  name: string;
  kind: 'input' | 'parameter' | 'mask';
  shape: readonly Dim[];
  dtype: DataType;
}

/** Values that are part of the graph. */
export interface ConstantAttributes {
  values: Values;
  dtype: DataType;
}

/** A tensor that a run feeds. */
export const inputSource: Operation<InputAttributes> = {
  type: 'input',
  infer: (_, { shape, dtype }) => [{ shape, dtype }],
  evaluate: (_, { name }) => {
    throw new AutodiffError('FEED_MISSING', `'${name}' was not fed`);
  },
  emit: (_, { name }) => [name],
};

/** A tensor with fixed values. */
export const constantSource: Operation<ConstantAttributes> = {
  type: 'constant',
  infer: (_, { values, dtype }) => [{ shape: values.shape, dtype }],
  evaluate: (_, { values }) => [values],
  emit: (_, { values, dtype }, { builder }) => [builder.constant(values.data, values.shape, dtype)],
};

/** What a node feeds, or `undefined` if it is no input, parameter or mask. */
export function fedAs(node: Node): InputAttributes | undefined {
  return node.operation === inputSource ? (node.attributes as InputAttributes) : undefined;
}

/** Whether a tensor is the constant scalar `value`. */
export function isScalarConstant(tensor: Tensor, value: number): boolean {
  if (tensor.producer.operation !== constantSource || tensor.shape.length > 0) return false;
  return (tensor.producer.attributes as ConstantAttributes).values.data[0] === value;
}
