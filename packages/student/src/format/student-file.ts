// A student as two files: `student.json` (definition, checksum) and `student.safetensors` (vocabularies, parameters).
// Works on text and bytes only: where they lie is the caller's business.
import { StudentError } from '../errors.js';
import { Vocabulary } from '../features/vocabulary.js';
import { checkDefinition } from '../model/check-definition.js';
import type { StudentDefinition } from '../model/definition.js';
import { type Parameters, parameterShapes } from '../model/parameters.js';
import { createStudent, type Student } from '../model/student.js';
import { alignTo, type SafetensorsTensor, toFloat32 } from './data-types.js';
import { findDuplicateKey } from './duplicate-keys.js';
import { readSafetensors } from './safetensors-reader.js';
import { type TensorToWrite, writeSafetensors } from './safetensors-writer.js';

/** Names of a student folder's two files. */
export const STUDENT_FILES = { json: 'student.json', weights: 'student.safetensors' } as const;

/** A student as text and bytes. */
export interface SerializedStudent {
  /** Content of `student.json`. */
  json: string;
  /** Content of `student.safetensors`. */
  weights: Uint8Array;
}

const CHANGED_HINT = 'A file was changed or cut off; copy the folder again or train again.';

/** The two files of a student; the same student gives the same bytes. */
export async function serializeStudent(student: Student): Promise<SerializedStudent> {
  const { definition, vocabularies, parameters } = student;
  const tensors: Record<string, TensorToWrite> = {};
  for (const [name, shape] of Object.entries(parameterShapes(definition))) {
    tensors[name] = { dtype: 'F32', shape, data: parameters[name] };
  }
  for (const block of listBlocks(definition)) {
    const { bytes, offsets } = vocabularies[block].toTensors();
    const names = vocabularyNames(block);
    tensors[names.bytes] = { dtype: 'U8', shape: [bytes.length], data: bytes };
    tensors[names.offsets] = { dtype: 'I32', shape: [offsets.length], data: offsets };
  }
  const weights = writeSafetensors(tensors, { format: 'bert2dnn-student' });
  const sha256 = await hashBytes(weights);
  const content = { ...definition, weights: { file: STUDENT_FILES.weights, sha256 } };
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
): Promise<Student> {
  const { definition, sha256 } = inFile(`${place}${STUDENT_FILES.json}`, () => parseJson(json));
  const actual = await hashBytes(weights);
  return inFile(`${place}${STUDENT_FILES.weights}`, () => {
    if (actual !== sha256) {
      const message = `got sha256 ${actual}, expected ${sha256} as ${STUDENT_FILES.json} says`;
      throw new StudentError('STUDENT_INVALID', message, { hint: CHANGED_HINT });
    }
    return readStudent(definition, weights);
  });
}

function parseJson(json: string): { definition: StudentDefinition; sha256: string } {
  let content: unknown;
  try {
    content = JSON.parse(json);
  } catch (cause) {
    throw new StudentError('STUDENT_INVALID', 'expected JSON', { hint: CHANGED_HINT, cause });
  }
  const duplicate = findDuplicateKey(json);
  if (duplicate !== undefined) {
    throw new StudentError('STUDENT_INVALID', `"${duplicate}" occurs twice`, {
      hint: CHANGED_HINT,
    });
  }
  if (typeof content !== 'object' || content === null) {
    throw new StudentError('STUDENT_INVALID', 'expected a JSON object', { hint: CHANGED_HINT });
  }
  const { weights, ...rest } = content as { weights?: { file?: unknown; sha256?: unknown } };
  const definition = checkDefinition(rest);
  const sha256 = weights?.sha256;
  const isKnown = weights?.file === STUDENT_FILES.weights && Object.keys(weights).length === 2;
  if (!isKnown || typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256)) {
    const expected = `{"file": "${STUDENT_FILES.weights}", "sha256": 64 hex digits}`;
    throw new StudentError('STUDENT_INVALID', `weights: expected ${expected}`, {
      hint: CHANGED_HINT,
    });
  }
  return { definition, sha256 };
}

function readStudent(definition: StudentDefinition, weights: Uint8Array): Student {
  const { tensors } = readSafetensors(weights);
  const shapes = parameterShapes(definition);
  const parameters: Parameters = {};
  for (const [name, shape] of Object.entries(shapes)) {
    parameters[name] = toFloat32(takeTensor(tensors, name, 'F32', shape));
  }
  const vocabularies: Record<string, Vocabulary> = {};
  for (const block of listBlocks(definition)) {
    const names = vocabularyNames(block);
    const rows = shapes[`block.${block}.embedding`][0];
    const offsets = alignTo(takeTensor(tensors, names.offsets, 'I32', [rows + 1]).data, 4);
    vocabularies[block] = Vocabulary.fromTensors({
      bytes: takeTensor(tensors, names.bytes, 'U8').data,
      offsets: new Int32Array(offsets.buffer, offsets.byteOffset, rows + 1),
    });
  }
  for (const name of tensors.keys()) {
    throw new StudentError('STUDENT_INVALID', `tensor ${name}: unknown to the definition`);
  }
  return createStudent({ definition, vocabularies, parameters });
}

/** Takes a tensor out of the map. Without `shape` any one-dimensional shape will do. */
function takeTensor(
  tensors: Map<string, SafetensorsTensor>,
  name: string,
  dtype: 'F32' | 'I32' | 'U8',
  shape?: readonly number[],
): SafetensorsTensor {
  const tensor = tensors.get(name);
  const expected = `${dtype} [${shape ?? 'n'}]`;
  if (tensor === undefined) {
    throw new StudentError('STUDENT_INVALID', `tensor ${name}: missing, expected ${expected}`);
  }
  const fits = shape === undefined ? tensor.shape.length === 1 : `${tensor.shape}` === `${shape}`;
  if (tensor.dtype !== dtype || !fits) {
    const got = `${tensor.dtype} [${tensor.shape}]`;
    throw new StudentError('STUDENT_INVALID', `tensor ${name}: got ${got}, expected ${expected}`);
  }
  tensors.delete(name);
  return tensor;
}

function listBlocks(definition: StudentDefinition): string[] {
  return definition.blocks
    .filter((block) => block.kind === 'ngrams' && block.vocabulary === 'list' && !block.table)
    .map((block) => block.name);
}

function vocabularyNames(block: string): { bytes: string; offsets: string } {
  return { bytes: `block.${block}.vocabulary.bytes`, offsets: `block.${block}.vocabulary.offsets` };
}

/** SHA-256 as hex digits. */
async function hashBytes(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Runs a check and puts the file's name before the message of its error. */
function inFile<T>(file: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof StudentError)) throw error;
    const { code, message, hint, cause } = error;
    throw new StudentError(code, `${file}: ${message}`, { hint, cause });
  }
}
