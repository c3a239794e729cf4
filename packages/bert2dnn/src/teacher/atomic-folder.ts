// A model folder that appears whole or not at all: written beside its place, then renamed.
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { Bert2dnnError } from '../foundation/errors.js';
import { describeWriteError } from '../foundation/files.js';

/**
 * Refuses a place that holds other things than a model, so that none are lost. Call before long work.
 * @throws Bert2dnnError WRITE_FAILED when it is a file or a folder of something else.
 */
export async function checkModelPlace(out: string): Promise<void> {
  const names = await listFolder(out);
  if (names === undefined || names.length === 0 || names.includes('config.json')) return;
  throw new Bert2dnnError(
    'WRITE_FAILED',
    `${out}: the folder holds ${names.length} files that are no model, for example "${names[0]}"`,
    { hint: 'Choose a new folder as --out.' },
  );
}

/**
 * Calls `write` with a new folder beside `out` and puts it in the place of `out`.
 * If anything fails, `out` is as it was.
 * @throws Bert2dnnError DISK_FULL, WRITE_FAILED.
 */
export async function writeModelFolder(
  out: string,
  write: (temporaryFolder: string) => Promise<void>,
): Promise<void> {
  await checkModelPlace(out);
  const target = resolve(out);
  const suffix = randomBytes(6).toString('hex');
  const temporary = join(dirname(target), `.tmp-${suffix}-${basename(target)}`);
  const replaced = join(dirname(target), `.old-${suffix}-${basename(target)}`);
  try {
    await mkdir(temporary, { recursive: true });
    await write(temporary);
    const isThere = (await listFolder(target)) !== undefined;
    if (isThere) await rename(target, replaced);
    await rename(temporary, target);
    await rm(replaced, { recursive: true, force: true });
  } catch (error) {
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
    throw describeWriteError(out, error);
  }
}

/** Names in a folder; `undefined` if there is none. */
async function listFolder(folder: string): Promise<string[] | undefined> {
  try {
    return (await readdir(folder)).filter((name) => !name.startsWith('.'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw describeWriteError(folder, error);
  }
}
