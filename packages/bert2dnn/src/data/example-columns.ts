// Which columns are the fields, the label and the group: by flags, else by a prepared folder's manifest, else by name.
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Bert2dnnError } from '../foundation/errors.js';
import { readJson } from '../foundation/files.js';
import type { LabelColumn } from './label-column.js';
import { requireColumn, type TableFile } from './table-file.js';

/** What the user says about the columns. */
export interface ExampleColumns {
  /** Field of the model -> column of the files, in the order of the fields: `{ query: 'search_term', title: 'name' }`. */
  fields?: Record<string, string>;
  /** Label column. Default: a prepared folder's, else `label` where labels are needed. */
  label?: string;
  /** Range of the grades, mapped to 0..1. Default 0..1. */
  labelRange?: [number, number];
  /** Class names: the labels are classes, not grades. */
  classes?: string[];
  /** Columns of shares, one a class and named as it: the label is soft. Instead of `label`, `labelRange` and `classes`. */
  labelColumns?: string[];
  /** Column of how much a row counts in a training: 0 or more. Default: all rows count the same. */
  weight?: string;
  /** Column that groups examples, for splits and ranking metrics. Default: the column of the field `query`. */
  group?: string;
}

/** Columns found. */
export interface ResolvedColumns {
  fields: Record<string, string>;
  label?: LabelColumn;
  weight?: string;
  group?: string;
}

/** Format name and version of a prepared folder's manifest. */
export const EXAMPLES_FORMAT = 'bert2dnn-examples';
export const EXAMPLES_VERSION = 2;

/** What kind of label a prepared folder holds. */
export type Task =
  | { kind: 'graded'; labelRange: [number, number] }
  | { kind: 'classes'; classes: string[] };

/** The part of a prepared folder's manifest that readers rely on. */
export interface ExamplesManifest {
  format: typeof EXAMPLES_FORMAT;
  version: number;
  fields: string[];
  task?: Task;
}

/**
 * Finds the columns of the first file; flags win over a manifest, a manifest over names.
 * @throws Bert2dnnError COLUMN_MISSING, USAGE.
 */
export async function resolveColumns(
  tables: readonly TableFile[],
  columns: ExampleColumns,
  needsLabel: boolean | 'where-present' | undefined,
): Promise<ResolvedColumns> {
  const [first] = tables;
  const manifest = await findManifest(first.path);
  const fields = columns.fields ?? fieldsByManifest(manifest) ?? fieldsByName(first);
  return {
    fields,
    label: resolveShares(columns) ?? resolveLabel(tables, columns, manifest, needsLabel),
    weight: columns.weight,
    group: resolveGroup(first, columns, fields),
  };
}

function fieldsByManifest(manifest: ExamplesManifest | undefined) {
  return manifest && Object.fromEntries(manifest.fields.map((field) => [field, field]));
}

function fieldsByName(file: TableFile): Record<string, string> {
  if (file.columns.includes('text')) return { text: 'text' };
  if (file.columns.includes('query') && file.columns.includes('title')) {
    return { query: 'query', title: 'title' };
  }
  throw new Bert2dnnError(
    'COLUMN_MISSING',
    `${file.path}: cannot tell which columns hold the text, the columns are ${file.columns.map((column) => JSON.stringify(column)).join(', ')}`,
    {
      hint: 'Say it with --text COLUMN for single texts, or --fields query=COLUMN,title=COLUMN for pairs.',
    },
  );
}

function resolveGroup(
  file: TableFile,
  columns: ExampleColumns,
  fields: Record<string, string>,
): string | undefined {
  if (columns.group !== undefined) return columns.group;
  if (columns.fields === undefined && file.format === 'parquet' && file.columns.includes('group')) {
    return 'group';
  }
  return fields['query'];
}

/** A label of shares, if the user names its columns. */
function resolveShares({ labelColumns }: ExampleColumns): LabelColumn | undefined {
  if (labelColumns === undefined) return undefined;
  const classes = checkClasses(labelColumns);
  return { kind: 'classes', column: classes[0], columns: classes, classes, stored: 'shares' };
}

function resolveLabel(
  tables: readonly TableFile[],
  columns: ExampleColumns,
  manifest: ExamplesManifest | undefined,
  needsLabel: boolean | 'where-present' | undefined,
): LabelColumn | undefined {
  const isAsked =
    columns.label !== undefined ||
    columns.labelRange !== undefined ||
    columns.classes !== undefined;
  const isThere = tables.every((table) => table.columns.includes('label'));
  if (needsLabel !== true && !isAsked && !(needsLabel === 'where-present' && isThere)) {
    return undefined;
  }
  const column = columns.label ?? 'label';
  for (const table of tables) requireColumn(table, column, tables);
  const task = manifest?.task;
  if (columns.classes === undefined && columns.labelRange === undefined && task !== undefined) {
    return task.kind === 'classes'
      ? { kind: 'classes', column, classes: task.classes, stored: 'index' }
      : { kind: 'graded', column, range: [0, 1], labelRange: task.labelRange };
  }
  if (columns.classes !== undefined) {
    return { kind: 'classes', column, classes: checkClasses(columns.classes), stored: 'name' };
  }
  const range = checkRange(columns.labelRange ?? [0, 1]);
  return { kind: 'graded', column, range, labelRange: range };
}

function checkRange(range: [number, number]): [number, number] {
  const [low, high] = range;
  if (low < high && Number.isFinite(high - low)) return range;
  throw new Bert2dnnError(
    'USAGE',
    `the label range must be LOW:HIGH with LOW < HIGH, got ${low}:${high}`,
  );
}

function checkClasses(classes: string[]): string[] {
  if (classes.length >= 2 && new Set(classes).size === classes.length) return classes;
  throw new Bert2dnnError(
    'USAGE',
    `classes must be two or more different names, got ${JSON.stringify(classes)}`,
  );
}

/** The manifest of the prepared folder that a file belongs to, if it does. */
async function findManifest(path: string): Promise<ExamplesManifest | undefined> {
  if (!path.endsWith('.parquet')) return undefined;
  for (const folder of [dirname(path), dirname(dirname(path))]) {
    const manifestPath = join(folder, 'manifest.json');
    if ((await stat(manifestPath).catch(() => undefined)) === undefined) continue;
    const manifest = (await readJson(manifestPath)) as Partial<ExamplesManifest> | null;
    if (manifest?.format !== EXAMPLES_FORMAT) continue;
    if (manifest.version !== EXAMPLES_VERSION || !Array.isArray(manifest.fields)) {
      throw new Bert2dnnError(
        'FILE_FORMAT',
        `${manifestPath}: got version ${manifest.version}, expected ${EXAMPLES_FORMAT} version ${EXAMPLES_VERSION}`,
        { hint: 'Run prepare again with this version of bert2dnn.' },
      );
    }
    return manifest as ExamplesManifest;
  }
  return undefined;
}
