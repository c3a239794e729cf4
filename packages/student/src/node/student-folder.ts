// Reads a student folder from disk. Node is needed in this folder only.
import { join } from 'node:path';
import { StudentError } from '../errors.js';
import type { ExecutorChoice } from '../executors/executor.js';
import type { FileBytes } from '../executors/room.js';
import { parseStudent, STUDENT_FILES } from '../format/student-file.js';
import type { Student, StudentOptions } from '../model/student.js';
import { readFileBytes } from './read-file.js';

/**
 * The student of a folder with `student.json` and `student.safetensors`.
 * @throws {StudentError} STUDENT_FILE_MISSING if a file cannot be read, else as `parseStudent`.
 */
export async function loadStudentFolder(
  directory: string,
  options: StudentOptions = {},
): Promise<Student> {
  const read = (name: string, executor?: ExecutorChoice) =>
    readStudentFile(join(directory, name), executor);
  const { bytes } = await read(STUDENT_FILES.json, 'reference');
  const json = new TextDecoder().decode(bytes);
  const { bytes: weights, memory } = await read(STUDENT_FILES.weights, options.executor);
  return parseStudent({ json, weights }, join(directory, '/'), { ...options, memory });
}

async function readStudentFile(path: string, executor?: ExecutorChoice): Promise<FileBytes> {
  try {
    return await readFileBytes(path, executor);
  } catch (cause) {
    throw new StudentError('STUDENT_FILE_MISSING', `${path}: cannot be read`, {
      hint: 'A student folder holds student.json and student.safetensors.',
      cause,
    });
  }
}
