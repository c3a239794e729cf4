// What a format of export is: a name in the table of `formats.ts`, and one file beside this for each.
import type { Student } from '@bert2dnn/student';
import type { OnnxInput } from './onnx-inputs.js';

/** A file that was written. */
export interface ExportedFile {
  path: string;
  sizeBytes: number;
}

/** What a page shows beside the student. */
export interface PageOptions {
  /** Tables with the products. */
  catalogue: readonly string[];
  /** Column of the titles. Default: the name of the student's second field. */
  titleColumn?: string;
  /** Columns that are shown beneath the title. Default: none. */
  shownColumns?: readonly string[];
  /** Heading of the page. Default: Search. */
  heading?: string;
  /** Queries to begin with. Default: found in the titles. */
  exampleQueries?: readonly string[];
}

/** What only some formats ask for. */
export interface FormatSettings {
  /** What a model in ONNX is given. Default: `ids`. */
  onnxInput?: OnnxInput | undefined;
  /** What a page for browsers shows; needed there. */
  page?: PageOptions | undefined;
}

/** A way to write a student for somewhere. */
export interface ExportFormat {
  /** What it is for, in a few words: `one file for browsers and Node`. */
  summary: string;
  /** Extension of the one file that it writes, with its dot; absent for a folder. */
  extension?: string;
  /**
   * Writes the student to `out`, whole or not at all, and tells the files.
   * @throws Bert2dnnError DISK_FULL, WRITE_FAILED; USAGE for a student that the format cannot hold.
   */
  write(student: Student, out: string, settings: FormatSettings): Promise<ExportedFile[]>;
}
