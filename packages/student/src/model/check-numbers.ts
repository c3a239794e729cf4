// Checks that all numbers of a student are finite.
import { checkPlainNumbers } from '../plain/plain.js';
import { type KernelMemory, startKernels } from '../wasm/kernel-modules.js';
import {
  isScale,
  type NumberArray,
  type StoredParameters,
  type StoredTensor,
} from './stored-parameters.js';

/** Whether a kernel finds all numbers finite; false if there is none for them. `mask` has the bits of exponents, `step` the lowest. */
type Search = (numbers: NumberArray, mask: number, step: number) => boolean;

/**
 * Checks the numbers of parameters.
 * @throws {StudentError} STUDENT_INVALID naming the parameter and a number that is not finite, a scale that overflows, or a
 * -128, which has no opposite.
 * @param memory of kernels, where the parameters may be views of it.
 */
export function checkNumbers(parameters: StoredParameters, memory?: KernelMemory): void {
  const carries = memory && startKernels('simd', memory).carries;
  const areFinite: Search = ({ buffer, byteOffset, byteLength }, mask, step) =>
    buffer === memory?.buffer && !carries!(byteOffset, byteOffset + byteLength, mask, step);
  for (const [name, tensor] of Object.entries(parameters)) {
    if (!isSound(tensor, areFinite)) checkPlainNumbers(name, tensor);
  }
}

function isSound(tensor: StoredTensor, areFinite: Search): boolean {
  if (tensor instanceof Float32Array) return areFinite(tensor, 0x7f800000, 0x800000);
  if (tensor.precision === 'float16') return areFinite(tensor.bits, 0x7c007c00, 0x4000400);
  return tensor.scales.every(isScale) && !tensor.values.includes(-128);
}
