// The one door to DuckDB: in-memory engines with columns in and columns out. Knows no examples and no user errors.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';
import {
  DOUBLE as DUCKDB_DOUBLE,
  FLOAT as DUCKDB_FLOAT,
  LIST as DUCKDB_LIST,
  VARCHAR as DUCKDB_VARCHAR,
  type DuckDBAppender,
  type DuckDBConnection,
  DuckDBDataChunk,
  DuckDBInstance,
  type DuckDBType,
  type DuckDBValue,
  listValue,
} from '@duckdb/node-api';

/** Rows that DuckDB moves at once. */
export const CHUNK_ROWS = 2048;

/** How a column comes out: texts (NULL is '') or numbers (NULL is NaN). */
export type ColumnKind = 'text' | 'number';

/** How a column goes in: as it comes out, or as vectors of floats. */
export type AppendKind = ColumnKind | 'vector';

/** A cell that goes in. A NaN and a vector that is `undefined` become NULL. */
export type AppendValue = string | number | bigint | Float32Array | undefined;

/** Values of one column of a batch. */
export type ColumnValues = readonly string[] | Float64Array;

/** What an engine may use. */
export interface EngineOptions {
  /** Threads of one statement. */
  threads: number;
  /**
   * Whether a statement without ORDER BY keeps the order of its rows, as one thread always does. Default `true`;
   * several threads need less memory without it.
   */
  keepsOrder?: boolean;
  /** Memory for tables, hash tables and sorts; beyond it they go to `temporaryFolder`. Readers and writers need some more. */
  memoryMb: number;
  /** Made when something has to leave memory. */
  temporaryFolder: string;
}

/**
 * An engine of its own, for work that is too large for the one that all files share.
 * @example
 * const engine = await Engine.start({ threads: 2, memoryMb: 1500, temporaryFolder: 'work/spill' });
 * const database = await engine.connect();
 */
export class Engine {
  private constructor(private readonly instance: DuckDBInstance) {}

  /** Starts an engine: 30 ms. */
  static async start(options: EngineOptions): Promise<Engine> {
    return new Engine(
      await DuckDBInstance.create(':memory:', {
        threads: String(options.threads),
        memory_limit: `${options.memoryMb}MB`,
        temp_directory: options.temporaryFolder,
        preserve_insertion_order: String(options.keepsOrder ?? true),
        autoinstall_known_extensions: 'false',
        autoload_known_extensions: 'false',
      }),
    );
  }

  /** A connection; its temporary tables are its own. */
  async connect(): Promise<Database> {
    return new Database(await this.instance.connect());
  }

  /** Frees everything. Close its connections before. */
  close(): void {
    this.instance.closeSync();
  }
}

/** One engine serves all files: starting one takes 30 ms, connecting to it next to nothing. */
let sharedEngine: Promise<Engine> | undefined;

function startSharedEngine(): Promise<Engine> {
  // One thread: rows come in their order and files get the same bytes on every machine.
  sharedEngine ??= Engine.start({
    threads: 1,
    memoryMb: 2000,
    // One for each thread of each process: files in it have fixed names.
    temporaryFolder: join(tmpdir(), `bert2dnn-duckdb-${process.pid}-${threadId}`),
  });
  return sharedEngine;
}

/** A connection to an engine. Its temporary tables are its own and go with it: close it after use. */
export class Database {
  /** For `Engine.connect` and `Database.open`. */
  constructor(private readonly connection: DuckDBConnection) {}

  /**
   * Connects to the engine that all files share: one thread, at most 2 GB of memory, then the system's temporary
   * folder.
   */
  static async open(): Promise<Database> {
    return (await startSharedEngine()).connect();
  }

  /** Runs a statement for its effect. */
  async run(sql: string): Promise<void> {
    await this.connection.run(sql);
  }

  /** All rows of a small result, as plain values. */
  async rows(sql: string): Promise<unknown[][]> {
    return (await this.connection.runAndReadAll(sql)).getRowsJS();
  }

  /**
   * Streams a query's columns in row order, a chunk of at most `CHUNK_ROWS` rows at a time.
   * A text column must be VARCHAR and a number column DOUBLE in the query.
   */
  async *stream(sql: string, kinds: readonly ColumnKind[]): AsyncGenerator<ColumnValues[]> {
    const result = await this.connection.stream(sql);
    for (;;) {
      const chunk = await result.fetchChunk();
      if (chunk === null || chunk.rowCount === 0) return;
      const { rowCount } = chunk;
      yield kinds.map((kind, columnIndex) => {
        const vector = chunk.getColumnVector(columnIndex);
        if (kind === 'number') {
          return Float64Array.from({ length: rowCount }, (_, row) => {
            const value = vector.getItem(row);
            return value === null ? Number.NaN : Number(value);
          });
        }
        const texts = new Array<string>(rowCount);
        for (let row = 0; row < rowCount; row++) {
          texts[row] = (vector.getItem(row) as string | null) ?? '';
        }
        return texts;
      });
    }
  }

  /** Opens an appender for a table whose columns are VARCHAR (text), DOUBLE (number) or FLOAT[] (vector). */
  async appender(table: string, kinds: readonly AppendKind[]): Promise<TableAppender> {
    return new TableAppender(await this.connection.createAppender(table), kinds);
  }

  /** Disconnects and drops its temporary tables. */
  close(): void {
    this.connection.closeSync();
  }
}

/** Appends batches of columns to a table. A NaN becomes NULL. */
export class TableAppender {
  private readonly types: DuckDBType[];

  constructor(
    private readonly appender: DuckDBAppender,
    private readonly kinds: readonly AppendKind[],
  ) {
    this.types = kinds.map((kind) => APPENDED_TYPES[kind]);
  }

  /** Appends `numRows` rows, given by column. */
  append(columns: readonly ArrayLike<AppendValue>[], numRows: number): void {
    for (let start = 0; start < numRows; start += CHUNK_ROWS) {
      const count = Math.min(CHUNK_ROWS, numRows - start);
      const chunk = DuckDBDataChunk.create(this.types, count);
      this.kinds.forEach((kind, columnIndex) => {
        const values = columns[columnIndex];
        const cells = new Array<DuckDBValue>(count);
        for (let row = 0; row < count; row++) cells[row] = toCell(kind, values[start + row]);
        chunk.setColumnValues(columnIndex, cells);
      });
      this.appender.appendDataChunk(chunk);
    }
  }

  /** Flushes and closes; the rows are in the table afterwards. */
  close(): void {
    this.appender.flushSync();
    this.appender.closeSync();
  }
}

const APPENDED_TYPES: Readonly<Record<AppendKind, DuckDBType>> = {
  text: DUCKDB_VARCHAR,
  number: DUCKDB_DOUBLE,
  vector: DUCKDB_LIST(DUCKDB_FLOAT),
};

function toCell(kind: AppendKind, value: AppendValue): DuckDBValue {
  if (kind === 'text') return String(value);
  if (kind === 'vector') {
    return value === undefined ? null : listValue(Array.from(value as Float32Array));
  }
  const number = Number(value);
  return Number.isNaN(number) ? null : number;
}

/** A text as an SQL literal. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A name as an SQL identifier. */
export function sqlName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A path as an SQL literal that no glob character of it can widen. */
export function sqlPath(path: string): string {
  return sqlText(path.replace(/[[\]*?]/g, (character) => `[${character}]`));
}

/** Files of a folder that match a pattern, as an SQL literal: glob characters of the folder's name mean themselves. */
export function sqlFiles(folder: string, pattern: string): string {
  return `${sqlPath(folder).slice(0, -1)}/${pattern}'`;
}
