// Stored parameters as float32: what the reference executor computes with and what a training starts from.
import { decodeFloat16 } from '../kernels/float16.js';
import type { StudentDefinition } from './definition.js';
import { isTableName, type Parameters, parameterShapes } from './parameters.js';
import {
  areFloat32,
  type Int8Tensor,
  type StoredParameters,
  type StoredTensor,
} from './stored-parameters.js';

/**
 * The parameters in float32, by name. Those that are float32 already are the very arrays, not copies; if all are, it is
 * the same object.
 */
export function decodeParameters(
  stored: StoredParameters,
  definition: StudentDefinition,
): Parameters {
  return areFloat32(stored) ? stored : decodeThose(stored, definition, () => true);
}

/** The same without the tables, of which one example needs few rows: see `decodeRow`. */
export function decodeLayers(stored: StoredParameters, definition: StudentDefinition): Parameters {
  return decodeThose(stored, definition, (name) => !isTableName(name));
}

function decodeThose(
  stored: StoredParameters,
  definition: StudentDefinition,
  isWanted: (name: string) => boolean,
): Parameters {
  const decoded: Parameters = {};
  for (const [name, shape] of Object.entries(parameterShapes(definition))) {
    if (isWanted(name)) decoded[name] = decodeTensor(stored[name], name, shape);
  }
  return decoded;
}

/** One parameter of that name and shape in float32: itself where it is. */
export function decodeTensor(
  tensor: StoredTensor,
  name: string,
  shape: readonly number[],
): Float32Array {
  if (tensor instanceof Float32Array) return tensor;
  if (tensor.precision === 'float16') return decodeFloat16(tensor.bits);
  return isTableName(name) ? decodeRows(tensor, shape[1]) : decodeColumns(tensor, shape[1]);
}

/** Row `row` [D] of a stored table [V, D]: a view where it is float32. */
export function decodeRow(table: StoredTensor, row: number, D: number): Float32Array {
  const [start, end] = [row * D, (row + 1) * D];
  if (table instanceof Float32Array) return table.subarray(start, end);
  if (table.precision === 'float16') return decodeFloat16(table.bits.subarray(start, end));
  const scale = table.scales[row];
  return Float32Array.from(table.values.subarray(start, end), (value) => value * scale);
}

/** Values [V, D] with scales [V]. */
function decodeRows({ values, scales }: Int8Tensor, D: number): Float32Array {
  const decoded = new Float32Array(values.length);
  for (let row = 0, at = 0; row < scales.length; row++) {
    const scale = scales[row];
    for (const end = at + D; at < end; at++) decoded[at] = values[at] * scale;
  }
  return decoded;
}

/** Values [C, O] with scales [O]. */
function decodeColumns({ values, scales }: Int8Tensor, O: number): Float32Array {
  const decoded = new Float32Array(values.length);
  for (let start = 0; start < values.length; start += O) {
    for (let column = 0; column < O; column++) {
      decoded[start + column] = values[start + column] * scales[column];
    }
  }
  return decoded;
}
