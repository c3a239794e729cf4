// Tables between a set's files and the files that are written: in the embedded engine, which spills to disk, so that
// nothing here holds a whole collection in memory. Knows no set.
import { writeAtomically } from '../../foundation/files.js';
import type { Random } from '../../foundation/random.js';
import { type ColumnKind, Database, sqlName, sqlText } from '../duckdb.js';
import { ROW_GROUP_ROWS } from '../parquet-writer.js';

/** A column of a staged table. */
export interface StagedColumn {
  name: string;
  kind: ColumnKind;
}

/** Rows by column, in the order of the table's columns; a NaN is NULL. */
export type StagedRows = readonly ArrayLike<string | number>[];

/** An engine of its own for one import. Close it after use. */
export class Staging {
  private constructor(private readonly database: Database) {}

  static async open(): Promise<Staging> {
    return new Staging(await Database.open());
  }

  /**
   * Makes a table of rows. It gets a column `row` (0, 1, ...), the place in the input, and, if `random` is given, a
   * column `draw` (0..1): the rows with the smallest draws are a sample.
   * @returns the number of rows
   */
  async load(
    table: string,
    columns: readonly StagedColumn[],
    batches: AsyncIterable<StagedRows>,
    random?: Random,
  ): Promise<number> {
    const added: StagedColumn[] = [{ name: 'row', kind: 'number' }];
    if (random !== undefined) added.push({ name: 'draw', kind: 'number' });
    const all = [...columns, ...added];
    const definitions = all.map(
      ({ name, kind }) => `${sqlName(name)} ${kind === 'text' ? 'VARCHAR' : 'DOUBLE'}`,
    );
    await this.database.run(`CREATE TEMP TABLE ${sqlName(table)} (${definitions.join(', ')})`);
    const appender = await this.database.appender(
      table,
      all.map((column) => column.kind),
    );
    let numRows = 0;
    try {
      for await (const batch of batches) {
        const count = batch[0].length;
        const rows = Float64Array.from({ length: count }, (_, index) => numRows + index);
        const draws = random && Float64Array.from({ length: count }, () => random.next());
        appender.append(draws === undefined ? [...batch, rows] : [...batch, rows, draws], count);
        numRows += count;
      }
    } finally {
      appender.close();
    }
    return numRows;
  }

  /** Runs a statement for its effect. */
  run(sql: string): Promise<void> {
    return this.database.run(sql);
  }

  /** All rows of a small result. */
  rows(sql: string): Promise<unknown[][]> {
    return this.database.rows(sql);
  }

  /** The single number of a query. */
  async number(sql: string): Promise<number> {
    return Number((await this.database.rows(sql))[0][0]);
  }

  /** Writes the rows of a query as a Parquet file and gives their number. @throws as `writeAtomically`. */
  async export(sql: string, path: string): Promise<number> {
    await writeAtomically(path, (temporaryPath) =>
      this.database.run(
        `COPY (${sql}) TO ${sqlText(temporaryPath)} ` +
          `(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${ROW_GROUP_ROWS})`,
      ),
    );
    return this.number(`SELECT count(*)::DOUBLE FROM read_parquet(${sqlText(path)})`);
  }

  close(): void {
    this.database.close();
  }
}
