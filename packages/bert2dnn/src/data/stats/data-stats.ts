// `data stats`: what is in a prepared folder or in any files, part by part, and what parts share. Reads only.
import { tmpdir } from 'node:os';
import { Bert2dnnError } from '../../foundation/errors.js';
import { describeWriteError } from '../../foundation/files.js';
import { type Progress, SILENT } from '../../foundation/progress.js';
import { Database } from '../duckdb.js';
import type { ExampleColumns, Task } from '../example-columns.js';
import { checkIntegrity, type IntegrityStats } from './integrity.js';
import { findLeakage, type LeakageStats, type NearFinder } from './leakage.js';
import { openStatsSource } from './part-source.js';
import { describePart, type PartStats } from './part-stats.js';

/** Inputs and choices of `dataStats`. */
export interface DataStatsOptions {
  /** A prepared folder, or files, globs and folders. */
  input: readonly string[];
  /** Columns of files; a prepared folder knows its own. */
  columns?: ExampleColumns;
  /** Rows of a part from which languages are told. Default 2,000: a share is right within about two points. */
  languageRows?: number;
  /** Makes the index that finds near-duplicates. Default: shingles, Jaccard similarity of at least 0.8. */
  createIndex?: (texts: readonly string[]) => NearFinder;
  /** Seed of the sample. Default 1. */
  seed?: number;
  progress?: Progress;
}

/** What is in there. */
export interface DataStats {
  input: string[];
  kind: 'prepared' | 'files';
  fields: string[];
  /** What the labels mean; absent where there are none. */
  task?: Task;
  parts: PartStats[];
  /** Training parts against held-out parts; empty for files. */
  leakage: LeakageStats[];
  /** Absent where no manifest lists files. */
  integrity?: IntegrityStats;
  /** What is told from a sample only: the languages. */
  sample: { languageRows: number; seed: number };
}

/** Default of `DataStatsOptions.languageRows`. */
export const DEFAULT_LANGUAGE_ROWS = 2000;

/**
 * Counts what is in a prepared folder or in files. Works out of core: memory does not grow with the rows, but with the
 * held-out groups. All figures are of all rows, but for the languages.
 * @throws Bert2dnnError for what is missing or broken, with its place.
 */
export async function dataStats(options: DataStatsOptions): Promise<DataStats> {
  const { input, columns = {}, seed = 1, progress = SILENT } = options;
  const { languageRows = DEFAULT_LANGUAGE_ROWS, createIndex } = options;
  const database = await Database.open();
  try {
    const source = await openStatsSource(input, columns, { database, seed });
    const { kind, fields, task, manifest } = source;
    const integrity = manifest && (await checkIntegrity(input[0], manifest, source.parts));
    const parts: PartStats[] = [];
    for (const part of source.parts) {
      progress.note(`${part.name}: counting`);
      // Labels of clicks are rates, whatever the grades or classes are.
      const isRate = part.name === 'clicks';
      const place = { database, task: isRate ? undefined : task, languageRows };
      parts.push(
        await describePart(part, place).catch((error: unknown) => {
          throw describeError(part.files, error);
        }),
      );
    }
    const leakage = await findLeakage(source.parts, { database, createIndex });
    const sample = { languageRows, seed };
    return { input: [...input], kind, fields, task, parts, leakage, integrity, sample };
  } finally {
    database.close();
  }
}

/** What the engine says of pages that it cannot decode, and of a file that it cannot read to its end. */
const UNREADABLE = /^(Invalid( Input)? Error|IO Error|Serialization Error|TProtocolException)/;

/** A broken page is found only while it is counted. */
function describeError(files: readonly string[], error: unknown): unknown {
  const described = describeWriteError(tmpdir(), error);
  if (described instanceof Bert2dnnError || !(error instanceof Error)) return described;
  if (!UNREADABLE.test(error.message)) return error;
  const place = files.length === 1 ? files[0] : `${files[0]} or a file beside it`;
  return new Bert2dnnError(
    'FILE_CORRUPT',
    `${place}: broken Parquet (${error.message.split('\n')[0].trim()})`,
    { hint: 'Write or copy the file again.', cause: error },
  );
}
