// Reads a student folder from disk. Node is needed in this folder only.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StudentError } from '../errors.js';
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
  const jsonPath = join(directory, STUDENT_FILES.json);
  const weightsPath = join(directory, STUDENT_FILES.weights);
  const json = new TextDecoder().decode(await orMissing(jsonPath, readFile(jsonPath)));
  const { bytes: weights, memory } = await orMissing(
    weightsPath,
    readFileBytes(weightsPath, options.executor),
  );
  return parseStudent({ json, weights }, join(directory, '/'), { ...options, memory });
}

async function orMissing<T>(path: string, reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (cause) {
    throw new StudentError('STUDENT_FILE_MISSING', `${path}: cannot be read`, {
      hint: 'A student folder holds student.json and student.safetensors.',
      cause,
    });
  }
}
