// Reads a student folder from disk. The only part of this package that needs Node.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StudentError } from '../errors.js';
import { parseStudent, STUDENT_FILES } from '../format/student-file.js';
import type { Student } from '../model/student.js';

/**
 * The student of a folder with `student.json` and `student.safetensors`.
 * @throws {StudentError} STUDENT_FILE_MISSING if a file cannot be read, else as `parseStudent`.
 */
export async function loadStudentFolder(directory: string): Promise<Student> {
  const json = await readStudentFile(directory, STUDENT_FILES.json);
  const weights = await readStudentFile(directory, STUDENT_FILES.weights);
  return parseStudent({ json: new TextDecoder().decode(json), weights }, join(directory, '/'));
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
