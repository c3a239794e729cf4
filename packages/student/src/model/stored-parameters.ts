// The numbers of a student as they are stored and shipped: float32, float16 or int8. Training knows float32 alone.
// Reading and writing them: `format/`.
import type { Parameters } from './parameters.js';

/** How the tables and weights of a student may be stored; biases stay float32. */
export const PRECISIONS = ['float32', 'float16', 'int8'] as const;

export type Precision = (typeof PRECISIONS)[number];

/** IEEE 754 binary16, as bits. */
export interface Float16Tensor {
  precision: 'float16';
  bits: Uint16Array;
}

/** Whole numbers -127 to 127 times a scale: of its row in a table [V, D], of its column in a layer's weight [C, O]. */
export interface Int8Tensor {
  precision: 'int8';
  values: Int8Array;
  /** One a row of a table, one an output of a layer. */
  scales: Float32Array;
}

/** Largest scale whose 127-fold is a finite float32. */
export const MAX_SCALE = 3.4028234663852886e38 / 127;

/** Whether a row or an output may have this scale. */
export function isScale(scale: number): boolean {
  return scale >= 0 && scale <= MAX_SCALE;
}

/** One parameter, row-major in the shape that `parameterShapes` names. */
export type StoredTensor = Float32Array | Float16Tensor | Int8Tensor;

/** Parameters by the names of `parameterShapes`. `Parameters` are stored parameters, too. */
export type StoredParameters = Readonly<Record<string, StoredTensor>>;

/** The kinds of arrays that tensors are made of. */
export type NumberArray = Float32Array | Uint16Array | Int8Array;

/** What a tensor is made of; the scales behind what they are of. */
export function arraysOf(tensor: StoredTensor): NumberArray[] {
  if (tensor instanceof Float32Array) return [tensor];
  return tensor.precision === 'float16' ? [tensor.bits] : [tensor.values, tensor.scales];
}

/** A tensor of other arrays of the same kinds. */
export function mapArrays(
  tensor: StoredTensor,
  change: <T extends NumberArray>(array: T) => T,
): StoredTensor {
  if (tensor instanceof Float32Array) return change(tensor);
  const { precision } = tensor;
  if (precision === 'float16') return { precision, bits: change(tensor.bits) };
  return { precision, values: change(tensor.values), scales: change(tensor.scales) };
}

/** Whether every parameter is float32, so that it can be trained on. */
export function areFloat32(parameters: StoredParameters): parameters is Parameters {
  return Object.values(parameters).every((tensor) => tensor instanceof Float32Array);
}

/** How a tensor is stored. */
export function precisionOf(tensor: StoredTensor): Precision {
  return tensor instanceof Float32Array ? 'float32' : tensor.precision;
}
