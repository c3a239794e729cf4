// Reads a student folder from disk. Node is needed in this folder only.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StudentError } from '../errors.js';
import { parseStudent, STUDENT_FILES } from '../format/student-file.js';
import type { Student, StudentOptions } from '../model/student.js';

/**
 * The student of a folder with `student.json` and `student.safetensors`.
 * @throws {StudentError} STUDENT_FILE_MISSING if a file cannot be read, else as `parseStudent`.
 */
export async function loadStudentFolder(
  directory: string,
  options: StudentOptions = {},
): Promise<Student> {
  const json = await readStudentFile(directory, STUDENT_FILES.json);
  const weights = await readStudentFile(directory, STUDENT_FILES.weights);
  const text = new TextDecoder().decode(json);
  return parseStudent({ json: text, weights }, join(directory, '/'), options);
}

async function readStudentFile(directory: string, name: string): Promise<Uint8Array> {
  const path = join(directory, name);
  try {
    return await readFile(path);
  } catch (cause) {
    throw new StudentError('STUDENT_FILE_MISSING', `${path}: cannot be read`, {
      hint: 'A student folder holds student.json and student.safetensors.',
      cause,
    });
  }
}
