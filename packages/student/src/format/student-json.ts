// The JSON text of a student: its definition, how its numbers are stored, and the checksum of the file that holds them.
import { StudentError } from '../errors.js';
import { checkDefinition } from '../model/check-definition.js';
import type { StudentDefinition } from '../model/definition.js';
import { PRECISIONS, type Precision } from '../model/stored-parameters.js';
import { findDuplicateKey } from './duplicate-keys.js';

/** What a student's JSON says. */
export interface StudentContent {
  definition: StudentDefinition;
  /** How tables and weights are stored. Absent in the text: `float32`. */
  precision: Precision;
  weights: WeightsReference;
}

/** Where the numbers are and what they must be. */
export interface WeightsReference {
  /** Name of the file beside the JSON; absent where the JSON is inside that file. */
  file?: string;
  /** 64 hex digits: of the whole file beside it, or of the data part of the file that it is inside. */
  sha256: string;
}

/** Said of files whose bytes are not what was written. */
export const CHANGED_HINT = 'A file was changed or cut off; copy it again or train again.';

/** The JSON value to write. */
export function describeStudent({ definition, precision, weights }: StudentContent): object {
  return { ...definition, ...(precision === 'float32' ? {} : { precision }), weights };
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
    const got = JSON.stringify(precision).slice(0, 80);
    fail(`precision: got ${got}, expected one of ${PRECISIONS.join(', ')}`);
  }
  return { definition, precision: precision as Precision, weights: checkWeights(weights, file) };
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

function checkWeights(value: unknown, file: string | undefined): WeightsReference {
  const weights = (typeof value === 'object' && value !== null ? value : {}) as WeightsReference;
  const numMembers = file === undefined ? 1 : 2;
  const isKnown = weights.file === file && Object.keys(weights).length === numMembers;
  if (!isKnown || typeof weights.sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(weights.sha256)) {
    const expected = file === undefined ? '' : `"file": "${file}", `;
    fail(`weights: expected {${expected}"sha256": 64 hex digits}`);
  }
  return weights;
}

function fail(message: string): never {
  throw new StudentError('STUDENT_INVALID', message, { hint: CHANGED_HINT });
}
