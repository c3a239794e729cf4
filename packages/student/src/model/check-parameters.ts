// Checks that stored parameters are those of a definition: names, shapes, one precision, finite numbers.
import { StudentError } from '../errors.js';
import { checkNumbers } from './check-numbers.js';
import type { StudentDefinition } from './definition.js';
import { isTableName, isWeightName, parameterShapes } from './parameters.js';
import {
  arraysOf,
  PRECISIONS,
  type Precision,
  precisionOf,
  type StoredParameters,
  type StoredTensor,
} from './stored-parameters.js';

/**
 * Checks parameters against their definition.
 * @throws {StudentError} STUDENT_INVALID naming the parameter that is missing, unknown, misshapen, not finite, or stored
 * in another precision than the first table; biases must be float32.
 */
export function checkParameters(parameters: StoredParameters, definition: StudentDefinition): void {
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
  for (const name of names) {
    checkPrecision(name, parameters[name], precision);
    checkLengths(name, parameters[name], shapes[name]);
  }
  checkNumbers(parameters);
}

function checkPrecision(name: string, tensor: StoredTensor, precision: Precision): void {
  const expected = isTableName(name) || isWeightName(name) ? precision : 'float32';
  const got = precisionOf(tensor);
  if (got !== expected) fail(name, `got ${got}, expected ${expected}`);
}

function checkLengths(name: string, tensor: StoredTensor, shape: readonly number[]): void {
  const check = (length: number, ofWhat: string, expected: number): void => {
    if (length === expected) return;
    fail(name, `got ${length} ${ofWhat}, expected ${expected} of shape [${shape}]`);
  };
  const [numbers, scales] = arraysOf(tensor);
  check(numbers.length, 'numbers', sizeOf(shape));
  if (scales) check(scales.length, 'scales', isTableName(name) ? shape[0] : shape[1]);
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function fail(name: string, message: string): never {
  throw new StudentError('STUDENT_INVALID', `parameter ${name}: ${message}`);
}
