// Parquet files as columns in row order, from any row on. DuckDB decodes; broken files become our errors.
import { Bert2dnnError } from '../foundation/errors.js';
import {
  CHUNK_ROWS,
  type ColumnKind,
  type ColumnValues,
  Database,
  sqlName,
  sqlPath,
  sqlText,
} from './duckdb.js';

/** A column as stored. */
export interface StoredColumn {
  name: string;
  /** Whether DuckDB reads it as a number. */
  isNumber: boolean;
}

/** What a Parquet file's footer says. */
export interface ParquetHeader {
  columns: StoredColumn[];
  numRows: number;
}

/** A column to read, and as what. */
export interface WantedColumn {
  name: string;
  kind: ColumnKind;
}

/** A range of rows of a file. */
export interface RowRange {
  start: number;
  count: number;
}

const NUMBER_TYPE = /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|UINTEGER|FLOAT|DOUBLE|DECIMAL.*)$/;

/** Columns and number of rows of a file. @throws Bert2dnnError FILE_CORRUPT. */
export async function readParquetHeader(path: string): Promise<ParquetHeader> {
  return withDatabase(path, async (database) => {
    const described = await database.rows(`DESCRIBE SELECT * FROM read_parquet(${sqlPath(path)})`);
    const counted = await database.rows(
      `SELECT num_rows::DOUBLE FROM parquet_file_metadata(${sqlPath(path)})`,
    );
    const columns = described.map(([name, type]) => ({
      name: String(name),
      isNumber: NUMBER_TYPE.test(String(type)),
    }));
    return { columns, numRows: Number(counted[0][0]) };
  });
}

/** The key-value pairs of a file's footer. @throws Bert2dnnError FILE_CORRUPT. */
export async function readParquetMetadata(path: string): Promise<Record<string, string>> {
  return withDatabase(path, async (database) => {
    const pairs = await database.rows(
      `SELECT decode(key), decode(value) FROM parquet_kv_metadata(${sqlPath(path)})`,
    );
    return Object.fromEntries(pairs.map(([key, value]) => [String(key), String(value)]));
  });
}

/** Whether a text of some columns may be longer than `maxCharacters` UTF-16 units: none has more of those than bytes. */
export async function hasLongText(
  path: string,
  columns: readonly WantedColumn[],
  maxCharacters: number,
): Promise<boolean> {
  const conditions = columns
    .filter(({ kind }) => kind === 'text')
    .map(({ name }) => `strlen(CAST(${sqlName(name)} AS VARCHAR)) > ${maxCharacters}`);
  return withDatabase(path, async (database) => {
    const found = await database.rows(
      `SELECT 1 FROM read_parquet(${sqlPath(path)}) WHERE ${conditions.join(' OR ')} LIMIT 1`,
    );
    return found.length > 0;
  });
}

/** Rows decoded at once, unless they are long: then as many as make about `WINDOW_BYTES`. */
const WINDOW_ROWS = 65_536;
const WINDOW_BYTES = 1 << 26;

/** Stands between joined texts. Texts that hold it themselves are read one by one. */
const SEPARATOR = '\u001e';

/**
 * Streams columns of a range of rows in order; a text's NULL is '', a number's is NaN.
 * Row groups before the range are skipped without being decoded.
 * @throws Bert2dnnError FILE_CORRUPT.
 */
export async function* readParquetRows(
  path: string,
  columns: readonly WantedColumn[],
  range: RowRange,
): AsyncGenerator<ColumnValues[]> {
  const database = await Database.open();
  try {
    const { numRows, windowRows } = await planWindows(database, path);
    const end = Math.min(numRows, range.start + range.count);
    for (let start = range.start; start < end; start += windowRows) {
      const window = { start, count: Math.min(windowRows, end - start) };
      yield* readWindow({ database, path }, columns, window);
    }
  } catch (error) {
    throw describeParquetError(path, error);
  } finally {
    database.close();
  }
}

interface Source {
  database: Database;
  path: string;
}

async function planWindows(database: Database, path: string) {
  const [[numRows, numBytes]] = await database.rows(
    `SELECT (SELECT sum(num_rows)::DOUBLE FROM parquet_file_metadata(${sqlPath(path)})), ` +
      `(SELECT sum(total_uncompressed_size)::DOUBLE FROM parquet_metadata(${sqlPath(path)}))`,
  );
  const bytesPerRow = Math.max(1, Number(numBytes) / Math.max(1, Number(numRows)));
  const fitting = Math.floor(WINDOW_BYTES / bytesPerRow / CHUNK_ROWS) * CHUNK_ROWS;
  return {
    numRows: Number(numRows),
    windowRows: Math.min(WINDOW_ROWS, Math.max(CHUNK_ROWS, fitting)),
  };
}

/**
 * Reads a window of rows. A text costs a call into the engine each (2 us); so DuckDB joins the texts of 2048 rows into
 * one and we split it: 1.07M rows/s of two texts and a number against 0.32M (AMD Zen 5, one thread).
 */
async function* readWindow(
  source: Source,
  columns: readonly WantedColumn[],
  window: RowRange,
): AsyncGenerator<ColumnValues[]> {
  const texts = columns.filter((column) => column.kind === 'text');
  const numbers = columns.filter((column) => column.kind === 'number');
  const joined = await readJoinedTexts(source, texts, window);
  if (joined === undefined) {
    yield* streamRows(source, columns, window);
    return;
  }
  const values = await readNumbers(source, numbers, window);
  for (let start = 0; start < window.count; start += CHUNK_ROWS) {
    const block = start / CHUNK_ROWS;
    yield columns.map((column) =>
      column.kind === 'text'
        ? joined[block][texts.indexOf(column)]
        : values[numbers.indexOf(column)].subarray(start, start + CHUNK_ROWS),
    );
  }
}

/** Texts of a window by block of `CHUNK_ROWS` rows, then by column; `undefined` if one of them holds the separator. */
async function readJoinedTexts(
  source: Source,
  columns: readonly WantedColumn[],
  window: RowRange,
): Promise<string[][][] | undefined> {
  const numBlocks = Math.ceil(window.count / CHUNK_ROWS);
  if (columns.length === 0) return Array.from({ length: numBlocks }, () => []);
  const joined = columns.map(
    (_, index) => `string_agg(coalesce(c${index}, ''), ${sqlText(SEPARATOR)} ORDER BY position)`,
  );
  const selected = columns.map(
    ({ name }, index) => `CAST(${sqlName(name)} AS VARCHAR) AS c${index}`,
  );
  const rows = await source.database.rows(
    `SELECT ${joined.join(', ')} FROM (SELECT ${selected.join(', ')}, file_row_number AS position ${fromWindow(source, window)}) ` +
      `GROUP BY (position - ${window.start}) // ${CHUNK_ROWS} ORDER BY min(position)`,
  );
  const blocks = rows.map((row) => row.map((text) => String(text).split(SEPARATOR)));
  const isWhole = blocks.every((block, index) => {
    const count = Math.min(CHUNK_ROWS, window.count - index * CHUNK_ROWS);
    return block.every((texts) => texts.length === count);
  });
  return isWhole && blocks.length === numBlocks ? blocks : undefined;
}

async function readNumbers(
  source: Source,
  columns: readonly WantedColumn[],
  window: RowRange,
): Promise<Float64Array[]> {
  const values = columns.map(() => new Float64Array(window.count));
  if (columns.length === 0) return values;
  let at = 0;
  for await (const chunk of streamRows(source, columns, window)) {
    chunk.forEach((column, index) => {
      values[index].set(column as Float64Array, at);
    });
    at += chunk[0].length;
  }
  return values;
}

function streamRows(
  source: Source,
  columns: readonly WantedColumn[],
  window: RowRange,
): AsyncGenerator<ColumnValues[]> {
  const selected = columns.map(
    ({ name, kind }) => `CAST(${sqlName(name)} AS ${kind === 'text' ? 'VARCHAR' : 'DOUBLE'})`,
  );
  return source.database.stream(
    `SELECT ${selected.join(', ')} ${fromWindow(source, window)}`,
    columns.map((column) => column.kind),
  );
}

function fromWindow({ path }: Source, { start, count }: RowRange): string {
  return (
    `FROM read_parquet(${sqlPath(path)}, file_row_number = true) ` +
    `WHERE file_row_number >= ${start} AND file_row_number < ${start + count}`
  );
}

async function withDatabase<T>(path: string, work: (database: Database) => Promise<T>): Promise<T> {
  const database = await Database.open();
  try {
    return await work(database);
  } catch (error) {
    throw describeParquetError(path, error);
  } finally {
    database.close();
  }
}

/** What DuckDB says of a file that it cannot read, as our error. */
export function describeParquetError(path: string, error: unknown): unknown {
  if (error instanceof Bert2dnnError || !(error instanceof Error)) return error;
  const reason = error.message.split('\n')[0].replace(/^[A-Z][A-Za-z ]*: /, '');
  return new Bert2dnnError('FILE_CORRUPT', `${path}: broken or cut-off Parquet (${reason})`, {
    hint: 'Write or copy the file again.',
    cause: error,
  });
}
