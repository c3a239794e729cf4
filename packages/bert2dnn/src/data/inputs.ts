// Which files an input means: a file, a glob or a folder; and which format a file's name says. Opens no file.
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { Bert2dnnError, findNearestName } from '../foundation/errors.js';

/** Formats that can be read. */
export type FileFormat = 'csv' | 'tsv' | 'jsonl' | 'parquet';

/** Compressions that can be read. Parquet compresses inside. */
export type Compression = 'none' | 'gzip' | 'zstd';

const FORMATS: Record<string, FileFormat> = {
  '.csv': 'csv',
  '.tsv': 'tsv',
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
  '.parquet': 'parquet',
};

const COMPRESSIONS: Record<string, Compression> = { '.gz': 'gzip', '.zst': 'zstd' };

/** The format and compression that a file's name says, or `undefined` if it says none that is known. */
export function formatOf(
  path: string,
): { format: FileFormat; compression: Compression } | undefined {
  const last = extname(path).toLowerCase();
  const compression = COMPRESSIONS[last] ?? 'none';
  const inner = compression === 'none' ? last : extname(path.slice(0, -last.length)).toLowerCase();
  const format = FORMATS[inner];
  if (format === undefined || (format === 'parquet' && compression !== 'none')) return undefined;
  return { format, compression };
}

/**
 * The data files that inputs mean, in the order of the inputs; the files of a glob or a folder by name.
 * A folder means the data files right inside it. A file that is meant twice is taken once.
 * @throws Bert2dnnError FILE_MISSING, FILE_FORMAT (an unknown extension), USAGE (no inputs, a prepared folder's root).
 */
export async function listInputFiles(inputs: readonly string[]): Promise<string[]> {
  if (inputs.length === 0) {
    throw new Bert2dnnError('USAGE', 'no input given, expected files, globs or folders');
  }
  const files = new Map<string, string>();
  for (const input of inputs) {
    for (const file of await filesOf(input)) {
      if (!files.has(resolve(file))) files.set(resolve(file), file);
    }
  }
  return [...files.values()];
}

async function filesOf(input: string): Promise<string[]> {
  const entry = await stat(input).catch(() => undefined);
  if (entry?.isDirectory()) return filesOfFolder(input);
  if (entry !== undefined) {
    if (formatOf(input) === undefined) throw unknownFormat(input);
    return [input];
  }
  if (/[*?{[]/.test(input)) {
    const files = (await expandGlob(input)).filter((file) => formatOf(file) !== undefined);
    if (files.length > 0) return files;
    throw new Bert2dnnError('FILE_MISSING', `${input}: no data file matches`, {
      hint: FORMAT_HINT,
    });
  }
  throw await missingFile(input);
}

async function filesOfFolder(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).sort();
  if (names.includes('manifest.json') && names.includes('train.parquet')) {
    throw new Bert2dnnError(
      'USAGE',
      `${folder}: is a whole prepared folder, expected one of its parts`,
      {
        hint: `Name what you want: ${join(folder, 'train.parquet')}, ${join(folder, 'dev.parquet')}, ${join(folder, 'test.parquet')} or ${join(folder, 'transfer')}.`,
      },
    );
  }
  const files = names.filter((name) => !name.startsWith('.') && formatOf(name) !== undefined);
  if (files.length === 0) {
    throw new Bert2dnnError('FILE_MISSING', `${folder}: the folder has no data file`, {
      hint: FORMAT_HINT,
    });
  }
  return files.map((name) => join(folder, name));
}

const FORMAT_HINT =
  'Data files end in .csv, .tsv, .jsonl, .ndjson (each also .gz or .zst) or .parquet.';

function unknownFormat(path: string): Bert2dnnError {
  return new Bert2dnnError(
    'FILE_FORMAT',
    `${path}: unknown kind of file "${extname(path) || basename(path)}"`,
    { hint: FORMAT_HINT },
  );
}

async function missingFile(path: string): Promise<Bert2dnnError> {
  const neighbours = await readdir(dirname(path)).catch(() => undefined);
  const nearest = neighbours && findNearestName(basename(path), neighbours);
  return new Bert2dnnError('FILE_MISSING', `${path}: no such file or folder`, {
    hint:
      neighbours === undefined
        ? `The folder ${dirname(path)} does not exist either.`
        : nearest && `Did you mean ${join(dirname(path), nearest)}?`,
  });
}

/** Whether a path, or a key of an object store, matches a pattern of `*`, `?`, `[abc]`, `{a,b}` and `**`. */
export function matchesGlob(pattern: string, path: string): boolean {
  return matchesParts(pattern.split('/'), path.split('/'));
}

function matchesParts([part, ...rest]: readonly string[], names: readonly string[]): boolean {
  if (part === undefined) return names.length === 0;
  if (part === '**') {
    // As on a disk, where `**` means folders, and files only by what stands behind it.
    if (rest.length === 0) return false;
    if (matchesParts(rest, names)) return true;
    return (
      names.length > 0 && !names[0].startsWith('.') && matchesParts([part, ...rest], names.slice(1))
    );
  }
  return (
    names.length > 0 && globExpression(part).test(names[0]) && matchesParts(rest, names.slice(1))
  );
}

/** Files that match a pattern of `*`, `?`, `[abc]`, `{a,b}` and `**`, sorted by path. */
async function expandGlob(pattern: string): Promise<string[]> {
  const parts = pattern.split('/');
  const firstGlob = parts.findIndex((part) => /[*?{[]/.test(part));
  const base = parts.slice(0, firstGlob).join('/');
  const folder = firstGlob === 0 ? '.' : base || '/';
  const matched: string[] = [];
  await walk(folder, firstGlob === 0 ? '' : `${base}/`, parts.slice(firstGlob), matched);
  return [...new Set(matched)].sort();
}

async function walk(
  folder: string,
  prefix: string,
  parts: readonly string[],
  matched: string[],
): Promise<void> {
  const [part, ...rest] = parts;
  if (part === '**') await walk(folder, prefix, rest, matched);
  const expression = part === '**' ? /^[^.]/ : globExpression(part);
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (!expression.test(entry.name)) continue;
    const path = `${prefix}${entry.name}`;
    const isFolder = entry.isDirectory();
    if (isFolder && part === '**') await walk(path, `${path}/`, parts, matched);
    else if (isFolder && rest.length > 0) await walk(path, `${path}/`, rest, matched);
    else if (!isFolder && rest.length === 0 && part !== '**') matched.push(path);
  }
}

function globExpression(part: string): RegExp {
  const source = part.replace(/[.+^$()|\\*?{},]/g, (character) => {
    if (character === '*') return '[^/]*';
    if (character === '?') return '[^/]';
    if (character === '{') return '(?:';
    if (character === '}') return ')';
    if (character === ',') return part.includes('{') ? '|' : ',';
    return `\\${character}`;
  });
  // A leading dot is matched only by a pattern that begins with one, as in a shell.
  return new RegExp(`^${part.startsWith('.') ? '' : '(?!\\.)'}${source}$`, 'u');
}
