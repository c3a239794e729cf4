// `data import`: a downloaded public set to the folder that `prepare` continues from. Knows no set: they are in all.ts.
import { join } from 'node:path';
import { Bert2dnnError } from '../../foundation/errors.js';
import { writeJsonAtomically } from '../../foundation/files.js';
import { fingerprintFile } from '../../foundation/fingerprint.js';
import { checkFolderPlace, writeFolderAtomically } from '../../foundation/folders.js';
import { type Progress, SILENT } from '../../foundation/progress.js';
import { CODE_VERSION } from '../../foundation/version.js';
import { findSource } from './all.js';
import { isImportedFolder, SOURCE_FORMAT, SOURCE_VERSION } from './imported-folder.js';
import { type PrepareCommand, prepareCommandOf } from './prepare-command.js';
import {
  type DataSource,
  OUTPUT_NAMES,
  type OutputName,
  type SourceName,
  type SourceOptions,
  type StagedSource,
} from './source.js';
import { SourceFolder } from './source-folder.js';
import { Staging } from './staging.js';

/** Inputs and choices of `importData`. */
export interface ImportOptions extends SourceOptions {
  /** Name of the set. */
  name: string;
  /** Folder with the publisher's files. */
  from: string;
  /** Folder to write. An earlier import in it is replaced. */
  out: string;
  /** Seed of the draws. Default 1. */
  seed?: number;
  progress?: Progress;
}

/** A file that was written. */
export interface ImportedFile {
  /** Its name in the folder. */
  file: string;
  rows: number;
  columns: string[];
  fingerprint: string;
}

/** What an import made; `source.json` holds the same and more. */
export interface ImportResult {
  name: SourceName;
  out: string;
  outputs: Partial<Record<OutputName, ImportedFile>>;
  label: { column: string; range: readonly [number, number]; meaning: string };
  notes: string[];
  /** The command that continues from here. */
  prepare: PrepareCommand;
}

/**
 * Turns the files of a public set, as published, into Parquet files that `prepare` reads: labelled and unlabelled rows,
 * a catalogue, queries, whichever the set has, and `source.json` that says what they are. Nothing is downloaded.
 * @throws Bert2dnnError USAGE for an unknown set or an option that is another set's; FILE_MISSING, COLUMN_MISSING,
 * LABEL_INVALID, FILE_FORMAT with file and line for whatever is not as published. Then nothing is written.
 */
export async function importData(options: ImportOptions): Promise<ImportResult> {
  const source = findSource(options.name);
  checkOptions(source, options);
  await checkFolderPlace(options.out, isImportedFolder);
  const folder = await SourceFolder.open(source, options.from);
  const { progress = SILENT, seed = 1 } = options;
  const staging = await Staging.open();
  try {
    progress.note(`${source.name}: reading ${options.from}`);
    const staged = await source.stage({ folder, staging, options, seed });
    for (const note of staged.notes) progress.note(`${source.name}: ${note}`);
    return await writeFolderAtomically(
      options.out,
      { isOurs: isImportedFolder },
      async (temporary) => {
        const outputs = await writeOutputs(temporary, { source, staged, staging, options });
        const result = describeResult(source, staged, { outputs, out: options.out });
        await writeJsonAtomically(
          join(temporary, 'source.json'),
          await describeSource(source, result, { folder, options, seed }),
        );
        return result;
      },
    );
  } finally {
    staging.close();
  }
}

/** @throws Bert2dnnError USAGE for an option that the set does not take, or a count that is none. */
function checkOptions(source: DataSource, options: ImportOptions): void {
  for (const name of ALL_OPTIONS) {
    const value = options[name];
    if (value === undefined || value === false) continue;
    if (!source.options.includes(name)) {
      const known = source.options.length === 0 ? 'none' : source.options.join(', ');
      throw new Bert2dnnError(
        'USAGE',
        `${name}: is no option of ${source.name}, which has ${known}`,
        {
          hint: 'bert2dnn data list says which options a set has.',
        },
      );
    }
    if (typeof value === 'number' && !(Number.isSafeInteger(value) && value > 0)) {
      throw new Bert2dnnError('USAGE', `${name}: got ${value}, expected a whole number above 0`);
    }
  }
}

/** Every option that some set takes. */
const ALL_OPTIONS = Object.keys({
  split: true,
  locale: true,
  smallVersion: true,
  grades: true,
  maxLabelled: true,
  maxQueries: true,
  negatives: true,
  negativesFrom: true,
} satisfies Record<keyof SourceOptions, true>) as (keyof SourceOptions)[];

async function writeOutputs(
  temporary: string,
  {
    source,
    staged,
    staging,
    options,
  }: { source: DataSource; staged: StagedSource; staging: Staging; options: ImportOptions },
): Promise<ImportResult['outputs']> {
  const outputs: ImportResult['outputs'] = {};
  for (const name of OUTPUT_NAMES) {
    const sql = staged.outputs[name];
    if (sql === undefined) continue;
    const count = await staging.number(`SELECT count(*)::DOUBLE FROM (${sql})`);
    if (count === 0) {
      if (name !== 'labelled') continue;
      throw new Bert2dnnError(
        'FILE_EMPTY',
        `${options.from}: no labelled row of ${source.title} is left, expected some`,
        { hint: 'Are --split and --locale right, and the files of one release?' },
      );
    }
    const file = `${name}.parquet`;
    const rows = await staging.export(sql, join(temporary, file));
    const columns = await staging.rows(`DESCRIBE ${sql}`);
    outputs[name] = {
      file,
      rows,
      columns: columns.map(([column]) => String(column)),
      fingerprint: await fingerprintFile(join(temporary, file)),
    };
    options.progress?.note(`${file}: ${rows} rows`);
  }
  return outputs;
}

function describeResult(
  source: DataSource,
  staged: StagedSource,
  { outputs, out }: Pick<ImportResult, 'outputs' | 'out'>,
): ImportResult {
  const label = { ...source.label, range: staged.labelRange ?? source.label.range };
  return {
    name: source.name,
    out,
    outputs,
    label,
    notes: staged.notes,
    prepare: prepareCommandOf({ source, out, outputs, label, group: staged.group }),
  };
}

async function describeSource(
  source: DataSource,
  result: ImportResult,
  { folder, options, seed }: { folder: SourceFolder; options: ImportOptions; seed: number },
) {
  const inputs = [];
  for (const { path, rows, fingerprint } of folder.used) {
    inputs.push({ path, rows, fingerprint: fingerprint ?? (await fingerprintFile(path)) });
  }
  const { title, licence, citation, origin, fields } = source;
  const chosen = source.options.map((name) => [name, options[name]]);
  return {
    format: SOURCE_FORMAT,
    version: SOURCE_VERSION,
    name: result.name,
    title,
    licence,
    citation,
    origin,
    fields,
    label: result.label,
    outputs: result.outputs,
    notes: result.notes,
    prepare: result.prepare,
    provenance: {
      stage: 'data import',
      codeVersion: CODE_VERSION,
      options: { ...Object.fromEntries(chosen), seed },
      inputs,
    },
  };
}
