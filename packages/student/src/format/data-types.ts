// The data types of safetensors and their sizes, and the way from bytes to float32.
// Source: huggingface/safetensors, enum Dtype.
import { StudentError } from '../errors.js';
import { decodeFloat16 } from '../kernels/float16.js';

/** Bytes of one value of each type. */
export const DATA_TYPE_SIZES = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E5M2: 1,
  F8_E4M3: 1,
  I16: 2,
  U16: 2,
  F16: 2,
  BF16: 2,
  I32: 4,
  U32: 4,
  F32: 4,
  F64: 8,
  I64: 8,
  U64: 8,
} as const;

export type SafetensorsDataType = keyof typeof DATA_TYPE_SIZES;

/** A tensor in a file: `data` is a view of the file's bytes, little-endian, row-major. */
export interface SafetensorsTensor {
  dtype: SafetensorsDataType;
  shape: number[];
  data: Uint8Array;
}

/**
 * The values of an F32, F16, BF16 or F64 tensor as float32; a view of the file where type and alignment allow it.
 * @throws {StudentError} SAFETENSORS_DTYPE for another type.
 */
export function toFloat32(tensor: SafetensorsTensor): Float32Array {
  const { dtype, data } = tensor;
  const aligned = alignTo(data, DATA_TYPE_SIZES[dtype]);
  const { buffer, byteOffset, byteLength } = aligned;
  if (dtype === 'F32') return new Float32Array(buffer, byteOffset, byteLength / 4);
  if (dtype === 'F64')
    return new Float32Array(new Float64Array(buffer, byteOffset, byteLength / 8));
  if (dtype === 'F16') return decodeFloat16(new Uint16Array(buffer, byteOffset, byteLength / 2));
  if (dtype === 'BF16') return decodeBfloat16(new Uint16Array(buffer, byteOffset, byteLength / 2));
  const message = `tensor: got data type ${dtype}, expected F32, F16, BF16 or F64`;
  throw new StudentError('SAFETENSORS_DTYPE', message);
}

/** The same bytes at an address that `size` divides: `bytes` itself or a copy. */
export function alignTo(bytes: Uint8Array, size: number): Uint8Array {
  // Not slice(): that of Node's Buffer is a view.
  return bytes.byteOffset % size === 0 ? bytes : new Uint8Array(bytes);
}

/** Upper half of a float32's bits. */
function decodeBfloat16(halves: Uint16Array): Float32Array {
  const bits = new Uint32Array(halves.length);
  for (let index = 0; index < halves.length; index++) bits[index] = halves[index] << 16;
  return new Float32Array(bits.buffer);
}
