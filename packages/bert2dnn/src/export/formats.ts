// The table of formats: a new one is a file beside this and a line here.
import { b2dFormat } from './b2d-format.js';
import { browserFormat } from './browser-format.js';
import type { ExportFormat } from './export-format.js';
import { folderFormat } from './folder-format.js';
import { onnxFormat } from './onnx-format.js';

/** Every format by its name on the command line. */
export const EXPORT_FORMATS = {
  b2d: b2dFormat,
  folder: folderFormat,
  browser: browserFormat,
  onnx: onnxFormat,
} as const satisfies Record<string, ExportFormat>;

export type ExportFormatName = keyof typeof EXPORT_FORMATS;

/** The names, in order. */
export const EXPORT_FORMAT_NAMES = Object.keys(EXPORT_FORMATS) as ExportFormatName[];
