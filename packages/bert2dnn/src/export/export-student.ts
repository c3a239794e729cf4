// The stage `export`: a student read, stored in the precision that was asked for, and written in a format.
import { extname } from 'node:path';
import { type Precision, quantizeStudent, type Student } from '@bert2dnn/student';
import { Bert2dnnError } from '../foundation/errors.js';
import type { ExportedFile, ExportFormat, PageOptions } from './export-format.js';
import { EXPORT_FORMATS, type ExportFormatName } from './formats.js';

export interface ExportOptions {
  student: Student;
  format: ExportFormatName;
  /** Default: as the student has it. */
  precision?: Precision;
  /** For a format that writes a page, and for no other. */
  page?: PageOptions;
  /** File or folder, as the format writes. */
  out: string;
}

export interface ExportResult {
  out: string;
  format: ExportFormatName;
  precision: Precision;
  files: ExportedFile[];
  sizeBytes: number;
}

/**
 * Writes a student in a format.
 * @throws Bert2dnnError USAGE when `out` is a file's name for a folder or the other way round; when a page's options are missing or of no use; DISK_FULL, WRITE_FAILED.
 */
export async function exportStudent(options: ExportOptions): Promise<ExportResult> {
  const { student, format, precision = student.precision, page, out } = options;
  checkOut(out, format);
  checkPage(page, format);
  const stored = quantizeStudent(student, precision);
  const files = await EXPORT_FORMATS[format].write(stored, out, page);
  const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  return { out, format, precision, files, sizeBytes };
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

/** @throws Bert2dnnError USAGE when a page has no catalogue, or something else has one. */
function checkPage(page: PageOptions | undefined, format: ExportFormatName): void {
  const { isPage = false }: ExportFormat = EXPORT_FORMATS[format];
  if (isPage === (page !== undefined)) return;
  const message = isPage
    ? `catalogue: missing, expected a table of products for the format ${format}`
    : `catalogue: got one for the format ${format}, expected one for a page only`;
  throw new Bert2dnnError('USAGE', message);
}
