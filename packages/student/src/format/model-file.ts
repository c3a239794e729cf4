// A student as one file, `model.b2d`: safetensors whose metadata holds the student's JSON. Works on bytes only.
import { StudentError } from '../errors.js';
import type { LoaderOptions, Student } from '../model/student.js';
import type { SafetensorsTensor } from './data-types.js';
import { readSafetensors } from './safetensors-reader.js';
import { dataPart, writeSafetensors } from './safetensors-writer.js';
import { sha256 } from './sha256.js';
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
  const checksum = await sha256(dataPart(writeSafetensors(tensors)));
  const content = describeStudent({ definition, precision, weights: { sha256: checksum } });
  return writeSafetensors(tensors, { ...FILE_METADATA, [STUDENT_KEY]: JSON.stringify(content) });
}

/**
 * The student of a file that `serializeModel` made, checked throughout before its tables are used. The tables are views
 * of `bytes`, which must not be changed afterwards.
 * @param file stands before messages.
 * @throws {StudentError} as `parseStudent`; STUDENT_INVALID also for bytes that are another kind of file.
 */
export async function parseModel(
  bytes: Uint8Array,
  file: string = MODEL_FILE,
  options: LoaderOptions = {},
): Promise<Student> {
  const { content, tensors, data } = inFile(file, () => openModel(bytes));
  // A copy each time, because reading empties it.
  const read = () => ({ tensors: new Map(tensors), metadata: {} });
  return finishStudent({ content, data, file }, options, read);
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
  checkKind(bytes);
  const { tensors, metadata } = readSafetensors(bytes);
  const json = Object.hasOwn(metadata, STUDENT_KEY) ? metadata[STUDENT_KEY] : undefined;
  if (json === undefined) {
    throw new StudentError('STUDENT_INVALID', `metadata: got no "${STUDENT_KEY}", expected one`, {
      hint: 'Are these the weights of a student folder? Then load the folder, or student.json with them.',
    });
  }
  return { tensors, content: parseStudentJson(json, undefined), data: dataPart(bytes) };
}

/** Tells the files that are most often taken for a model, so that nobody has to read of header lengths. */
function checkKind(bytes: Uint8Array): void {
  const start = new TextDecoder().decode(bytes.subarray(0, 64)).trimStart().toLowerCase();
  const kind = KINDS.find(({ begins }) => begins.some((text) => start.startsWith(text)));
  if (kind === undefined) return;
  const message = `got ${kind.name}, expected a model in one file`;
  throw new StudentError('STUDENT_INVALID', message, { hint: kind.hint });
}

const KINDS = [
  {
    name: 'a web page',
    begins: ['<!doctype', '<html', '<?xml', '<head', '<body'],
    hint: 'The address answers with a page: check it, and that the server has the file.',
  },
  {
    name: 'JSON',
    begins: ['{"', '{\n', '{\r\n', '{ '],
    hint: 'Is it student.json? Then load its folder, or {json, weights}; bert2dnn export --format b2d makes one file.',
  },
  {
    name: 'a Git LFS pointer',
    begins: ['version https://git-lfs'],
    hint: 'Fetch the file itself: git lfs pull.',
  },
];
