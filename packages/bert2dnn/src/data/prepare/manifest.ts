// What a prepared folder says about itself: counts, its files with their hashes, and everything it was made from.
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fingerprintFile, sha256OfFile } from '../../foundation/fingerprint.js';
import { CODE_VERSION } from '../../foundation/version.js';
import { EXAMPLES_FORMAT, EXAMPLES_VERSION, type ExamplesManifest } from '../example-columns.js';
import { listInputFiles } from '../inputs.js';
import { readParquetHeader } from '../parquet-reader.js';
import type { PrepareOptions } from './prepare-options.js';

/** An input file. */
export interface InputFile {
  role: string;
  path: string;
  fingerprint: string;
}

/** An output file. */
export interface OutputFile {
  /** Path in the folder, with slashes. */
  file: string;
  /** Rows of a Parquet file. */
  rows?: number;
  bytes: number;
  sha256: string;
}

const INPUT_ROLES = [
  'labelled',
  'dev',
  'test',
  'unlabelled',
  'log',
  'catalogue',
  'queries',
] as const;

/** Fingerprints of the files that the options name, by role. */
export async function fingerprintInputs(options: PrepareOptions): Promise<InputFile[]> {
  const inputs: InputFile[] = [];
  for (const role of INPUT_ROLES) {
    const paths = options[role] ?? [];
    if (paths.length === 0) continue;
    for (const path of await listInputFiles(paths)) {
      inputs.push({ role, path, fingerprint: await fingerprintFile(path) });
    }
  }
  return inputs;
}

/** The options that decide the content. */
export function contentOptions(options: PrepareOptions): Record<string, unknown> {
  const { out, progress, threads, bucketRows, ...content } = options;
  for (const role of INPUT_ROLES) delete content[role as 'dev'];
  return content;
}

/** The files of a folder with their hashes, by path. */
export async function describeFiles(folder: string): Promise<OutputFile[]> {
  const names = (await readdir(folder, { recursive: true })).map((name) =>
    name.replaceAll('\\', '/'),
  );
  const files: OutputFile[] = [];
  for (const file of names.sort()) {
    const path = join(folder, file);
    const entry = await stat(path);
    if (!entry.isFile()) continue;
    const rows = file.endsWith('.parquet') ? (await readParquetHeader(path)).numRows : undefined;
    files.push({ file, rows, bytes: entry.size, sha256: await sha256OfFile(path) });
  }
  return files;
}

/** The manifest. Nothing in it depends on when, where or with how many threads it was made. */
export function manifestOf(parts: {
  options: PrepareOptions;
  inputs: readonly InputFile[];
  files: readonly OutputFile[];
  figures: Record<string, unknown> & Pick<ExamplesManifest, 'fields' | 'task'>;
}): ExamplesManifest & Record<string, unknown> {
  return {
    format: EXAMPLES_FORMAT,
    version: EXAMPLES_VERSION,
    ...parts.figures,
    provenance: {
      stage: 'prepare',
      codeVersion: CODE_VERSION,
      options: contentOptions(parts.options),
      inputs: parts.inputs,
    },
    files: parts.files,
  };
}
