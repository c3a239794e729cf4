// Loads a student from disk as well: what `loadStudent` of the core takes, and paths.
import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { StudentError } from '../errors.js';
import type { FileBytes } from '../executors/room.js';
import { loadStudent as loadAnywhere, type StudentSource } from '../format/load-student.js';
import { parseModel } from '../format/model-file.js';
import type { Student, StudentOptions } from '../model/student.js';
import { readFileBytes } from './read-file.js';
import { loadStudentFolder } from './student-folder.js';

/**
 * Loads a student, checked throughout: from the path (or `file:` URL) of a `.b2d` file or a student folder, or whatever
 * the core's `loadStudent` takes. A file is read once, to where the executor works on it: its tables are never copied.
 * @throws {StudentError} STUDENT_FILE_MISSING if there is nothing to read; else as the core's.
 */
export async function loadStudent(
  source: StudentSource,
  options: StudentOptions = {},
): Promise<Student> {
  const path = pathOf(source);
  if (path === undefined) return loadAnywhere(source, options);
  if (await isFolder(path)) return loadStudentFolder(path, options);
  const { bytes, memory } = await readModel(path, options);
  return parseModel(bytes, path, { ...options, memory });
}

/** A path on disk; `undefined` for all else. An address has at least two letters before its colon, a drive has one. */
function pathOf(source: StudentSource): string | undefined {
  const isAddress = typeof source === 'string' && /^[a-z][a-z0-9+.-]+:/i.test(source);
  if (typeof source === 'string' && !isAddress) return source;
  const isOnDisk = isAddress || source instanceof URL ? /^file:/i.test(String(source)) : false;
  return isOnDisk ? fileURLToPath(String(source)) : undefined;
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

async function readModel(path: string, { executor }: StudentOptions): Promise<FileBytes> {
  try {
    return await readFileBytes(path, executor);
  } catch (cause) {
    throw new StudentError('STUDENT_FILE_MISSING', `${path}: cannot be read`, {
      hint: 'Give a student folder or a .b2d file, as bert2dnn distill and bert2dnn export write them.',
      cause,
    });
  }
}
