// Examples: texts by field with labels and groups, out of files of any format, streamed in input order.

import { Bert2dnnError } from '../foundation/errors.js';
import { isShareLabel, parseShares } from './class-shares.js';
import type { ColumnValues } from './duckdb.js';
import { type ExampleColumns, resolveColumns } from './example-columns.js';
import { listInputFiles } from './inputs.js';
import { type LabelColumn, type LabelPlace, parseLabels } from './label-column.js';
import { LabelCount, type LabelSummary } from './label-summary.js';
import type { WantedColumn } from './parquet-reader.js';
import { rebatch } from './rebatch.js';
import { parseWeights } from './row-weights.js';
import { openTableFile, readTableRows, requireColumn, type TableFile } from './table-file.js';

export type { ExampleColumns, LabelSummary };

/** A file of an example set. */
export interface ExampleFile extends TableFile {
  numRows: number;
}

/** Files that together are a list of examples. Row numbers count through all files, from 0. */
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
}

/** What the reader of a set cannot do without. */
export interface ExampleNeeds {
  /** `true`: every row has a label; `'where-present'`: some may, NaN marks the others. Default: as flagged. */
  label?: boolean | 'where-present';
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
 * of a text file and every label, so that a mistake shows before any work begins.
 * @param inputs files, globs or folders
 * @throws Bert2dnnError with the file, and the line where there is one.
 */
export async function openExamples(
  inputs: readonly string[],
  columns: ExampleColumns = {},
  needs: ExampleNeeds = {},
): Promise<ExampleSet> {
  const files = await listInputFiles(inputs);
  const tables: TableFile[] = [];
  for (const file of files) tables.push(await openTableFile(file));
  const resolved = await resolveColumns(tables, columns, needs.label);
  for (const table of tables) {
    for (const column of columnsOf(resolved)) requireColumn(table, column);
  }
  const set: ExampleSet = {
    files,
    parts: [],
    ...resolved,
    labelsAreOptional: needs.label === 'where-present',
    numRows: 0,
  };
  const summary = new LabelCount();
  for (const table of tables) {
    const numRows = await checkRows(table, set, summary);
    if (numRows === 0) {
      throw new Bert2dnnError('FILE_EMPTY', `${table.path}: has a header and no rows`, {
        hint: 'Leave the file out, or fill it.',
      });
    }
    set.parts.push({ ...table, numRows });
    set.numRows += numRows;
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

/** Reads a file once for its number of rows; a Parquet file only if there are labels or weights to check. */
async function checkRows(table: TableFile, set: ExampleSet, summary: LabelCount): Promise<number> {
  const wanted = wantedFigures(set);
  if (table.numRows !== undefined && wanted.length === 0) return table.numRows;
  let numRows = 0;
  for await (const rows of readTableRows(table, wanted)) {
    const place = { file: table, lines: rows.lines, start: numRows };
    summary.add(parseFigures(set, rows.columns, place));
    numRows += rows.numRows;
  }
  return numRows;
}

function labelKind(label: LabelColumn): WantedColumn['kind'] {
  return label.kind === 'classes' && label.stored === 'name' ? 'text' : 'number';
}

async function* readPart(
  part: ExampleFile,
  set: ExampleSet,
  range: { start: number; count: number; batchRows: number },
): AsyncGenerator<Omit<ExampleBatch, 'start'>> {
  const fieldColumns = Object.values(set.fields);
  const figures = wantedFigures(set);
  const wanted: WantedColumn[] = [
    ...fieldColumns.map((name): WantedColumn => ({ name, kind: 'text' })),
    ...figures,
    ...present(set.group).map((name): WantedColumn => ({ name, kind: 'text' })),
  ];
  const numFields = fieldColumns.length;
  let start = range.start;
  for await (const rows of rebatch(readTableRows(part, wanted, range), range.batchRows)) {
    const { numRows, columns, lines } = rows;
    const figureColumns = columns.slice(numFields, numFields + figures.length);
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
