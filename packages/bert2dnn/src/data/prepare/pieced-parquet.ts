// A long table as several Parquet files, so that no more than one file's rows wait in memory.
import { join } from 'node:path';
import { type ParquetColumn, type ParquetValues, ParquetWriter } from '../parquet-writer.js';

/** Rows of a file. */
const PIECE_ROWS = 1_000_000;

/** Writes `<name>-00000.parquet` and so on; there is always a first one. */
export class PiecedParquet {
  /** Rows appended so far. */
  numRows = 0;
  private numPieces = 0;
  private writer: ParquetWriter | undefined;

  constructor(
    private readonly folder: string,
    private readonly name: string,
    private readonly columns: readonly ParquetColumn[],
  ) {}

  /** Appends rows, given by column. */
  async append(values: readonly ParquetValues[]): Promise<void> {
    this.writer ??= await this.open();
    await this.writer.appendBatch(values);
    this.numRows += values[0].length;
    if (this.writer.numRows >= PIECE_ROWS) await this.closePiece();
  }

  /** Writes what is left. */
  async close(): Promise<void> {
    if (this.numPieces === 0) this.writer = await this.open();
    await this.closePiece();
  }

  /** Gives up the piece that is being written. Harmless after `close`. */
  abort(): void {
    this.writer?.abort();
    this.writer = undefined;
  }

  private async closePiece(): Promise<void> {
    await this.writer?.close();
    this.writer = undefined;
  }

  private open(): Promise<ParquetWriter> {
    const number = String(this.numPieces++).padStart(5, '0');
    return ParquetWriter.create(join(this.folder, `${this.name}-${number}.parquet`), this.columns);
  }
}
