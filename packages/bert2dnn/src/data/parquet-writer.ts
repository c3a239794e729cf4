// Writes Parquet files that appear whole or not at all and are the same bytes for the same content.
import { describeWriteError, writeAtomically } from '../foundation/files.js';
import {
  type AppendKind,
  type AppendValue,
  Database,
  sqlName,
  sqlText,
  type TableAppender,
} from './duckdb.js';

/** Rows of a row group: what a reader that starts in the middle skips by. */
export const ROW_GROUP_ROWS = 65_536;

/** Types that a Parquet column may have. Numbers travel as doubles: a BIGINT is exact up to 2^53. `FLOAT[]` is a list. */
export type ParquetType = 'VARCHAR' | 'BIGINT' | 'DOUBLE' | 'FLOAT' | 'INTEGER' | 'FLOAT[]';

/** Name and type of a column. */
export interface ParquetColumn {
  name: string;
  type: ParquetType;
}

/** Values of a column for some rows; a NaN, and a vector that is `undefined`, is written as NULL. */
export type ParquetValues = ArrayLike<AppendValue>;

/** Options of `ParquetWriter.create`. */
export interface ParquetWriterOptions {
  /** Key-value pairs of the file's footer, for a reader of the file alone. */
  metadata?: Readonly<Record<string, string>>;
}

/**
 * Writes a Parquet file batch by batch; the file appears at `close`.
 * Rows wait in memory (spilled to the temporary folder beyond 2 GB), so write a very large table in several files.
 * @example
 * const writer = await ParquetWriter.create('scores.parquet', [{ name: 'row', type: 'BIGINT' }]);
 * await writer.appendBatch([[0, 1, 2]]);
 * await writer.close();
 */
export class ParquetWriter {
  /** Rows appended so far. */
  numRows = 0;
  private isOpen = true;

  private constructor(
    readonly path: string,
    private readonly columns: readonly ParquetColumn[],
    private readonly database: Database,
    private readonly appender: TableAppender,
    private readonly metadata: Readonly<Record<string, string>>,
  ) {}

  /** Begins a file. Nothing is at `path` before `close`. */
  static async create(
    path: string,
    columns: readonly ParquetColumn[],
    { metadata = {} }: ParquetWriterOptions = {},
  ): Promise<ParquetWriter> {
    const database = await Database.open();
    const kinds = columns.map(kindOf);
    const definitions = columns.map(
      (column, index) => `${sqlName(column.name)} ${WAITING_TYPES[kinds[index]]}`,
    );
    await database.run(`CREATE TEMP TABLE waiting (${definitions.join(', ')})`);
    const appender = await database.appender('waiting', kinds);
    return new ParquetWriter(path, columns, database, appender, metadata);
  }

  /**
   * Appends rows, given by column in the order of the columns.
   * @throws RangeError if the columns differ in number or length.
   */
  async appendBatch(values: readonly ParquetValues[]): Promise<void> {
    const numRows = values[0]?.length ?? 0;
    if (
      values.length !== this.columns.length ||
      values.some((column) => column.length !== numRows)
    ) {
      throw new RangeError(
        `${this.path}: a batch has columns of ${values.map((column) => column.length).join(', ')} rows, ` +
          `expected ${this.columns.length} columns of one length`,
      );
    }
    try {
      this.appender.append(values, numRows);
    } catch (error) {
      throw describeWriteError(this.path, error);
    }
    this.numRows += numRows;
  }

  /** Writes the file and gives its number of rows. @throws Bert2dnnError DISK_FULL, WRITE_FAILED. */
  async close(): Promise<number> {
    try {
      this.appender.close();
      const selected = this.columns.map((column) => {
        const name = sqlName(column.name);
        return kindOf(column) !== 'number' ? name : `CAST(${name} AS ${column.type}) AS ${name}`;
      });
      await writeAtomically(this.path, (temporaryPath) =>
        this.database.run(
          `COPY (SELECT ${selected.join(', ')} FROM waiting) TO ${sqlText(temporaryPath)} ` +
            `(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${ROW_GROUP_ROWS}${sqlMetadata(this.metadata)})`,
        ),
      );
    } catch (error) {
      throw describeWriteError(this.path, error);
    } finally {
      this.release();
    }
    return this.numRows;
  }

  /** Gives up: nothing is written. Harmless after `close`. */
  abort(): void {
    this.release();
  }

  private release(): void {
    if (this.isOpen) this.database.close();
    this.isOpen = false;
  }
}

/** Writes a whole table at once. @throws as `ParquetWriter`. */
export async function writeParquet(
  path: string,
  columns: readonly (ParquetColumn & { values: ParquetValues })[],
): Promise<void> {
  const writer = await ParquetWriter.create(path, columns);
  try {
    await writer.appendBatch(columns.map((column) => column.values));
    await writer.close();
  } finally {
    writer.abort();
  }
}

/** Types of the columns of the table in which rows wait. */
const WAITING_TYPES: Readonly<Record<AppendKind, string>> = {
  text: 'VARCHAR',
  number: 'DOUBLE',
  vector: 'FLOAT[]',
};

function kindOf({ type }: ParquetColumn): AppendKind {
  if (type === 'VARCHAR') return 'text';
  return type === 'FLOAT[]' ? 'vector' : 'number';
}

function sqlMetadata(metadata: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(metadata).map(
    ([key, value]) => `${sqlName(key)}: ${sqlText(value)}`,
  );
  return pairs.length === 0 ? '' : `, KV_METADATA {${pairs.join(', ')}}`;
}
