// The files of the transfer set: which columns of them are meant. Opened and checked before any work begins.
import { Bert2dnnError } from '../../foundation/errors.js';
import { listInputFiles } from '../inputs.js';
import { openTableFile, requireColumn, type TableFile } from '../table-file.js';
import type { PrepareOptions } from './prepare-options.js';
import { LOG_COLUMN_NAMES, LOG_COLUMNS, type LogColumn } from './query-log.js';

/** Files of one role and the columns to read, by their name in SQL. */
export interface RoleInput {
  paths: string[];
  columns: Record<string, string>;
}

/** Files by role. */
export interface TransferInputs {
  unlabelled?: RoleInput;
  log?: RoleInput & { logColumns: Partial<Record<LogColumn, string>> };
  catalogue?: RoleInput & { extras: string[] };
  queries?: RoleInput;
}

/** The name in SQL of a field: `f0`, `f1`, ... A user's name could be one of ours. */
export function fieldColumn(index: number): string {
  return `f${index}`;
}

/**
 * Finds the columns of the inputs. A field's column is found as in the labelled files, else under the field's name.
 * @param fields field -> column of the labelled files
 * @throws Bert2dnnError COLUMN_MISSING; USAGE if there are queries without a catalogue or a catalogue for single texts.
 */
export async function openTransferInputs(
  options: PrepareOptions,
  fields: Record<string, string>,
): Promise<TransferInputs> {
  const { unlabelled = [], log = [], catalogue = [], queries = [] } = options;
  const names = Object.keys(fields);
  const inputs: TransferInputs = {};
  if (unlabelled.length > 0) {
    const tables = await openTables(unlabelled);
    inputs.unlabelled = { paths: [...unlabelled], columns: findFields(tables, fields, names) };
  }
  if (log.length > 0) inputs.log = await openLog(log, options, fields);
  else if (Object.values(options.logColumns ?? {}).some((column) => column !== undefined)) {
    throw new Bert2dnnError('USAGE', 'columns of a log are named and no log is given', {
      hint: 'Give the query log with --log FILE.',
    });
  }
  if (catalogue.length === 0 && queries.length === 0) return inputs;
  if (!names.includes('query') || names.length < 2) {
    throw new Bert2dnnError(
      'USAGE',
      `a catalogue and queries make pairs, but the fields are ${names.join(', ')}`,
      {
        hint: 'Name the fields of pairs with --fields query=COLUMN,title=COLUMN, or give --unlabelled texts.',
      },
    );
  }
  if (catalogue.length === 0) {
    throw new Bert2dnnError('USAGE', 'queries without a catalogue make no pairs', {
      hint: 'Give the items with --catalogue FILE.',
    });
  }
  inputs.catalogue = await openCatalogue(catalogue, options, fields);
  if (queries.length > 0) {
    const tables = await openTables(queries);
    inputs.queries = { paths: [...queries], columns: findFields(tables, fields, ['query']) };
  }
  return inputs;
}

async function openTables(paths: readonly string[]): Promise<TableFile[]> {
  const tables: TableFile[] = [];
  for (const file of await listInputFiles(paths)) tables.push(await openTableFile(file));
  return tables;
}

function hasColumn(tables: readonly TableFile[], column: string): boolean {
  return tables.every((table) => table.columns.includes(column));
}

/** SQL name -> column of the wanted fields. */
function findFields(
  tables: readonly TableFile[],
  fields: Record<string, string>,
  wanted: readonly string[],
): Record<string, string> {
  const columns: Record<string, string> = {};
  for (const [index, [field, column]] of Object.entries(fields).entries()) {
    if (!wanted.includes(field)) continue;
    const found = !hasColumn(tables, column) && hasColumn(tables, field) ? field : column;
    for (const table of tables) requireColumn(table, found);
    columns[fieldColumn(index)] = found;
  }
  return columns;
}

async function openLog(
  paths: readonly string[],
  { logColumns = {} }: PrepareOptions,
  fields: Record<string, string>,
): Promise<TransferInputs['log']> {
  const tables = await openTables(paths);
  const found: Partial<Record<LogColumn, string>> = {};
  for (const name of LOG_COLUMNS) {
    const column =
      logColumns[name] ?? LOG_COLUMN_NAMES[name].find((usual) => hasColumn(tables, usual));
    if (column === undefined) continue;
    for (const table of tables) requireColumn(table, column);
    found[name] = column;
  }
  const columns = { ...findFields(tables, fields, Object.keys(fields)), ...found };
  return { paths: [...paths], columns, logColumns: found };
}

async function openCatalogue(
  paths: readonly string[],
  options: PrepareOptions,
  fields: Record<string, string>,
): Promise<TransferInputs['catalogue']> {
  const tables = await openTables(paths);
  const itemFields = Object.keys(fields).filter((field) => field !== 'query');
  const columns = findFields(tables, fields, itemFields);
  const extras: string[] = [];
  const add = (name: string, column: string): void => {
    for (const table of tables) requireColumn(table, column);
    columns[name] = column;
    extras.push(name);
  };
  for (const name of ['category', 'brand'] as const) {
    const column = options[name] ?? (hasColumn(tables, name) ? name : undefined);
    if (column !== undefined) add(name, column);
  }
  for (const [index, column] of (options.attributes ?? []).entries()) add(`a${index}`, column);
  return { paths: [...paths], columns, extras };
}
