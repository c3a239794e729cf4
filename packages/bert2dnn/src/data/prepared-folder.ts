// The folder that `prepare` writes: it appears whole or not at all, and never in the place of something else.
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { Bert2dnnError } from '../foundation/errors.js';
import { describeWriteError } from '../foundation/files.js';
import { EXAMPLES_FORMAT } from './example-columns.js';

/**
 * Refuses a place that holds other things than prepared examples, so that none are lost. Call before long work.
 * @throws Bert2dnnError WRITE_FAILED.
 */
export async function checkPreparedPlace(out: string): Promise<void> {
  const names = await listFolder(out);
  if (names === undefined || names.length === 0) return;
  const manifest = await readFile(join(out, 'manifest.json'), 'utf8').catch(() => '');
  if (manifest.includes(`"${EXAMPLES_FORMAT}"`)) return;
  throw new Bert2dnnError(
    'WRITE_FAILED',
    `${out}: the folder holds files that prepare did not write, for example "${names[0]}"`,
    { hint: 'Choose a new folder as --out.' },
  );
}

/**
 * Calls `write` with a new folder beside `out` and puts it in the place of `out`, whose earlier prepared examples go.
 * Gives what `write` gave.
 * If anything fails, `out` is as it was.
 * @throws Bert2dnnError DISK_FULL, WRITE_FAILED.
 */
export async function writePreparedFolder<Result>(
  out: string,
  write: (temporaryFolder: string) => Promise<Result>,
): Promise<Result> {
  await checkPreparedPlace(out);
  const target = resolve(out);
  const suffix = randomBytes(6).toString('hex');
  const temporary = join(dirname(target), `.tmp-${suffix}-${basename(target)}`);
  const replaced = join(dirname(target), `.old-${suffix}-${basename(target)}`);
  try {
    await mkdir(temporary, { recursive: true });
    const result = await write(temporary);
    const isThere = (await listFolder(target)) !== undefined;
    if (isThere) await rename(target, replaced);
    await rename(temporary, target);
    await rm(replaced, { recursive: true, force: true });
    return result;
  } catch (error) {
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
    throw describeWriteError(out, withoutTemporaryPath(error));
  }
}

/** What is beneath a failed write inside the temporary folder, whose path would tell the user nothing. */
function withoutTemporaryPath(error: unknown): unknown {
  const isWrite =
    error instanceof Bert2dnnError && (error.code === 'DISK_FULL' || error.code === 'WRITE_FAILED');
  return isWrite && error.cause !== undefined ? error.cause : error;
}

/** Visible names in a folder; `undefined` if there is none. */
async function listFolder(folder: string): Promise<string[] | undefined> {
  try {
    return (await readdir(folder)).filter((name) => !name.startsWith('.'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw describeWriteError(folder, error);
  }
}
