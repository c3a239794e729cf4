// Folders that appear whole or not at all: written beside their place, then renamed. What is in one is not known here.
import { randomBytes } from 'node:crypto';
import { lstat, mkdir, readdir, realpath, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { Bert2dnnError } from './errors.js';
import { describeWriteError } from './files.js';

/** Whether a folder that holds `names` is one that the same command wrote, and so may be replaced. */
export type IsOurs = (names: readonly string[], folder: string) => boolean | Promise<boolean>;

/** Options of `writeFolderAtomically`. */
export interface WriteFolderOptions {
  /** Asked if the folder is there and not empty. */
  isOurs: IsOurs;
  /**
   * Whether the caller is sure that no other run is writing `out`: then what killed runs left beside it is removed
   * however young it is. Default `false`.
   */
  isAlone?: boolean;
}

/** What a killed run left is removed when nothing in it changed for this long: another run may still be writing it. */
const LEFTOVER_AGE_MS = 3_600_000;

/** Names that no one misses: a desktop's, a network file system's, and a killed `writeAtomically`'s. */
const UNIMPORTANT = /^\.(DS_Store$|nfs|tmp-[0-9a-f]{12}-)/;

/**
 * Refuses a place that holds other things, so that none are lost. Call before long work.
 * Puts back the folder that a run killed in the middle of replacing it left under another name.
 * @throws Bert2dnnError WRITE_FAILED when it is a file or a folder of something else.
 */
export async function checkFolderPlace(out: string, isOurs: IsOurs): Promise<void> {
  await restoreReplaced(out);
  const names = ((await listFolder(out)) ?? []).filter((name) => !UNIMPORTANT.test(name)).sort();
  if (names.length === 0 || (await isOurs(names, out))) return;
  const shown = names.slice(0, 5).map((name) => `"${name}"`);
  const more = names.length > shown.length ? ` and ${names.length - shown.length} more` : '';
  throw new Bert2dnnError(
    'WRITE_FAILED',
    `${out}: the folder holds ${shown.join(', ')}${more}, expected nothing or only what this command writes`,
    { hint: 'Choose a new folder as --out.' },
  );
}

/**
 * Calls `write` with a new folder beside `out` and puts it in the place of `out`, whose earlier content goes.
 * Gives what `write` gave. If anything fails, `out` is as it was. Errors name `out`, not the folder beside it.
 * @throws Bert2dnnError DISK_FULL, WRITE_FAILED; else what `write` throws.
 */
export async function writeFolderAtomically<Result>(
  out: string,
  { isOurs, isAlone = false }: WriteFolderOptions,
  write: (temporaryFolder: string) => Promise<Result>,
): Promise<Result> {
  await checkFolderPlace(out, isOurs);
  const target = await resolveTarget(out);
  const suffix = randomBytes(6).toString('hex');
  const temporary = join(dirname(target), `.tmp-${suffix}-${basename(target)}`);
  try {
    await mkdir(temporary, { recursive: true });
    const result = await write(temporary);
    // Whoever filled the place during long work keeps it.
    await checkFolderPlace(out, isOurs);
    await swapIn(temporary, target, suffix);
    await removeLeftovers(target, isAlone ? 0 : LEFTOVER_AGE_MS);
    return result;
  } catch (error) {
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
    throw nameTarget(error, temporary, out);
  }
}

/** Where the folder is or will be: what a link points to, so that the link stays. */
async function resolveTarget(out: string): Promise<string> {
  return realpath(out).catch(() => resolve(out));
}

/** Renames `temporary` to `target`; what was there goes. `.old-` names exist between the renames only, and are whole. */
async function swapIn(temporary: string, target: string, suffix: string): Promise<void> {
  if ((await listFolder(target)) === undefined) return rename(temporary, target);
  const replaced = join(dirname(target), `.old-${suffix}-${basename(target)}`);
  await rename(target, replaced);
  try {
    await rename(temporary, target);
  } catch (error) {
    await rename(replaced, target);
    throw error;
  }
  // From here on a killed run leaves half a folder: under a name that is swept and never put back.
  await rename(replaced, temporary);
  await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
}

/** If there is no `out` but a folder that was to be replaced, puts that back: a run died between the two renames. */
async function restoreReplaced(out: string): Promise<void> {
  const target = resolve(out);
  if ((await listFolder(target)) !== undefined) return;
  const replaced = await listSiblings(target, 'old');
  // The time of the last rename: of several the newest is the one to put back.
  const times = await Promise.all(replaced.map(async (path) => (await lstat(path)).ctimeMs));
  const newest = replaced[times.indexOf(Math.max(...times))];
  if (newest === undefined) return;
  await rename(newest, target).catch((error) => {
    throw describeWriteError(out, error);
  });
}

/** Removes what killed runs left beside `target`. A failure costs space only, so it is no error. */
async function removeLeftovers(target: string, leastAgeMs: number): Promise<void> {
  try {
    for (const path of await listSiblings(target, 'tmp')) {
      if (leastAgeMs > 0 && Date.now() - (await lastChangeMs(path)) < leastAgeMs) continue;
      await rm(path, { recursive: true, force: true });
    }
  } catch {
    // The next successful write tries again.
  }
}

/** Folders beside `target` that a write of `target` named so. */
async function listSiblings(target: string, kind: 'tmp' | 'old'): Promise<string[]> {
  const parent = dirname(target);
  const entries = await readdir(parent, { withFileTypes: true }).catch(() => []);
  const suffixedName = new RegExp(`^\\.${kind}-[0-9a-f]{12}-`);
  return entries
    .filter((entry) => entry.isDirectory() && suffixedName.test(entry.name))
    .filter((entry) => entry.name.replace(suffixedName, '') === basename(target))
    .map((entry) => join(parent, entry.name));
}

/** When anything in a folder was last written, in milliseconds since 1970. */
async function lastChangeMs(folder: string): Promise<number> {
  let newest = (await lstat(folder)).mtimeMs;
  for (const name of await readdir(folder, { recursive: true })) {
    newest = Math.max(newest, (await lstat(join(folder, name))).mtimeMs);
  }
  return newest;
}

/** Names in a folder; `undefined` if there is none. */
async function listFolder(folder: string): Promise<string[] | undefined> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw describeWriteError(folder, error);
  }
}

/** An error of a write in words about `out`: the folder beside it is gone and would tell the user nothing. */
function nameTarget(error: unknown, temporary: string, out: string): unknown {
  const isWrite =
    error instanceof Bert2dnnError && (error.code === 'DISK_FULL' || error.code === 'WRITE_FAILED');
  const isBeneath = isWrite && error.message.includes(temporary) && error.cause !== undefined;
  const described = describeWriteError(out, isBeneath ? error.cause : error);
  if (!(described instanceof Error) || !described.message.includes(temporary)) return described;
  const message = described.message.replaceAll(temporary, out);
  return described instanceof Bert2dnnError
    ? new Bert2dnnError(described.code, message, { hint: described.hint, cause: described })
    : new Bert2dnnError('WRITE_FAILED', `${out}: ${message}`, { cause: described });
}
