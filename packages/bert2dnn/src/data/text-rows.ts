// Rows of text files (CSV, TSV, JSON lines) as columns: headers, the number of cells, members that are texts, lengths.
import { Bert2dnnError } from '../foundation/errors.js';
import type { BadRow, BadRows } from './bad-rows.js';
import { readBytes } from './byte-stream.js';
import { readCsvRecords, readTsvRecords } from './delimited.js';
import { decodeLines } from './encoding.js';
import { findText, notText, readJsonObjects } from './jsonl.js';
import { longText } from './long-text.js';
import type { WantedColumn } from './parquet-reader.js';
import { RowSieve } from './row-sieve.js';
import {
  MAX_TEXT_CHARACTERS,
  type ReadRowsOptions,
  type TableFile,
  type TableRows,
} from './table-rows.js';

/** JSON lines name their columns in each row: those of this many first rows count. */
const JSONL_HEADER_ROWS = 1000;

/** All rows of a text file. @throws Bert2dnnError at the first bad row, behind the rows before it. */
export function readTextRows(
  file: TableFile,
  wanted: readonly WantedColumn[],
  options: ReadRowsOptions,
): AsyncGenerator<TableRows> {
  return file.format === 'jsonl'
    ? readJsonlRows(file, wanted, options)
    : readDelimitedRows(file, wanted, options);
}

/** The columns of a text file. @throws Bert2dnnError FILE_EMPTY, FILE_FORMAT. */
export function readTextColumns(file: TableFile, badRows?: BadRows): Promise<string[]> {
  return file.format === 'jsonl'
    ? readJsonlColumns(file, badRows)
    : readDelimitedHeader(file, badRows);
}

/** An error for a file without a single row. */
export function emptyFile(path: string): Bert2dnnError {
  return new Bert2dnnError('FILE_EMPTY', `${path}: the file is empty, expected a header and rows`);
}

function linesOf({ path, compression }: TableFile, badRows: BadRows | undefined) {
  return decodeLines(path, readBytes(path, compression), { badRows });
}

function objectsOf(file: TableFile, badRows: BadRows | undefined) {
  return readJsonObjects(file.path, linesOf(file, badRows), badRows);
}

function recordsOf(file: TableFile, badRows: BadRows | undefined) {
  const lines = linesOf(file, badRows);
  return file.format === 'csv'
    ? readCsvRecords(file.path, lines, { badRows })
    : readTsvRecords(lines, { badRows });
}

async function readDelimitedHeader(
  file: TableFile,
  badRows: BadRows | undefined,
): Promise<string[]> {
  for await (const { records, lines } of recordsOf(file, badRows)) {
    if (records.length === 0) continue;
    const header = records[0].map((name) => name.trim());
    const duplicate = header.find((name, index) => header.indexOf(name) !== index);
    if (duplicate !== undefined) {
      throw new Bert2dnnError(
        'FILE_FORMAT',
        `${file.path}:${lines[0]}: the header names "${duplicate}" twice, expected different names`,
      );
    }
    return header;
  }
  throw emptyFile(file.path);
}

async function* readDelimitedRows(
  file: TableFile,
  wanted: readonly WantedColumn[],
  options: ReadRowsOptions,
): AsyncGenerator<TableRows> {
  const cellIndices = wanted.map(({ name }) => file.columns.indexOf(name));
  let isHeader = true;
  for await (const block of recordsOf(file, options.badRows)) {
    const first = isHeader && block.records.length > 0 ? 1 : 0;
    if (first === 1) isHeader = false;
    const records = first === 1 ? block.records.slice(1) : block.records;
    const lines = first === 1 ? block.lines.slice(1) : block.lines;
    const numRows = records.length;
    if (numRows === 0) continue;
    const sieve = siftRecords({ file, wanted, cellIndices, options }, records, lines);
    const columns: string[][] = [];
    cellIndices.forEach((cellIndex, index) => {
      // A column that is wanted twice (a query that is also the group) is one array.
      const known = cellIndices.indexOf(cellIndex);
      if (known < index) {
        columns.push(columns[known]);
        return;
      }
      const texts = new Array<string>(numRows);
      for (let row = 0; row < numRows; row++) texts[row] = records[row][cellIndex];
      columns.push(texts);
    });
    yield* sieve.handOn({ numRows, columns, lines });
  }
}

/** What the records of a file are checked for. */
interface RecordCheck {
  file: TableFile;
  wanted: readonly WantedColumn[];
  /** Cell of each wanted column. */
  cellIndices: readonly number[];
  options: ReadRowsOptions;
}

function siftRecords(check: RecordCheck, records: string[][], lines: number[]): RowSieve {
  const { file, wanted, options } = check;
  const { badRows, maxTextCharacters = MAX_TEXT_CHARACTERS } = options;
  const sieve = new RowSieve(records.length, badRows);
  const texts = wanted
    .map(({ name, kind }, index) => ({ name, kind, cellIndex: check.cellIndices[index] }))
    .filter(({ kind }) => kind === 'text');
  const numCells = file.columns.length;
  for (let row = 0; row < records.length; row++) {
    const record = records[row];
    if (record.length !== numCells) {
      const line = lines[row];
      const excerpt = record.join(file.format === 'csv' ? ',' : '\t');
      const error = () => wrongNumberOfCells(file, line, record.length);
      sieve.reject(row, { path: file.path, line, reason: 'cells', error, excerpt });
      continue;
    }
    for (const { name, cellIndex } of texts) {
      const text = record[cellIndex];
      if (text.length <= maxTextCharacters) continue;
      sieve.reject(
        row,
        longText({ file, lines, start: 0 }, row, { name, text, maxTextCharacters }),
      );
    }
  }
  return sieve;
}

function wrongNumberOfCells(file: TableFile, line: number, numCells: number): Bert2dnnError {
  return new Bert2dnnError(
    'FILE_FORMAT',
    `${file.path}:${line}: got ${numCells} ${numCells === 1 ? 'cell' : 'cells'}, expected ${file.columns.length} as in the header`,
    {
      hint:
        file.format === 'csv'
          ? 'A cell with a comma in it stands in quotes: "a, b".'
          : 'A .tsv file has no quoting: replace tabs and newlines inside cells, or write a .csv.',
    },
  );
}

async function readJsonlColumns(file: TableFile, badRows: BadRows | undefined): Promise<string[]> {
  const names = new Set<string>();
  let numRows = 0;
  try {
    for await (const { objects } of objectsOf(file, badRows)) {
      for (const object of objects) {
        for (const name of Object.keys(object)) names.add(name);
        numRows++;
        if (numRows === JSONL_HEADER_ROWS) return [...names];
      }
    }
  } catch (error) {
    // Whoever reads the rows finds it again, behind whatever is wrong with the rows above it.
    if (numRows === 0 || !(error instanceof Bert2dnnError)) throw error;
  }
  if (numRows === 0) throw emptyFile(file.path);
  return [...names];
}

async function* readJsonlRows(
  file: TableFile,
  wanted: readonly WantedColumn[],
  { badRows, maxTextCharacters = MAX_TEXT_CHARACTERS }: ReadRowsOptions,
): AsyncGenerator<TableRows> {
  const { path } = file;
  for await (const { objects, lines } of objectsOf(file, badRows)) {
    const numRows = objects.length;
    if (numRows === 0) continue;
    const sieve = new RowSieve(numRows, badRows);
    const columns: string[][] = [];
    wanted.forEach(({ name, kind }, index) => {
      const known = wanted.findIndex((other) => other.name === name && other.kind === kind);
      if (known < index) {
        columns.push(columns[known]);
        return;
      }
      const maxCharacters = kind === 'text' ? maxTextCharacters : Number.POSITIVE_INFINITY;
      const texts = new Array<string>(numRows);
      for (let row = 0; row < numRows; row++) {
        const text = findText(objects[row], name);
        texts[row] = text ?? '';
        if (text === undefined) {
          sieve.reject(row, badMember({ path, line: lines[row] }, objects[row], name));
        } else if (text.length > maxCharacters) {
          const cell = { name, text, maxTextCharacters };
          sieve.reject(row, longText({ file, lines, start: 0 }, row, cell));
        }
      }
      columns.push(texts);
    });
    yield* sieve.handOn({ numRows, columns, lines });
  }
}

function badMember(
  place: { path: string; line: number },
  object: Record<string, unknown>,
  name: string,
): BadRow {
  const error = () => notText(place, object, name);
  return { ...place, reason: 'json', error, excerpt: JSON.stringify(object[name]) };
}
