// Checks numbers in plain JavaScript, and says which is wrong. A page may wait for it: the engine's own searches run at full
// speed from the first number on; a loop of ours would be interpreted for its first million of them, and is left to half
// floats, for which there is no such search.
import { StudentError } from '../errors.js';
import { decodeFloat16 } from '../kernels/float16.js';
import { type Int8Tensor, isScale, MAX_SCALE, type StoredTensor } from './stored-parameters.js';

const NOT_FINITE = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

/** @throws {StudentError} STUDENT_INVALID naming the parameter and the first number that is not finite, or out of range. */
export function checkPlainNumbers(name: string, tensor: StoredTensor): void {
  if (tensor instanceof Float32Array) checkFloats(name, tensor);
  else if (tensor.precision === 'float16') checkHalves(name, tensor.bits);
  else checkBytes(name, tensor);
}

function checkFloats(name: string, values: Float32Array): void {
  if (!NOT_FINITE.some((number) => values.includes(number))) return;
  const index = values.findIndex((value) => !Number.isFinite(value));
  const message = `number ${index} is ${values[index]}, expected finite numbers`;
  fail(
    name,
    message,
    'The training diverged or the file is broken; train with a lower learning rate.',
  );
}

/** Numbers that are not finite have all bits of the exponent set: one more carries into the sign. */
function checkHalves(name: string, bits: Uint16Array): void {
  let carried = 0;
  for (let index = 0; index < bits.length; index++) carried |= (bits[index] & 0x7c00) + 0x400;
  if ((carried & 0x8000) !== 0) checkFloats(name, decodeFloat16(bits));
}

function checkBytes(name: string, { values, scales }: Int8Tensor): void {
  const index = scales.findIndex((scale) => !isScale(scale));
  if (index >= 0) {
    fail(name, `scale ${index} is ${scales[index]}, expected a number from 0 to ${MAX_SCALE}`);
  }
  const lowest = values.indexOf(-128);
  if (lowest >= 0) fail(name, `number ${lowest} is -128, expected -127 to 127`);
}

function fail(name: string, message: string, hint?: string): never {
  throw new StudentError('STUDENT_INVALID', `parameter ${name}: ${message}`, { hint });
}
