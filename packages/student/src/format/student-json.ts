// The JSON text of a student: its definition, how its numbers are stored, and the checksum of the file that holds them.
import { StudentError } from '../errors.js';
import { checkDefinition } from '../model/check-definition.js';
import type { StudentDefinition } from '../model/definition.js';
import { PRECISIONS, type Precision } from '../model/stored-parameters.js';
import { showValue } from '../shown-value.js';
import { CHECKSUM_DIGITS, type Checksum } from './checksum.js';
import { findDuplicateKey } from './duplicate-keys.js';

/** What a student's JSON says. */
export interface StudentContent {
  definition: StudentDefinition;
  /** How tables and weights are stored. Absent in the text: `float32`. */
  precision: Precision;
  /** Of the whole file beside the JSON, or of the data part of the file that it is inside. */
  checksum: Checksum;
}

/** Said of files whose bytes are not what was written. */
export const CHANGED_HINT = 'A file was changed or cut off; copy it again or train again.';

/** The JSON value to write. `file` is the name of the file beside it, if it is not inside. */
export function describeStudent(
  { definition, precision, checksum: { kind, digits } }: StudentContent,
  file?: string,
): object {
  const stored = precision === 'float32' ? {} : { precision };
  return { ...definition, ...stored, weights: { ...(file && { file }), [kind]: digits } };
}

/**
 * Reads the JSON text of a student.
 * @param file the name that `weights.file` must have; `undefined` where there must be none.
 * @throws {StudentError} STUDENT_INVALID (no JSON, a name twice, another reference to weights), STUDENT_VERSION,
 * DEFINITION_INVALID.
 */
export function parseStudentJson(json: string, file: string | undefined): StudentContent {
  const content = parseObject(json);
  const { weights, precision = 'float32', ...rest } = content;
  const definition = checkDefinition(rest);
  if (!PRECISIONS.includes(precision as Precision)) {
    fail(`precision: got ${showValue(precision)}, expected one of ${PRECISIONS.join(', ')}`);
  }
  return { definition, precision: precision as Precision, checksum: checkWeights(weights, file) };
}

function parseObject(json: string): Record<string, unknown> {
  let content: unknown;
  try {
    content = JSON.parse(json);
  } catch (cause) {
    throw new StudentError('STUDENT_INVALID', 'expected JSON', { hint: CHANGED_HINT, cause });
  }
  const duplicate = findDuplicateKey(json);
  if (duplicate !== undefined) fail(`"${duplicate}" occurs twice`);
  if (typeof content !== 'object' || content === null) fail('expected a JSON object');
  return content as Record<string, unknown>;
}

function checkWeights(value: unknown, file: string | undefined): Checksum {
  const { file: got, ...checksums } = Object(value) as Record<string, unknown>;
  const [[name, digits] = [], ...others] = Object.entries(checksums);
  const kind = name as Checksum['kind'];
  if (
    got !== file ||
    others.length > 0 ||
    typeof digits !== 'string' ||
    digits.length !== CHECKSUM_DIGITS[kind] ||
    /[^0-9a-f]/.test(digits)
  ) {
    const expected = file === undefined ? '' : `"file": "${file}", `;
    fail(`weights: expected {${expected}"xxh64": ${CHECKSUM_DIGITS.xxh64} hex digits}`);
  }
  return { kind, digits };
}

function fail(message: string): never {
  throw new StudentError('STUDENT_INVALID', message, { hint: CHANGED_HINT });
}
