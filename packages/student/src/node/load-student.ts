// Loads a student from disk as well: what `loadStudent` of the core takes, and paths.
import { readFile, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { StudentError } from '../errors.js';
import { loadStudent as loadAnywhere, type StudentSource } from '../format/load-student.js';
import { parseModel } from '../format/model-file.js';
import type { Student, StudentOptions } from '../model/student.js';
import { loadStudentFolder } from './student-folder.js';

/**
 * Loads a student, checked throughout: from the path (or `file:` URL) of a `.b2d` file or a student folder, or whatever
 * the core's `loadStudent` takes. A file is read once, and its tables are views of those bytes.
 * @throws {StudentError} STUDENT_FILE_MISSING if there is nothing to read; else as the core's.
 */
export async function loadStudent(
  source: StudentSource,
  options: StudentOptions = {},
): Promise<Student> {
  const path = pathOf(source);
  if (path === undefined) return loadAnywhere(source, options);
  if (await isFolder(path)) return loadStudentFolder(path, options);
  return parseModel(await readModel(path), path, options);
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

async function readModel(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new StudentError('STUDENT_FILE_MISSING', `${path}: cannot be read`, {
      hint: 'Give a student folder or a .b2d file, as bert2dnn distill and bert2dnn export write them.',
      cause,
    });
  }
}
