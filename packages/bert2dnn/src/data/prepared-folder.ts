// How the folder that `prepare` writes is told from others, before it is replaced.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { IsOurs } from '../foundation/folders.js';
import { EXAMPLES_FORMAT } from './example-columns.js';
import { SPLITS } from './split.js';

const WRITTEN_NAMES = [
  'manifest.json',
  'transfer',
  'clicks',
  'clicks.parquet',
  'queries.parquet',
  'skipped-rows.tsv',
  ...SPLITS.map((split) => `${split}.parquet`),
];

/** Whether a folder holds prepared examples, of this version or an earlier one, with nothing added. */
export const isPreparedFolder: IsOurs = async (names, folder) => {
  if (!names.every((name) => WRITTEN_NAMES.includes(name))) return false;
  const manifest = await readFile(join(folder, 'manifest.json'), 'utf8').catch(() => '');
  return manifest.includes(`"${EXAMPLES_FORMAT}"`);
};
