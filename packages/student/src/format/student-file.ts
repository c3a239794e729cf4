// A student as two files: `student.json` (definition, checksum) and `student.safetensors` (vocabularies, parameters).
// Works on text and bytes only: where they lie is the caller's business. In one file: `model-file.ts`.
import { StudentError } from '../errors.js';
import type { LoaderOptions, Student } from '../model/student.js';
import { isPlainMissing, loadPlain } from '../plain/plain.js';
import { readSafetensors, type SafetensorsFile } from './safetensors-reader.js';
import { writeSafetensors } from './safetensors-writer.js';
import { sha256 } from './sha256.js';
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
  const reference = { file: STUDENT_FILES.weights, sha256: await sha256(weights) };
  const content = describeStudent({ definition, precision, weights: reference });
  return { json: `${JSON.stringify(content, null, 2)}\n`, weights };
}

/**
 * The student of two files, checked throughout before its tables are used.
 * @param place stands before the file's name in messages, for example a folder and a slash.
 * @throws {StudentError} STUDENT_VERSION, STUDENT_INVALID (no JSON, a changed byte, a missing, unknown or misshapen
 * tensor), DEFINITION_INVALID, VOCABULARY_INVALID or one of the SAFETENSORS codes; the message names the file.
 */
export async function parseStudent(
  { json, weights }: SerializedStudent,
  place = '',
  options: LoaderOptions = {},
): Promise<Student> {
  const file = STUDENT_FILES.weights;
  const content = inFile(`${place}${STUDENT_FILES.json}`, () => parseStudentJson(json, file));
  return finishStudent({ content, data: weights, file: `${place}${file}` }, options, () =>
    readSafetensors(weights),
  );
}

/** A student whose JSON is read, and whose numbers are yet to be checked. */
export interface UncheckedStudent {
  content: StudentContent;
  /** What the checksum is of. */
  data: Uint8Array;
  /** Stands before messages. */
  file: string;
}

/**
 * Second half of `parseStudent` and `parseModel`. The student is made while the engine computes the checksum elsewhere, and
 * nothing of it is handed out before that is right. @throws {StudentError} as `parseStudent`.
 */
export async function finishStudent(
  { content, data, file }: UncheckedStudent,
  options: LoaderOptions,
  read: () => SafetensorsFile,
): Promise<Student> {
  const checksum = sha256(data);
  const make = (): Student => inFile(file, () => readStudent({ ...content, ...read() }, options));
  let student: Student | undefined;
  let failure: unknown;
  try {
    student = make();
  } catch (error) {
    failure = error;
  }
  const actual = await checksum;
  inFile(file, () => checkChecksum(content, actual));
  if (student !== undefined) return student;
  if (!isPlainMissing(failure)) throw failure;
  await loadPlain();
  return make();
}

/** @throws {StudentError} STUDENT_INVALID if the data have another checksum than the JSON says. */
export function checkChecksum({ weights }: StudentContent, actual: string): void {
  if (actual === weights.sha256) return;
  const message = `got sha256 ${actual} of the data, expected ${weights.sha256} as the student's JSON says`;
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
