// The stage `export`: a student read, stored in the precision that was asked for, what that costs measured where there are
// rows to measure on, and written in a format.
import { extname } from 'node:path';
import { createStudent, type Precision, quantizeStudent, type Student } from '@bert2dnn/student';
import type { ExampleSet } from '../data/index.js';
import { Bert2dnnError } from '../foundation/errors.js';
import type { Progress } from '../foundation/progress.js';
import type { ExportedFile, ExportFormat, FormatSettings } from './export-format.js';
import { EXPORT_FORMATS, type ExportFormatName } from './formats.js';
import { measureStorageLoss, type StorageLoss } from './storage-loss.js';

export interface ExportOptions extends FormatSettings {
  student: Student;
  format: ExportFormatName;
  /** Default: as the student has it. */
  precision?: Precision;
  /** Rows to measure on what another precision costs. Default: nothing is measured. */
  input?: ExampleSet;
  /** File or folder, as the format writes. */
  out: string;
  progress?: Progress;
}

export interface ExportResult {
  out: string;
  format: ExportFormatName;
  /** Of the student that was read. */
  from: Precision;
  precision: Precision;
  files: ExportedFile[];
  sizeBytes: number;
  /** Present if the precision is another and there were rows; also in the written student's provenance. */
  loss?: StorageLoss;
}

/**
 * Writes a student in a format.
 * @throws Bert2dnnError USAGE when `out` is a file's name for a folder or the other way round, or for a setting of
 * another format; DISK_FULL, WRITE_FAILED; as `evaluateModel` for rows that do not fit, and as the format's `write`.
 */
export async function exportStudent(options: ExportOptions): Promise<ExportResult> {
  const { student, format, precision = student.precision, input, out, progress } = options;
  checkOut(out, format);
  checkSettings(options);
  const stored = quantizeStudent(student, precision);
  const isOther = precision !== student.precision;
  const loss =
    isOther && input !== undefined
      ? await measureStorageLoss({ before: student, after: asShipped(stored) }, input, progress)
      : undefined;
  const written = isOther ? withRecord(stored, { from: student.precision, loss }) : stored;
  const files = await EXPORT_FORMATS[format].write(written, out, options);
  const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  return { out, format, from: student.precision, precision, files, sizeBytes, loss };
}

/**
 * The student as its users run it. The fast executors round more than the reference does where it is stored in int8; they
 * are the same on every machine, so the figures are.
 */
function asShipped({ definition, vocabularies, parameters }: Student): Student {
  return createStudent({ definition, vocabularies, parameters }, { executor: 'simd' });
}

/** The student with its storage in its provenance: `stored`, beside what was there. */
function withRecord(student: Student, record: { from: Precision; loss?: StorageLoss }): Student {
  const { definition, vocabularies, parameters, precision } = student;
  const known = definition.provenance;
  const isObject = typeof known === 'object' && known !== null && !Array.isArray(known);
  const stored = JSON.parse(JSON.stringify({ precision, ...record }));
  const provenance = { ...(isObject ? known : { before: known }), stored };
  return createStudent({ definition: { ...definition, provenance }, vocabularies, parameters });
}

/** @throws Bert2dnnError USAGE when the extension of `out` is not that of the format. */
export function checkOut(out: string, format: ExportFormatName): void {
  const { extension }: ExportFormat = EXPORT_FORMATS[format];
  const ofOthers = Object.values<ExportFormat>(EXPORT_FORMATS).map((other) => other.extension);
  const isRight =
    extension === undefined ? !ofOthers.includes(extname(out)) : extname(out) === extension;
  if (isRight) return;
  const expected = extension === undefined ? 'a folder' : `a file that ends with ${extension}`;
  throw new Bert2dnnError(
    'USAGE',
    `out: got ${out}, expected ${expected} for the format ${format}`,
  );
}

/** @throws Bert2dnnError USAGE for a setting of another format, or a page without a catalogue. */
function checkSettings({ format, onnxInput, page }: ExportOptions): void {
  const hint = 'Take the other --format, or leave it out.';
  if (format !== 'onnx' && onnxInput !== undefined) {
    const message = `onnxInput: got ${onnxInput} for the format ${format}, expected it for onnx only`;
    throw new Bert2dnnError('USAGE', message, { hint });
  }
  if (format === 'browser' && page === undefined) {
    const message = 'catalogue: missing, expected a table of products for the format browser';
    throw new Bert2dnnError('USAGE', message);
  }
  if (format !== 'browser' && page !== undefined) {
    const message = `catalogue: got one for the format ${format}, expected it for browser only`;
    throw new Bert2dnnError('USAGE', message, { hint });
  }
}
