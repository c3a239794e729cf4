// A student as two files: `student.json` (definition, checksum) and `student.safetensors` (vocabularies, parameters).
// Works on text and bytes only: where they lie is the caller's business. In one file: `model-file.ts`.
import { StudentError } from '../errors.js';
import { toRoom } from '../executors/room.js';
import type { LoaderOptions, Student } from '../model/student.js';
import { withPlain } from '../plain/plain.js';
import { type Checksum, checksumOf } from './checksum.js';
import { readSafetensors, type SafetensorsFile } from './safetensors-reader.js';
import { writeSafetensors } from './safetensors-writer.js';
import {
  CHANGED_HINT,
  describeStudent,
  parseStudentJson,
  type StudentContent,
} from './student-json.js';
import { readStudent, studentTensors } from './student-tensors.js';

/** Names of a student folder's two files. */
export const STUDENT_FILES = { json: 'student.json', weights: 'student.safetensors' } as const;

/** A student as text and bytes. */
export interface SerializedStudent {
  /** Content of `student.json`. */
  json: string;
  /** Content of `student.safetensors`. */
  weights: Uint8Array;
}

/** Of a safetensors file that this package wrote. */
export const FILE_METADATA = { format: 'bert2dnn-student' } as const;

/** The two files of a student; the same student gives the same bytes. */
export async function serializeStudent(student: Student): Promise<SerializedStudent> {
  const { definition, precision } = student;
  const weights = writeSafetensors(studentTensors(student), FILE_METADATA);
  const checksum = await checksumOf({ bytes: weights });
  const content = describeStudent({ definition, precision, checksum }, STUDENT_FILES.weights);
  return { json: `${JSON.stringify(content, null, 2)}\n`, weights };
}

/**
 * The student of two files, checked throughout before its tables are used.
 * @param place stands before the file's name in messages, for example a folder and a slash.
 * @throws {StudentError} STUDENT_VERSION, STUDENT_INVALID (no JSON, a changed byte, a missing, unknown or misshapen
 * tensor), DEFINITION_INVALID, VOCABULARY_INVALID or one of the SAFETENSORS codes; the message names the file.
 */
export async function parseStudent(
  { json, weights: given }: SerializedStudent,
  place = '',
  options: LoaderOptions = {},
): Promise<Student> {
  const { bytes: weights, memory } = toRoom(
    { bytes: given, memory: options.memory },
    options.executor,
  );
  const file = STUDENT_FILES.weights;
  const content = inFile(`${place}${STUDENT_FILES.json}`, () => parseStudentJson(json, file));
  const unchecked = { content, data: weights, file: `${place}${file}` };
  return finishStudent(unchecked, { ...options, memory }, () => readSafetensors(weights));
}

/** A student whose JSON is read, and whose numbers are yet to be checked. */
export interface UncheckedStudent {
  content: StudentContent;
  /** What the checksum is of. */
  data: Uint8Array;
  /** Stands before messages. */
  file: string;
}

/** Second half of `parseStudent` and `parseModel`. @throws {StudentError} as `parseStudent`. */
export async function finishStudent(
  { content, data, file }: UncheckedStudent,
  options: LoaderOptions,
  read: () => SafetensorsFile,
): Promise<Student> {
  const actual = await checksumOf({ bytes: data, memory: options.memory }, content.checksum.kind);
  inFile(file, () => checkChecksum(content, actual));
  return withPlain(() => inFile(file, () => readStudent({ ...content, ...read() }, options)));
}

/** @throws {StudentError} STUDENT_INVALID if the data have another checksum than the JSON says. */
export function checkChecksum(
  { checksum: { kind, digits } }: StudentContent,
  actual: Checksum,
): void {
  if (actual.digits === digits) return;
  const message = `got ${kind} ${actual.digits} of the data, expected ${digits} as the student's JSON says`;
  throw new StudentError('STUDENT_INVALID', message, { hint: CHANGED_HINT });
}

/** Runs a check and puts the file's name before the message of its error. */
export function inFile<T>(file: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof StudentError)) throw error;
    const { code, message, hint, cause } = error;
    throw new StudentError(code, `${file}: ${message}`, { hint, cause });
  }
}
