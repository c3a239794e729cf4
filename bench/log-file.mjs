// A growing table of tab-separated bytes, flushed to a .tsv, a .tsv.gz or a folder of Parquet parts. Knows no shop.
import { once } from 'node:events';
import { closeSync, createWriteStream, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { Database, sqlPath, sqlText } from '../packages/bert2dnn/dist/data/duckdb.js';

const FLUSH_BYTES = 1 << 23;
const BUFFER_BYTES = 1 << 25;
/** Rows of a Parquet part, about. */
const PART_ROWS = 5_000_000;

/** Texts as bytes, one behind the other: text i is `bytes[ends[i - 1] .. ends[i])`. */
export class TextPool {
  constructor(count, textOf) {
    this.ends = new Uint32Array(count + 1);
    this.bytes = Buffer.allocUnsafe(1 << 16);
    let at = 0;
    for (let index = 0; index < count; index++) {
      const text = textOf(index);
      if (at + 3 * text.length > this.bytes.length) {
        this.bytes = Buffer.concat([this.bytes, Buffer.allocUnsafe(this.bytes.length)]);
      }
      at += this.bytes.write(text, at);
      this.ends[index + 1] = at;
    }
  }
}

/** The bytes of a table on their way to a file. Rows are written into `bytes` at `at`; `flush` between them. */
export class LogFile {
  /** `columns`: name -> DuckDB type, in order; `out` is a file, for Parquet a folder. */
  constructor({ out, format, columns }) {
    this.bytes = new Uint8Array(BUFFER_BYTES);
    this.at = 0;
    this.header = `${Object.keys(columns).join('\t')}\n`;
    if (format === 'tsv') this.sink = new PlainSink(out);
    else if (format === 'tsv.gz') this.sink = new GzipSink(out);
    else if (format === 'parquet') this.sink = new ParquetSink(out, columns);
    else throw new RangeError(`format ${format}: expected tsv, tsv.gz or parquet`);
    this.numWaiting = 0;
    this.putText(this.header);
  }

  /** Whether there is enough for `flush`. */
  get isFull() {
    return this.at >= FLUSH_BYTES;
  }

  /** Appends a text. */
  putText(text) {
    this.at += Buffer.from(this.bytes.buffer, this.at).write(text);
  }

  /** Hands the bytes on; `numRows` is how many rows they are (a part is cut by it). */
  async flush(numRows) {
    await this.sink.write(this.bytes.subarray(0, this.at));
    this.at = 0;
    this.numWaiting += numRows;
    if (this.sink.endPart !== undefined && this.numWaiting >= PART_ROWS) {
      await this.sink.endPart();
      this.numWaiting = 0;
      this.putText(this.header);
    }
  }

  /** Hands on what is left and closes. */
  async close(numRows) {
    await this.flush(numRows);
    await this.sink.close(this.numWaiting);
  }
}

class PlainSink {
  constructor(path) {
    this.file = openSync(path, 'w');
  }

  write(bytes) {
    writeSync(this.file, bytes);
  }

  close() {
    closeSync(this.file);
  }
}

class GzipSink {
  constructor(path) {
    this.gzip = createGzip({ level: 1, chunkSize: 1 << 20 });
    this.done = pipeline(this.gzip, createWriteStream(path));
  }

  async write(bytes) {
    // The stream keeps what it is given.
    if (!this.gzip.write(Uint8Array.from(bytes))) await once(this.gzip, 'drain');
  }

  async close() {
    this.gzip.end();
    await this.done;
  }
}

/** Every part is written as text, then converted by DuckDB and removed. */
class ParquetSink {
  constructor(folder, columns) {
    mkdirSync(folder, { recursive: true });
    this.folder = folder;
    this.columns = columns;
    this.numParts = 0;
    this.textPath = join(tmpdir(), `bert2dnn-log-${process.pid}.tsv`);
    this.text = new PlainSink(this.textPath);
  }

  write(bytes) {
    this.text.write(bytes);
  }

  async endPart() {
    this.text.close();
    const types = Object.entries(this.columns).map(([name, type]) => `'${name}': '${type}'`);
    const name = `part-${String(this.numParts++).padStart(5, '0')}.parquet`;
    const database = await Database.open();
    try {
      await database.run(
        `COPY (SELECT * FROM read_csv(${sqlPath(this.textPath)}, delim = '\t', header = true, quote = '', escape = '', ` +
          `auto_detect = false, columns = {${types.join(', ')}})) TO ${sqlText(join(this.folder, name))} ` +
          '(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 122880)',
      );
    } finally {
      database.close();
      rmSync(this.textPath);
    }
    this.text = new PlainSink(this.textPath);
  }

  async close(numWaiting) {
    if (numWaiting > 0 || this.numParts === 0) await this.endPart();
    this.text.close();
    rmSync(this.textPath, { force: true });
  }
}
