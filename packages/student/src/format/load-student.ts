// Loads a student from an address, bytes or a file object, wherever there is `fetch`. Paths on disk: `node/load-student.ts`.
import { StudentError } from '../errors.js';
import type { Student, StudentOptions } from '../model/student.js';
import { fetchBytes } from './fetch-bytes.js';

import { MODEL_FILE, parseModel } from './model-file.js';
import { readBlob } from './read-blob.js';
import { parseStudent, STUDENT_FILES } from './student-file.js';

/** The content of a student folder, fetched by the caller. */
export interface StudentFolderContent {
  /** Text of `student.json`. */
  json: string;
  /** Bytes of `student.safetensors`. */
  weights: ArrayBuffer | Uint8Array;
}

/**
 * Where a student is: the address of a `.b2d` file, or of a student folder, which ends with `/`; the bytes of a `.b2d`
 * file, or a `Blob`, `File` or `Response` of them; or the content of a folder.
 */
export type StudentSource =
  | string
  | URL
  | ArrayBuffer
  | Uint8Array
  | Blob
  | Response
  | StudentFolderContent;

/**
 * Loads a student, checked throughout. What is read here, from an address or a `Blob`, is read to where it is used. Of
 * bytes that are given, the reference executor's tables are views; others copy them once.
 * @throws {StudentError} STUDENT_FETCH_FAILED for an address that gives no file, or half of one; else as `parseModel`
 * and `parseStudent`.
 */
export async function loadStudent(
  source: StudentSource,
  options: StudentOptions = {},
): Promise<Student> {
  if (typeof source === 'string' || source instanceof URL) return loadAddress(source, options);
  // Not every runtime at the edge knows these.
  if (typeof Response !== 'undefined' && source instanceof Response) {
    const { bytes, memory } = await fetchBytes(source, options.executor);
    return parseModel(bytes, source.url || MODEL_FILE, { ...options, memory });
  }
  if (typeof Blob !== 'undefined' && source instanceof Blob) {
    const name = 'name' in source ? String(source.name) : MODEL_FILE;
    const { bytes, memory } = await readBlob(source, options.executor);
    return parseModel(bytes, name, { ...options, memory });
  }
  if (isBytes(source)) return parseModel(toBytes(source), MODEL_FILE, options);
  const { json, weights } = (source ?? {}) as Partial<StudentFolderContent>;
  if (typeof json === 'string' && isBytes(weights)) {
    return parseStudent({ json, weights: toBytes(weights) }, '', options);
  }
  throw new StudentError(
    'STUDENT_INVALID',
    `source: got ${describe(source)}, expected an address, bytes, a Blob, a Response or {json, weights}`,
  );
}

async function loadAddress(source: string | URL, options: StudentOptions): Promise<Student> {
  const address = String(source);
  const [, path, query] = /^([^?#]*)(.*)$/s.exec(address)!;
  const { executor } = options;
  if (!path.endsWith('/')) {
    const { bytes, memory } = await fetchBytes(address, executor);
    return parseModel(bytes, address, { ...options, memory });
  }
  const { bytes } = await fetchBytes(path + STUDENT_FILES.json + query, 'reference');
  const json = new TextDecoder().decode(bytes);
  const file = await fetchBytes(path + STUDENT_FILES.weights + query, executor);
  const { bytes: weights, memory } = file;
  return parseStudent({ json, weights }, path, { ...options, memory });
}

function isBytes(value: unknown): value is ArrayBuffer | Uint8Array {
  return value instanceof ArrayBuffer || value instanceof Uint8Array;
}

function toBytes(value: ArrayBuffer | Uint8Array): Uint8Array {
  return value instanceof ArrayBuffer ? new Uint8Array(value) : value;
}

function describe(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  return value.constructor?.name ?? 'an object';
}
