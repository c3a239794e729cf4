// How the folder that `data import` writes is told from others, before it is replaced.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { IsOurs } from '../../foundation/folders.js';
import { OUTPUT_NAMES } from './source.js';

/** Format name and version of `source.json`. */
export const SOURCE_FORMAT = 'bert2dnn-source';
export const SOURCE_VERSION = 1;

const WRITTEN_NAMES = ['source.json', ...OUTPUT_NAMES.map((name) => `${name}.parquet`)];

/** Whether a folder holds an import, with nothing added. */
export const isImportedFolder: IsOurs = async (names, folder) => {
  if (!names.every((name) => WRITTEN_NAMES.includes(name))) return false;
  const source = await readFile(join(folder, 'source.json'), 'utf8').catch(() => '');
  return source.includes(`"${SOURCE_FORMAT}"`);
};
