// A set's text file as columns of texts with their lines, whatever its separator, quoting, header and encoding.
// Values stay as written; what a label may be is the set's business.
import { Bert2dnnError } from '../../foundation/errors.js';
import { readBytes } from '../byte-stream.js';
import { type RecordBlock, readCsvRecords, readTsvRecords } from '../delimited.js';
import { decodeLines, type TextBlock } from '../encoding.js';
import { readLegacyBytes } from './legacy-text.js';
import type { FoundFile, SourceFolder } from './source-folder.js';

/** How a file is written. */
export interface TableShape {
  /** `csv` and `quoted-tsv` know quotes; `tsv` takes them as ordinary characters. */
  format: 'csv' | 'tsv' | 'quoted-tsv';
  /** Columns to read, in this order. A name may have spellings, separated by `|`. */
  columns: readonly string[];
  /** Columns of a file without a header, in their order; `columns` names some of them. */
  headerless?: readonly string[];
  /** Lines that are not UTF-8 are Windows-1252. Default: they are an error. */
  isLegacy?: boolean;
}

/** Consecutive rows: values by wanted column, and the line of each row. */
export interface SourceRows {
  columns: string[][];
  lines: number[];
}

/** Reads a file of a set, counting its rows into `folder.used`. @throws Bert2dnnError with file and line. */
export async function* readSourceTable(
  folder: SourceFolder,
  file: FoundFile,
  shape: TableShape,
): AsyncGenerator<SourceRows> {
  const { path } = file;
  let header = shape.headerless;
  let places = header && placesOf(path, header, shape.columns);
  let numRows = 0;
  for await (const { records, lines } of recordsOf(file, shape)) {
    let first = 0;
    if (places === undefined && records.length > 0) {
      header = records[0].map((name) => name.trim());
      places = placesOf(path, header, shape.columns);
      first = 1;
    }
    if (places === undefined || header === undefined || records.length === first) continue;
    for (let row = first; row < records.length; row++) {
      if (records[row].length !== header.length) {
        throw wrongCells(`${path}:${lines[row]}`, records[row].length, header);
      }
    }
    numRows += records.length - first;
    const rows = first === 0 ? records : records.slice(first);
    yield {
      columns: places.map((place) => rows.map((record) => record[place])),
      lines: first === 0 ? lines : lines.slice(first),
    };
  }
  if (numRows === 0) {
    throw new Bert2dnnError(
      'FILE_EMPTY',
      `${path}: has no rows, expected ${shape.columns.join(', ')}`,
    );
  }
  folder.used.push({ path, rows: numRows });
}

/** The lines of a text file of a set. */
export function readSourceLines(
  { path, compression }: FoundFile,
  isLegacy = false,
): AsyncGenerator<TextBlock> {
  const bytes = readBytes(path, compression);
  return decodeLines(path, isLegacy ? readLegacyBytes(bytes) : bytes);
}

function recordsOf(file: FoundFile, shape: TableShape): AsyncGenerator<RecordBlock> {
  const lines = readSourceLines(file, shape.isLegacy);
  if (shape.format === 'tsv') return readTsvRecords(lines);
  return shape.format === 'csv'
    ? readCsvRecords(file.path, lines)
    : readQuotedTsvRecords(file.path, lines);
}

/** Tab-separated with the quoting of CSV: commas and tabs trade places before parsing and again in the cells. */
async function* readQuotedTsvRecords(
  path: string,
  lines: AsyncIterable<TextBlock>,
): AsyncGenerator<RecordBlock> {
  const swapped = (async function* () {
    for await (const block of lines) yield { ...block, text: tradeTabs(block.text) };
  })();
  try {
    for await (const { records, lines: at } of readCsvRecords(path, swapped)) {
      yield { records: records.map((record) => record.map(tradeTabs)), lines: at };
    }
  } catch (error) {
    if (!(error instanceof Bert2dnnError) || error.code !== 'FILE_FORMAT') throw error;
    const message = error.message.replace('expected a comma', 'expected a tab');
    throw new Bert2dnnError('FILE_FORMAT', message, { hint: error.hint, cause: error });
  }
}

function tradeTabs(text: string): string {
  return text.replace(/[\t,]/g, (character) => (character === ',' ? '\t' : ','));
}

/** Where the wanted columns stand. @throws Bert2dnnError COLUMN_MISSING. */
function placesOf(path: string, header: readonly string[], columns: readonly string[]): number[] {
  return columns.map((column) => {
    const spellings = column.split('|');
    const place = header.findIndex((name) => spellings.includes(name));
    if (place !== -1) return place;
    const got = header.map((name) => JSON.stringify(name)).join(', ');
    throw new Bert2dnnError(
      'COLUMN_MISSING',
      `${path}:1: the columns are ${got}, expected ${spellings.map((name) => JSON.stringify(name)).join(' or ')} among them`,
      { hint: 'Give the file as the publisher ships it: see bert2dnn data list.' },
    );
  });
}

function wrongCells(place: string, numCells: number, header: readonly string[]): Bert2dnnError {
  return new Bert2dnnError(
    'FILE_FORMAT',
    `${place}: got ${numCells} ${numCells === 1 ? 'cell' : 'cells'}, expected ${header.length} (${header.join(', ')})`,
    { hint: 'Give the file as the publisher ships it: see bert2dnn data list.' },
  );
}
