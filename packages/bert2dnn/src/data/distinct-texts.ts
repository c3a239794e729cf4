// Each text of a field once, with its number of rows: whoever counts words need not read a title for every query it met.
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describeWriteError, writeAtomically } from '../foundation/files.js';
import { type Database, Engine, sqlName, sqlPath, sqlText } from './duckdb.js';
import { type ExampleSet, openExamples } from './examples.js';
import { ROW_GROUP_ROWS } from './parquet-writer.js';

/** Memory of the hash table; what is more goes to the disk. */
const MEMORY_MB = 1000;

/**
 * Writes the distinct texts of a field of a Parquet set to `path` and opens them: field `text`, weight = rows that have it.
 * Their order differs from run to run.
 * @throws Bert2dnnError DISK_FULL, WRITE_FAILED, FILE_CORRUPT.
 */
export async function countDistinctTexts(
  set: ExampleSet,
  field: string,
  { path, threads }: { path: string; threads: number },
): Promise<ExampleSet> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true }).catch((error) => {
    throw describeWriteError(folder, error);
  });
  const temporaryFolder = join(folder, 'distinct-texts');
  const engine = await Engine.start({
    threads,
    memoryMb: MEMORY_MB,
    temporaryFolder,
    keepsOrder: false,
  });
  try {
    const database = await engine.connect();
    try {
      await writeAtomically(path, (target) => copyDistinct(database, { set, field, target }));
    } catch (error) {
      throw describeWriteError(path, error);
    } finally {
      database.close();
    }
  } finally {
    engine.close();
  }
  const { maxTextCharacters } = set;
  return openExamples([path], { fields: { text: 'text' }, weight: 'rows' }, { maxTextCharacters });
}

async function copyDistinct(
  database: Database,
  { set, field, target }: { set: ExampleSet; field: string; target: string },
): Promise<void> {
  const files = set.parts.map(({ path }) => sqlPath(path)).join(', ');
  const column = sqlName(set.fields[field]);
  await database.run(
    `COPY (SELECT coalesce(CAST(${column} AS VARCHAR), '') AS text, count(*)::DOUBLE AS "rows" ` +
      `FROM read_parquet([${files}], union_by_name = true) GROUP BY 1) ` +
      `TO ${sqlText(target)} (FORMAT parquet, ROW_GROUP_SIZE ${ROW_GROUP_ROWS})`,
  );
}
