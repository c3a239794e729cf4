// Examples: texts by field with labels and groups, out of files of any format, streamed in input order.

import { Bert2dnnError } from '../foundation/errors.js';
import { type ExampleColumns, resolveColumns } from './example-columns.js';
import { listInputFiles } from './inputs.js';
import { type LabelColumn, parseLabels } from './label-column.js';
import type { WantedColumn } from './parquet-reader.js';
import { rebatch } from './rebatch.js';
import { openTableFile, readTableRows, requireColumn, type TableFile } from './table-file.js';

export type { ExampleColumns };

/** A file of an example set. */
export interface ExampleFile extends TableFile {
  numRows: number;
}

/** Labels of a set at a glance. For classes the figures are of indices. */
export interface LabelSummary {
  numLabelled: number;
  min: number;
  max: number;
  mean: number;
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
  /** 0..1, or class indices; NaN for none. Present if the set has a label column. */
  labels?: Float64Array;
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

type Columns = Pick<ExampleSet, 'fields' | 'label' | 'group'>;

function columnsOf(columns: Columns): string[] {
  const names = Object.values(columns.fields);
  if (columns.label !== undefined) names.push(columns.label.column);
  if (columns.group !== undefined) names.push(columns.group);
  return names;
}

/** Reads a file once for its number of rows; a Parquet file only if there are labels to check. */
async function checkRows(table: TableFile, set: ExampleSet, summary: LabelCount): Promise<number> {
  const { label } = set;
  if (table.numRows !== undefined && label === undefined) return table.numRows;
  const wanted: WantedColumn[] =
    label === undefined ? [] : [{ name: label.column, kind: labelKind(label) }];
  let numRows = 0;
  for await (const rows of readTableRows(table, wanted)) {
    if (label !== undefined) {
      const place = { file: table, lines: rows.lines, start: numRows };
      summary.add(parseLabels(label, rows.columns[0], place, set.labelsAreOptional));
    }
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
  const wanted: WantedColumn[] = fieldColumns.map((name) => ({ name, kind: 'text' }));
  if (set.label !== undefined) {
    wanted.push({ name: set.label.column, kind: labelKind(set.label) });
  }
  if (set.group !== undefined) wanted.push({ name: set.group, kind: 'text' });
  const numFields = fieldColumns.length;
  let start = range.start;
  for await (const rows of rebatch(readTableRows(part, wanted, range), range.batchRows)) {
    const batch: Omit<ExampleBatch, 'start'> = {
      numRows: rows.numRows,
      fields: rows.columns.slice(0, numFields) as string[][],
    };
    if (set.label !== undefined) {
      const place = { file: part, lines: rows.lines, start };
      batch.labels = parseLabels(set.label, rows.columns[numFields], place, set.labelsAreOptional);
    }
    if (set.group !== undefined) batch.groups = rows.columns.at(-1) as string[];
    start += rows.numRows;
    yield batch;
  }
}

class LabelCount {
  private numLabelled = 0;
  private min = Number.POSITIVE_INFINITY;
  private max = Number.NEGATIVE_INFINITY;
  private sum = 0;

  add(labels: Float64Array): void {
    for (const label of labels) {
      if (Number.isNaN(label)) continue;
      this.numLabelled++;
      this.min = Math.min(this.min, label);
      this.max = Math.max(this.max, label);
      this.sum += label;
    }
  }

  result(): LabelSummary {
    const { numLabelled, min, max, sum } = this;
    return { numLabelled, min, max, mean: numLabelled > 0 ? sum / numLabelled : Number.NaN };
  }
}
