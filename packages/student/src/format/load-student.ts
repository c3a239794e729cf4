// Loads a student from an address, bytes or a file object, wherever there is `fetch`. Paths on disk: `node/load-student.ts`.
import { StudentError } from '../errors.js';
import { prepareKernels } from '../executors/room.js';
import type { Student, StudentOptions } from '../model/student.js';
import { fetchBlob } from './fetch-blob.js';
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
 * Loads a student, checked throughout. What is read here, from an address, a `Response` or a `Blob`, is read to where it is
 * used. Of bytes that are given, the reference executor's tables are views; others copy them once.
 * @throws {StudentError} STUDENT_FETCH_FAILED for an address or a `Response` that gives no file, or half of one; else as
 * `parseModel` and `parseStudent`.
 */
export async function loadStudent(
  source: StudentSource,
  options: StudentOptions = {},
): Promise<Student> {
  if (typeof source === 'string' || source instanceof URL) return loadAddress(source, options);
  if (isBytes(source)) return parseModel(toBytes(source), MODEL_FILE, options);
  // Not every runtime at the edge knows these, and Node loads its whole `fetch` to know the first.
  if (typeof Response !== 'undefined' && source instanceof Response) {
    const name = source.url || MODEL_FILE;
    return loadBlob(await fetchBlob(name, source), name, options);
  }
  if (typeof Blob !== 'undefined' && source instanceof Blob) {
    return loadBlob(source, 'name' in source ? String(source.name) : MODEL_FILE, options);
  }
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
  const isFolder = path.endsWith('/');
  const first = fetchBlob(isFolder ? path + STUDENT_FILES.json + query : address);
  // While it comes.
  prepareKernels(options.executor);
  if (!isFolder) return loadBlob(await first, address, options);
  const json = await (await first).text();
  const file = await fetchBlob(path + STUDENT_FILES.weights + query);
  const { bytes: weights, memory } = await readBlob(file, options.executor);
  return parseStudent({ json, weights }, path, { ...options, memory });
}

async function loadBlob(blob: Blob, name: string, options: StudentOptions): Promise<Student> {
  const { bytes, memory } = await readBlob(blob, options.executor);
  return parseModel(bytes, name, { ...options, memory });
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
