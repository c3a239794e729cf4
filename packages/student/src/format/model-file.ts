// A student as one file, `model.b2d`: safetensors whose metadata holds the student's JSON. Works on bytes only.
import { StudentError } from '../errors.js';
import { toRoom } from '../executors/room.js';
import type { LoaderOptions, Student } from '../model/student.js';
import { checkKind, withPlain } from '../plain/plain.js';
import { checksumOf } from './checksum.js';
import type { SafetensorsTensor } from './data-types.js';
import { readSafetensors, type SafetensorsFile } from './safetensors-reader.js';
import { dataPart, writeSafetensors } from './safetensors-writer.js';
import { FILE_METADATA, finishStudent, inFile } from './student-file.js';
import { describeStudent, parseStudentJson, type StudentContent } from './student-json.js';
import { studentTensors } from './student-tensors.js';

/** The usual name of a student in one file. */
export const MODEL_FILE = 'model.b2d';

/** Key of the student's JSON in the file's metadata. */
const STUDENT_KEY = 'student';

/** The one file of a student; the same student gives the same bytes. */
export async function serializeModel(student: Student): Promise<Uint8Array> {
  const { definition, precision } = student;
  const tensors = studentTensors(student);
  // Written twice, because the header holds the checksum of what stands behind it.
  const checksum = await checksumOf({ bytes: dataPart(writeSafetensors(tensors)) });
  const content = describeStudent({ definition, precision, checksum });
  return writeSafetensors(tensors, { ...FILE_METADATA, [STUDENT_KEY]: JSON.stringify(content) });
}

/**
 * The student of a file that `serializeModel` made, checked throughout before its tables are used. The tables of the
 * reference executor are views of `given`, which must not be changed afterwards; others work on a copy.
 * @param file stands before messages.
 * @throws {StudentError} as `parseStudent`; STUDENT_INVALID also for bytes that are another kind of file.
 */
export async function parseModel(
  given: Uint8Array,
  file: string = MODEL_FILE,
  options: LoaderOptions = {},
): Promise<Student> {
  const { bytes, memory } = toRoom({ bytes: given, memory: options.memory }, options.executor);
  const { content, tensors, data } = await withPlain(() => inFile(file, () => openModel(bytes)));
  // A copy each time, because reading empties it.
  const read = () => ({ tensors: new Map(tensors), metadata: {} });
  return finishStudent({ content, data, file }, { ...options, memory }, read);
}

/** A file whose header is sound, and whose data is yet to be checked. */
export interface OpenedModel {
  content: StudentContent;
  tensors: Map<string, SafetensorsTensor>;
  /** What the checksum is of. */
  data: Uint8Array;
}

/** First half of `parseModel`: all but the data. @throws {StudentError} as `parseModel`. */
export function openModel(bytes: Uint8Array): OpenedModel {
  const { tensors, metadata } = readKnown(bytes);
  const json = Object.hasOwn(metadata, STUDENT_KEY) ? metadata[STUDENT_KEY] : undefined;
  if (json === undefined) {
    throw new StudentError('STUDENT_INVALID', `metadata: got no "${STUDENT_KEY}", expected one`, {
      hint: 'Are these the weights of a student folder? Then load the folder, or student.json with them.',
    });
  }
  return { tensors, content: parseStudentJson(json, undefined), data: dataPart(bytes) };
}

/** The tensors of a file that may be of another kind. */
function readKnown(bytes: Uint8Array): SafetensorsFile {
  try {
    return readSafetensors(bytes);
  } catch (error) {
    checkKind(bytes);
    throw error;
  }
}
