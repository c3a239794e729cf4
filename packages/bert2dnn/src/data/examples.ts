// Examples: texts by field with labels and groups, out of files of any format, streamed in input order.

import { Bert2dnnError } from '../foundation/errors.js';
import { type BadRows, skippingOf } from './bad-rows.js';
import { isShareLabel, parseShares } from './class-shares.js';
import type { ColumnValues } from './duckdb.js';
import { type ExampleColumns, resolveColumns } from './example-columns.js';
import { listInputFiles } from './inputs.js';
import { type LabelColumn, type LabelPlace, parseLabels } from './label-column.js';
import { LabelCount, type LabelSummary } from './label-summary.js';
import { hasLongText, type RowRange, type WantedColumn } from './parquet-reader.js';
import { rebatch } from './rebatch.js';
import { RowSieve } from './row-sieve.js';
import { parseWeights } from './row-weights.js';
import { ALL_ROWS, cutToRange, openTableFile, readTableRows, requireColumn } from './table-file.js';
import { MAX_TEXT_CHARACTERS, placeOfRow, type TableFile, type TableRows } from './table-rows.js';

export type { ExampleColumns, LabelSummary };

/** A file of an example set. */
export interface ExampleFile extends TableFile {
  /** Rows that are examples: those that remain under `skip`. */
  numRows: number;
  /** Places to begin reading at, if bad rows were left out; empty for text files. */
  entries?: readonly FileEntry[];
}

/** A row of a Parquet file and the number of the example that it is, both from 0. */
interface FileEntry {
  fileRow: number;
  row: number;
}

/**
 * Files that together are a list of examples. Row numbers count through all files, from 0; rows that were left out as
 * bad have none.
 */
export interface ExampleSet {
  files: string[];
  parts: ExampleFile[];
  /** Column of each field, in the order of the fields. */
  fields: Record<string, string>;
  label?: LabelColumn;
  /** Whether rows may lack a label (theirs is then NaN). */
  labelsAreOptional: boolean;
  labelSummary?: LabelSummary;
  /** Column of the rows' weights. */
  weight?: string;
  group?: string;
  numRows: number;
  /** The policy that the set was opened with; readings leave out the same rows. */
  badRows?: BadRows;
  maxTextCharacters?: number;
}

/** What the reader of a set cannot do without. */
export interface ExampleNeeds {
  /** `true`: every row has a label; `'where-present'`: some may, NaN marks the others. Default: as flagged. */
  label?: boolean | 'where-present';
  /** Under `skip` bad rows are left out, counted and listed. Default: the first one is thrown. */
  badRows?: BadRows;
  /** Longest text, in UTF-16 units; a row with a longer one is bad. Default 1,000,000. */
  maxTextCharacters?: number;
}

/** Consecutive examples. */
export interface ExampleBatch {
  /** Row number of the first one in the set. */
  start: number;
  numRows: number;
  /** Texts by field (in the order of `ExampleSet.fields`), then by row. */
  fields: string[][];
  /** 0..1, or class indices (of shares the largest's); NaN for none. Present if the set has a label column. */
  labels?: Float64Array;
  /** Shares of the classes [N, C]. Present if the label is given so. */
  shares?: Float64Array;
  /** 0 or more. Present if the set has a weight column. */
  weights?: Float64Array;
  /** Present if the set has a group column. */
  groups?: string[];
}

/**
 * Opens files as examples: finds the columns, checks that every file has them, counts the rows, and checks every row
 * of a text file and every label, so that a mistake shows before any work begins. (A text in Parquet that is too long is
 * found here only under `skip`, and else when it is read.)
 * @param inputs files, globs or folders
 * @throws Bert2dnnError with the file, and the line where there is one. A column that one of the files lacks, and a file
 * without a good row, are errors under `skip` too.
 */
export async function openExamples(
  inputs: readonly string[],
  columns: ExampleColumns = {},
  needs: ExampleNeeds = {},
): Promise<ExampleSet> {
  const files = await listInputFiles(inputs);
  const tables: TableFile[] = [];
  for (const file of files) tables.push(await openTableFile(file, needs.badRows));
  const resolved = await resolveColumns(tables, columns, needs.label);
  for (const table of tables) {
    for (const column of columnsOf(resolved)) requireColumn(table, column, tables);
  }
  const set: ExampleSet = {
    files,
    parts: [],
    ...resolved,
    labelsAreOptional: needs.label === 'where-present',
    numRows: 0,
    badRows: skippingOf(needs.badRows),
    maxTextCharacters: needs.maxTextCharacters,
  };
  const summary = new LabelCount();
  for (const table of tables) {
    const part = await checkRows(table, set, summary);
    if (part.numRows === 0) throw noRows(table, set.badRows);
    set.parts.push(part);
    set.numRows += part.numRows;
  }
  summary.requireWeight(set);
  if (set.label !== undefined) set.labelSummary = summary.result();
  return set;
}

/** Options of `readExamples`. */
export interface ReadExamplesOptions {
  /** Most rows of a batch. Default 8192. A batch never crosses from one file into the next. */
  batchRows?: number;
  /** First row. Default 0. */
  start?: number;
  /** Rows to read. Default: to the end. */
  count?: number;
}

/** Streams examples in input order. The batches of one set and options are always the same. */
export async function* readExamples(
  set: ExampleSet,
  options: ReadExamplesOptions = {},
): AsyncGenerator<ExampleBatch> {
  const batchRows = options.batchRows ?? 8192;
  const setStart = options.start ?? 0;
  const setEnd = Math.min(set.numRows, setStart + (options.count ?? set.numRows));
  let partStart = 0;
  for (const part of set.parts) {
    const start = Math.max(0, setStart - partStart);
    const end = Math.min(part.numRows, setEnd - partStart);
    if (start < end) {
      let row = start;
      for await (const batch of readPart(part, set, { start, count: end - start, batchRows })) {
        yield { ...batch, start: partStart + row };
        row += batch.numRows;
      }
    }
    partStart += part.numRows;
  }
}

type Columns = Pick<ExampleSet, 'fields' | 'label' | 'weight' | 'group'>;

function columnsOf({ fields, label, weight, group }: Columns): string[] {
  const labelColumns = label === undefined ? [] : namesOfLabel(label);
  return [...Object.values(fields), ...labelColumns, ...present(weight), ...present(group)];
}

function namesOfLabel(label: LabelColumn): string[] {
  return isShareLabel(label) ? label.columns : [label.column];
}

function present(name: string | undefined): string[] {
  return name === undefined ? [] : [name];
}

/** Label columns, then the weight column. */
function wantedFigures({ label, weight }: Columns): WantedColumn[] {
  const kind = label === undefined ? 'number' : labelKind(label);
  const labels = label === undefined ? [] : namesOfLabel(label);
  return [
    ...labels.map((name): WantedColumn => ({ name, kind })),
    ...present(weight).map((name): WantedColumn => ({ name, kind: 'number' })),
  ];
}

/** Labels, shares and weights out of the columns of `wantedFigures`. */
function parseFigures(
  set: ExampleSet,
  columns: readonly ColumnValues[],
  place: LabelPlace,
): Pick<ExampleBatch, 'labels' | 'shares' | 'weights'> {
  const { label, weight, labelsAreOptional } = set;
  return {
    ...(isShareLabel(label)
      ? parseShares(label, columns.slice(0, label.columns.length), place, labelsAreOptional)
      : label && { labels: parseLabels(label, columns[0], place, labelsAreOptional) }),
    ...(weight && { weights: parseWeights(weight, columns[columns.length - 1], place) }),
  };
}

function noRows({ path }: TableFile, badRows: BadRows | undefined): Bert2dnnError {
  const numSkipped = badRows?.result().byFile[path] ?? 0;
  return numSkipped > 0
    ? new Bert2dnnError(
        'FILE_EMPTY',
        `${path}: every row is bad (${numSkipped}), expected a good one`,
      )
    : new Bert2dnnError('FILE_EMPTY', `${path}: has a header and no rows`, {
        hint: 'Leave the file out, or fill it.',
      });
}

function labelKind(label: LabelColumn): WantedColumn['kind'] {
  return label.kind === 'classes' && label.stored === 'name' ? 'text' : 'number';
}

/** Fields, then `wantedFigures`, then the group. */
function wantedColumns(set: Columns): WantedColumn[] {
  return [
    ...Object.values(set.fields).map((name): WantedColumn => ({ name, kind: 'text' })),
    ...wantedFigures(set),
    ...present(set.group).map((name): WantedColumn => ({ name, kind: 'text' })),
  ];
}

/** Example rows between two entries of a Parquet file with bad rows. */
const ENTRY_ROWS = 65_536;

/** Reads a file once for its number of rows; a Parquet file only if there are labels, weights or lengths to check. */
async function checkRows(
  table: TableFile,
  set: ExampleSet,
  summary: LabelCount,
): Promise<ExampleFile> {
  const { badRows, maxTextCharacters } = set;
  const numFound = badRows?.numFound;
  const all = wantedColumns(set);
  // A text file's cells cost nothing more once it is parsed; those of Parquet do.
  const needsTexts =
    table.format !== 'parquet' ||
    (badRows !== undefined &&
      (await hasLongText(table.path, all, maxTextCharacters ?? MAX_TEXT_CHARACTERS)));
  const wanted = needsTexts ? all : wantedFigures(set);
  if (table.numRows !== undefined && wanted.length === 0)
    return { ...table, numRows: table.numRows };
  const entries: FileEntry[] = [];
  let numRows = 0;
  for await (const { rows, figures } of siftFigures(table, set, { wanted })) {
    summary.add(figures);
    const fileRow = (rows.lines?.[0] ?? 1) - 1;
    const lastRow = entries.at(-1)?.row ?? Number.NEGATIVE_INFINITY;
    if (table.format === 'parquet' && numRows - lastRow >= ENTRY_ROWS) {
      entries.push({ fileRow, row: numRows });
    }
    numRows += rows.numRows;
  }
  return { ...table, numRows, entries: badRows?.numFound === numFound ? undefined : entries };
}

/** Rows of a file, from one on, that are not bad, with their labels and weights. */
async function* siftFigures(
  file: TableFile,
  set: ExampleSet,
  { wanted, firstFileRow = 0 }: { wanted: readonly WantedColumn[]; firstFileRow?: number },
): AsyncGenerator<{ rows: TableRows; figures: ReturnType<typeof parseFigures> }> {
  const { badRows, maxTextCharacters } = set;
  const numFigures = wantedFigures(set).length;
  const firstFigure = wanted.length > numFigures ? Object.keys(set.fields).length : 0;
  const figuresOf = ({ columns }: TableRows) =>
    columns.slice(firstFigure, firstFigure + numFigures);
  let start = firstFileRow;
  const options = { badRows, maxTextCharacters, firstFileRow };
  for await (const rows of readTableRows(file, wanted, ALL_ROWS, options)) {
    const place = { file, lines: rows.lines, start };
    const sieve = new RowSieve(rows.numRows, badRows);
    const reject = sieve.reject.bind(sieve);
    const figures = parseFigures(set, figuresOf(rows), { ...place, reject });
    for (const kept of sieve.handOn(rows)) {
      const isWhole = kept.numRows === rows.numRows;
      yield {
        rows: kept,
        figures: isWhole
          ? figures
          : parseFigures(set, figuresOf(kept), { ...place, lines: kept.lines }),
      };
    }
    start += rows.numRows;
  }
}

/** The rows of a range of a file's examples. */
async function* readPartRows(
  part: ExampleFile,
  set: ExampleSet,
  range: RowRange,
): AsyncGenerator<TableRows> {
  const wanted = wantedColumns(set);
  const { entries } = part;
  if (entries === undefined) {
    const { maxTextCharacters } = set;
    yield* readTableRows(part, wanted, range, { maxTextCharacters });
    return;
  }
  const entry = entries.filter(({ row }) => row <= range.start).at(-1) ?? { fileRow: 0, row: 0 };
  const firstFileRow = entry.fileRow;
  const sifted = siftFigures(part, set, { wanted, firstFileRow });
  yield* cutToRange(rowsOf(sifted), { start: range.start - entry.row, count: range.count });
}

async function* rowsOf(batches: AsyncIterable<{ rows: TableRows }>): AsyncGenerator<TableRows> {
  for await (const { rows } of batches) yield rows;
}

async function* readPart(
  part: ExampleFile,
  set: ExampleSet,
  range: RowRange & { batchRows: number },
): AsyncGenerator<Omit<ExampleBatch, 'start'>> {
  const numFields = Object.keys(set.fields).length;
  const numFigures = wantedFigures(set).length;
  let start = range.start;
  for await (const rows of rebatch(readPartRows(part, set, range), range.batchRows)) {
    const { numRows, columns, lines } = rows;
    const figureColumns = columns.slice(numFields, numFields + numFigures);
    const batch: Omit<ExampleBatch, 'start'> = {
      numRows,
      fields: columns.slice(0, numFields) as string[][],
      ...parseFigures(set, figureColumns, { file: part, lines, start }),
    };
    if (set.group !== undefined) batch.groups = columns.at(-1) as string[];
    start += numRows;
    yield batch;
  }
}

/**
 * How an error names an example: `path:line`, or `path: row N` in Parquet. Reads a text file again.
 * @param exampleRow from 0, counted through all files of the set
 */
export async function placeOfExample(set: ExampleSet, exampleRow: number): Promise<string> {
  let row = exampleRow;
  for (const part of set.parts) {
    if (row < part.numRows) {
      for await (const { lines } of readPartRows(part, set, { start: row, count: 1 })) {
        return placeOfRow(part, lines, 0, row);
      }
    }
    row -= part.numRows;
  }
  throw new RangeError(`the set has ${set.numRows} examples, got row ${exampleRow}`);
}
