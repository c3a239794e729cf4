// Checks that stored parameters are those of a definition: names, shapes, one precision, finite numbers.
import { StudentError } from '../errors.js';
import { decodeFloat16 } from '../kernels/float16.js';
import { type KernelMemory, startKernels } from '../wasm/kernel-modules.js';
import type { StudentDefinition } from './definition.js';
import { isTableName, isWeightName, parameterShapes } from './parameters.js';
import {
  type Float16Tensor,
  type Int8Tensor,
  type NumberArray,
  PRECISIONS,
  type Precision,
  precisionOf,
  type StoredParameters,
  type StoredTensor,
} from './stored-parameters.js';

/** Largest scale whose 127-fold is a finite float32. */
const MAX_SCALE = 3.4028234663852886e38 / 127;

/**
 * Checks parameters against their definition.
 * @throws {StudentError} STUDENT_INVALID naming the parameter that is missing, unknown, misshapen, not finite, or stored
 * in another precision than the first table; biases must be float32.
 * @param memory of kernels, where the parameters may be views of it.
 */
export function checkParameters(
  parameters: StoredParameters,
  definition: StudentDefinition,
  memory?: KernelMemory,
): void {
  const shapes = parameterShapes(definition);
  const unknown = Object.keys(parameters).find((name) => !Object.hasOwn(shapes, name));
  if (unknown !== undefined) {
    fail(unknown, `unknown, expected ${Object.keys(shapes).join(', ')}`);
  }
  const names = Object.keys(shapes);
  const missing = names.find((name) => parameters[name] === undefined);
  if (missing !== undefined) {
    fail(missing, `got none, expected ${sizeOf(shapes[missing])} of shape [${shapes[missing]}]`);
  }
  const precision = precisionOf(parameters[names[0]]);
  if (!PRECISIONS.includes(precision)) {
    fail(names[0], `got ${precision}, expected one of ${PRECISIONS.join(', ')}`);
  }
  const carries = memory && startKernels('simd', memory).carries;
  const areFinite: Search = ({ buffer, byteOffset, byteLength }, mask, step) =>
    buffer === memory?.buffer &&
    byteLength % 16 === 0 &&
    carries!(byteOffset, byteOffset + byteLength, mask, step) === 0;
  for (const name of names) {
    checkPrecision(name, parameters[name], precision);
    checkTensor(name, parameters[name], shapes[name], areFinite);
  }
}

function checkPrecision(name: string, tensor: StoredTensor, precision: Precision): void {
  const expected = isTableName(name) || isWeightName(name) ? precision : 'float32';
  const got = precisionOf(tensor);
  if (got !== expected) fail(name, `got ${got}, expected ${expected}`);
}

/** Whether a kernel finds all numbers finite; false if there is none for them. `mask` has the bits of exponents, `step` the lowest. */
type Search = (numbers: NumberArray, mask: number, step: number) => boolean;

function checkTensor(
  name: string,
  tensor: StoredTensor,
  shape: readonly number[],
  areFinite: Search,
): void {
  const expected = sizeOf(shape);
  const checkLength = (length: number, ofWhat: string, wanted: number): void => {
    if (length === wanted) return;
    fail(name, `got ${length} ${ofWhat}, expected ${wanted} of shape [${shape}]`);
  };
  if (tensor instanceof Float32Array) {
    checkLength(tensor.length, 'numbers', expected);
    if (!areFinite(tensor, 0x7f800000, 0x800000)) checkFloats(name, tensor);
  } else if (tensor.precision === 'float16') {
    checkLength(tensor.bits.length, 'numbers', expected);
    if (!areFinite(tensor.bits, 0x7c007c00, 0x4000400)) checkHalves(name, tensor);
  } else {
    checkLength(tensor.values.length, 'numbers', expected);
    checkLength(tensor.scales.length, 'scales', isTableName(name) ? shape[0] : shape[1]);
    checkBytes(name, tensor);
  }
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

// Where no kernel finds numbers finite. A page waits for these: the engine's own searches run at full speed from the first
// number on; a loop of ours would be interpreted for its first million of them, and is left to half floats, for which there
// is no such search.

const NOT_FINITE = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

function checkFloats(name: string, values: Float32Array): void {
  if (NOT_FINITE.some((number) => values.includes(number))) failNumber(name, values);
}

/** Numbers that are not finite have all bits of the exponent set: one more carries into the sign. */
function checkHalves(name: string, { bits }: Float16Tensor): void {
  let carried = 0;
  for (let index = 0; index < bits.length; index++) carried |= (bits[index] & 0x7c00) + 0x400;
  if ((carried & 0x8000) !== 0) failNumber(name, decodeFloat16(bits));
}

function checkBytes(name: string, { values, scales }: Int8Tensor): void {
  const index = scales.findIndex((scale) => !(scale >= 0 && scale <= MAX_SCALE));
  if (index >= 0) {
    fail(name, `scale ${index} is ${scales[index]}, expected a number from 0 to ${MAX_SCALE}`);
  }
  const lowest = values.indexOf(-128);
  if (lowest >= 0) fail(name, `number ${lowest} is -128, expected -127 to 127`);
}

function failNumber(name: string, values: Float32Array): never {
  const index = values.findIndex((value) => !Number.isFinite(value));
  const hint = 'The training diverged or the file is broken; train with a lower learning rate.';
  fail(name, `number ${index} is ${values[index]}, expected finite numbers`, hint);
}

function fail(name: string, message: string, hint?: string): never {
  throw new StudentError('STUDENT_INVALID', `parameter ${name}: ${message}`, { hint });
}
