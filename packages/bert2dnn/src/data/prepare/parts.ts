// Sorted files to Parquet parts of a stated number of rows. Where the files come from is the caller's matter.
import { join } from 'node:path';
import { writeAtomically } from '../../foundation/files.js';
import { sqlPath, sqlText } from '../duckdb.js';
import { ROW_GROUP_ROWS } from '../parquet-writer.js';
import type { SerialEngines } from './serial-engines.js';

/** A sorted Parquet file. */
export interface SortedFile {
  path: string;
  numRows: number;
}

/** A written part. */
export interface Part {
  file: string;
  rows: number;
}

/** Options of `writeParts`. */
export interface PartsOptions {
  /** Files that follow one another; one without rows need not be there. */
  files: readonly SortedFile[];
  /** What is selected from them. */
  columns: string;
  partRows: number;
  /** Folder of the parts. */
  folder: string;
}

/**
 * Writes `part-00000.parquet` and so on, each with `partRows` rows, the last one with fewer.
 * The same rows give the same bytes for any number of engines.
 */
export async function writeParts(engines: SerialEngines, options: PartsOptions): Promise<Part[]> {
  const { files, folder, partRows } = options;
  const numRows = files.reduce((sum, file) => sum + file.numRows, 0);
  return engines.map(Math.ceil(numRows / partRows), async (database, index) => {
    const start = index * partRows;
    const end = Math.min(numRows, start + partRows);
    const file = `part-${String(index).padStart(5, '0')}.parquet`;
    await writeAtomically(join(folder, file), (temporaryPath) =>
      database.run(
        `COPY (${selectRange(options, start, end)}) TO ${sqlText(temporaryPath)} ` +
          `(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${ROW_GROUP_ROWS})`,
      ),
    );
    return { file, rows: end - start };
  });
}

/** The rows from `start` to before `end`. One thread reads a file, and one file after the other, in order. */
function selectRange({ files, columns }: PartsOptions, start: number, end: number): string {
  const slices: string[] = [];
  let fileStart = 0;
  for (const { path, numRows } of files) {
    const from = Math.max(start - fileStart, 0);
    const to = Math.min(end - fileStart, numRows);
    if (from < to) {
      slices.push(
        `SELECT ${columns} FROM read_parquet(${sqlPath(path)}, file_row_number = true) ` +
          `WHERE file_row_number >= ${from} AND file_row_number < ${to}`,
      );
    }
    fileStart += numRows;
  }
  return slices.join(' UNION ALL ');
}
