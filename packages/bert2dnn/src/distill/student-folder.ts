// Writing a trained student: the folder that `@bert2dnn/student` loads, and the record of its training.
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Student, serializeStudent } from '@bert2dnn/student';
import { writeFileAtomically, writeJsonAtomically } from '../foundation/files.js';
import type { Json } from '../foundation/fingerprint.js';

/** Names of the files of a student folder. */
export const STUDENT_JSON = 'student.json';
export const STUDENT_WEIGHTS = 'student.safetensors';
/** Options, figures and inputs of the training; not needed to score. */
export const TRAINING_JSON = 'training.json';

/**
 * Writes the folder and gives the bytes of the model. `student.json` is removed first and written last: a folder
 * that was cut off has none and is no student.
 * @throws Bert2dnnError DISK_FULL, WRITE_FAILED.
 */
export async function writeStudentFolder(
  out: string,
  student: Student,
  training: Json,
): Promise<number> {
  const { json, weights } = await serializeStudent(student);
  await rm(join(out, STUDENT_JSON), { force: true });
  await writeFileAtomically(join(out, STUDENT_WEIGHTS), weights);
  await writeJsonAtomically(join(out, TRAINING_JSON), training);
  await writeFileAtomically(join(out, STUDENT_JSON), json);
  const sizes = [STUDENT_JSON, STUDENT_WEIGHTS].map(async (name) => stat(join(out, name)));
  return (await Promise.all(sizes)).reduce((sum, { size }) => sum + size, 0);
}
