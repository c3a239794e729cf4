// The parts of a prepared folder, of any version: which files they are, as views. Reads the manifest and headers only.
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Bert2dnnError } from '../../foundation/errors.js';
import { readJson } from '../../foundation/files.js';
import { EXAMPLES_FORMAT, type Task } from '../example-columns.js';
import { openTableFile, requireColumn, type TableFile } from '../table-file.js';
import {
  createPartView,
  FIGURE_COLUMNS,
  type RelationPlace,
  type StatsPart,
  type StatsSource,
} from './part-view.js';

/** Versions of a prepared folder that can be looked into. */
const KNOWN_VERSIONS = [1, 2];

/** The parts of a prepared folder that hold labelled or unlabelled examples, in the order of the output. */
const PART_NAMES = ['train', 'dev', 'test', 'transfer', 'clicks', 'queries'];

/** The part of a manifest that is read here. */
export interface PreparedManifest extends Record<string, unknown> {
  fields: string[];
  task?: Task;
}

/**
 * The manifest of a prepared folder, or `undefined` if it is none.
 * @throws Bert2dnnError FILE_FORMAT for a version that is not known, FILE_CORRUPT for what is not JSON.
 */
export async function readPreparedManifest(folder: string): Promise<PreparedManifest | undefined> {
  const path = join(folder, 'manifest.json');
  if ((await stat(path).catch(() => undefined)) === undefined) return undefined;
  const manifest = (await readJson(path)) as Partial<PreparedManifest> | null;
  if (manifest?.['format'] !== EXAMPLES_FORMAT) return undefined;
  const version = manifest['version'];
  if (!KNOWN_VERSIONS.includes(version as number) || !Array.isArray(manifest.fields)) {
    throw new Bert2dnnError(
      'FILE_FORMAT',
      `${path}: got version ${String(version)}, expected ${EXAMPLES_FORMAT} version ${KNOWN_VERSIONS.join(' or ')}`,
      { hint: 'Run prepare again with this version of bert2dnn.' },
    );
  }
  return manifest as PreparedManifest;
}

/** Opens the parts of a prepared folder. @throws Bert2dnnError for what is missing or broken. */
export async function openPrepared(
  folder: string,
  manifest: PreparedManifest,
  place: RelationPlace,
): Promise<StatsSource> {
  const parts: StatsPart[] = [];
  for (const name of PART_NAMES) {
    const files = await filesOfPart(folder, name);
    if (files.length === 0) continue;
    // Queries are a list of one field.
    const fields = name === 'queries' ? ['query'] : manifest.fields;
    parts.push(await openParquetPart({ name, files, fields }, place));
  }
  if (parts.length === 0) {
    throw new Bert2dnnError('FILE_MISSING', `${folder}: has a manifest and no data`, {
      hint: 'Run prepare again, or copy the whole folder.',
    });
  }
  const { fields, task } = manifest;
  return { kind: 'prepared', fields, task, parts, manifest };
}

async function filesOfPart(folder: string, name: string): Promise<string[]> {
  const file = join(folder, `${name}.parquet`);
  if ((await stat(file).catch(() => undefined))?.isFile()) return [file];
  const names = await readdir(join(folder, name)).catch(() => []);
  return names
    .filter((part) => part.endsWith('.parquet') && !part.startsWith('.'))
    .sort()
    .map((part) => join(folder, name, part));
}

/** A view of prepared Parquet files. */
async function openParquetPart(
  { name, files, fields }: Pick<StatsPart, 'name' | 'files' | 'fields'>,
  place: RelationPlace,
): Promise<StatsPart> {
  const tables = await openTables(files);
  for (const table of tables) for (const field of fields) requireColumn(table, field);
  const has = (column: string): boolean => tables.some(({ columns }) => columns.includes(column));
  return createPartView(
    {
      name,
      files,
      fields,
      texts: fields,
      label: has('label') && name !== 'queries' ? 'CAST(label AS DOUBLE)' : undefined,
      group: has('group') ? 'group' : fields.includes('query') ? 'query' : undefined,
      origin: has('origin') ? 'origin' : undefined,
      figures: FIGURE_COLUMNS.filter(has),
    },
    place,
  );
}

async function openTables(files: readonly string[]): Promise<TableFile[]> {
  const tables: TableFile[] = [];
  for (const file of files) tables.push(await openTableFile(file));
  return tables;
}

/** The name of a part's file as the manifest gives it: relative, with forward slashes. */
export function nameInFolder(part: string, file: string): string {
  const name = basename(file);
  return name === `${part}.parquet` ? name : `${part}/${name}`;
}
