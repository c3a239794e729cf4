// Writing a trained student: the folder that `@bert2dnn/student` loads, and the record of its training.
import { join } from 'node:path';
import { type Student, serializeStudent } from '@bert2dnn/student';
import { writeFileAtomically, writeJsonAtomically } from '../foundation/files.js';
import type { Json } from '../foundation/fingerprint.js';
import { type IsOurs, writeFolderAtomically } from '../foundation/folders.js';

/** Names of the files of a student folder. */
export const STUDENT_JSON = 'student.json';
export const STUDENT_WEIGHTS = 'student.safetensors';
/** Options, figures and inputs of the training; not needed to score. */
export const TRAINING_JSON = 'training.json';

const WRITTEN_FILES = [STUDENT_JSON, STUDENT_WEIGHTS, TRAINING_JSON];

/** Whether a folder is a student that `writeStudentFolder` wrote, with nothing added. */
export const isStudentFolder: IsOurs = (names) =>
  names.includes(STUDENT_JSON) && names.every((name) => WRITTEN_FILES.includes(name));

/**
 * Writes the folder, whole or not at all, and gives the bytes of the model: of `student.json` and the weights.
 * @throws Bert2dnnError DISK_FULL, WRITE_FAILED.
 */
export async function writeStudentFolder(
  out: string,
  student: Student,
  training: Json,
): Promise<number> {
  const { json, weights } = await serializeStudent(student);
  await writeFolderAtomically(out, { isOurs: isStudentFolder }, async (folder) => {
    await writeFileAtomically(join(folder, STUDENT_WEIGHTS), weights);
    await writeJsonAtomically(join(folder, TRAINING_JSON), training);
    await writeFileAtomically(join(folder, STUDENT_JSON), json);
  });
  return Buffer.byteLength(json) + weights.length;
}
