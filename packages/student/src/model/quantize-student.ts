// A student with its tables and weights stored in fewer bytes. What that costs in accuracy is measured by who exports.
import { StudentError } from '../errors.js';
import { encodeFloat16, MAX_FLOAT16 } from '../kernels/float16.js';
import { decodeParameters } from './decode-parameters.js';
import { isTableName, isWeightName, parameterShapes } from './parameters.js';
import type { Int8Tensor, Precision, StoredTensor } from './stored-parameters.js';
import { createStudent, type Student } from './student.js';

/**
 * The same student with tables and weights in another precision; biases stay float32. float16: the nearest, ties to
 * even. int8: a scale for each row of a table and each output of a layer, so that its largest magnitude is 127 steps.
 * The student itself where it has that precision already.
 * @throws {StudentError} STUDENT_INVALID if a number is beyond float16.
 */
export function quantizeStudent(student: Student, precision: Precision): Student {
  if (student.precision === precision) return student;
  const { definition, vocabularies } = student;
  const floats = decodeParameters(student.parameters, definition);
  const parameters: Record<string, StoredTensor> = {};
  for (const [name, shape] of Object.entries(parameterShapes(definition))) {
    const isStored = isTableName(name) || isWeightName(name);
    if (!isStored || precision === 'float32') parameters[name] = floats[name];
    else if (precision === 'float16') parameters[name] = toHalves(name, floats[name]);
    else if (isTableName(name)) parameters[name] = quantizeRows(floats[name], shape[0], shape[1]);
    else parameters[name] = quantizeColumns(floats[name], shape[0], shape[1]);
  }
  return createStudent({ definition, vocabularies, parameters });
}

function toHalves(name: string, values: Float32Array): StoredTensor {
  const bits = encodeFloat16(values);
  const broken = bits.findIndex((half) => (half & 0x7c00) === 0x7c00);
  if (broken >= 0) {
    const message = `parameter ${name}: number ${broken} is ${values[broken]}, expected at most ${MAX_FLOAT16} for float16`;
    throw new StudentError('STUDENT_INVALID', message, {
      hint: 'Store it as float32 or int8; numbers of this size come from a training that diverged.',
    });
  }
  return { precision: 'float16', bits };
}

/** Values [V, D], scales [V]. */
function quantizeRows(table: Float32Array, V: number, D: number): Int8Tensor {
  const values = new Int8Array(V * D);
  const scales = new Float32Array(V);
  for (let row = 0; row < V; row++) {
    let largest = 0;
    for (let at = row * D; at < (row + 1) * D; at++) {
      largest = Math.max(largest, Math.abs(table[at]));
    }
    scales[row] = largest / 127;
    for (let at = row * D; at < (row + 1) * D; at++) values[at] = toStep(table[at], scales[row]);
  }
  return { precision: 'int8', values, scales };
}

/** Values [C, O], scales [O]. */
function quantizeColumns(weight: Float32Array, C: number, O: number): Int8Tensor {
  const values = new Int8Array(C * O);
  const scales = new Float32Array(O);
  for (let column = 0; column < O; column++) {
    let largest = 0;
    for (let at = column; at < C * O; at += O) largest = Math.max(largest, Math.abs(weight[at]));
    scales[column] = largest / 127;
    for (let at = column; at < C * O; at += O) values[at] = toStep(weight[at], scales[column]);
  }
  return { precision: 'int8', values, scales };
}

/** Nearest whole number of steps, -127 to 127; 0 where the scale is. */
function toStep(value: number, scale: number): number {
  if (scale === 0) return 0;
  return Math.max(-127, Math.min(127, Math.round(value / scale)));
}
