// Files that appear whole or not at all: written beside their place, synced, renamed. No format is known here.
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Bert2dnnError } from './errors.js';
import { createTemporaryName } from './temporary-names.js';

/**
 * Calls `write` with a temporary path beside `path`, syncs what it wrote and renames it into place.
 * If anything fails the temporary file is removed and `path` is as it was.
 * @throws Bert2dnnError DISK_FULL when the disk is full, WRITE_FAILED when the place cannot be written.
 */
export async function writeAtomically(
  path: string,
  write: (temporaryPath: string) => Promise<void>,
): Promise<void> {
  const folder = dirname(path);
  // The extension stays last: some writers choose the format by it.
  const temporaryPath = join(folder, createTemporaryName(basename(path)));
  try {
    await mkdir(folder, { recursive: true });
    await write(temporaryPath);
    const handle = await open(temporaryPath, 'r+');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporaryPath, path);
  } catch (error) {
    await rm(temporaryPath, { force: true }).catch(() => undefined);
    throw describeWriteError(path, error);
  }
}

/** Writes bytes or text to `path` atomically. @throws as `writeAtomically`. */
export async function writeFileAtomically(
  path: string,
  content: Uint8Array | string,
): Promise<void> {
  await writeAtomically(path, async (temporaryPath) => {
    const handle = await open(temporaryPath, 'wx');
    try {
      await handle.writeFile(content);
    } finally {
      await handle.close();
    }
  });
}

/** Writes a value as indented JSON with a final newline, atomically. @throws as `writeAtomically`. */
export async function writeJsonAtomically(path: string, value: unknown): Promise<void> {
  await writeFileAtomically(path, `${JSON.stringify(value, null, 2)}\n`);
}

/**
 * Reads a JSON file.
 * @throws Bert2dnnError FILE_MISSING if there is none, FILE_CORRUPT if it is not JSON.
 */
export async function readJson(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new Bert2dnnError('FILE_MISSING', `${path}: cannot be read, expected a JSON file`, {
      cause,
    });
  }
  return parseJson(path, text);
}

/** The value of a JSON text; `place` is where it is from. @throws Bert2dnnError FILE_CORRUPT if it is not JSON. */
export function parseJson(place: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Bert2dnnError('FILE_CORRUPT', `${place}: not valid JSON (${reason})`, { cause });
  }
}

const UNWRITABLE = new Set(['EACCES', 'EROFS', 'EPERM', 'ENOTDIR', 'EISDIR', 'EEXIST', 'EFBIG']);

/** A write's error in the user's words; errors that already are pass through. */
export function describeWriteError(path: string, error: unknown): unknown {
  if (error instanceof Bert2dnnError) return error;
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  const text = error instanceof Error ? error.message : String(error);
  if (code === 'ENOSPC' || code === 'EDQUOT' || /No space left on device/i.test(text)) {
    return new Bert2dnnError('DISK_FULL', `${path}: the disk is full; nothing was written`, {
      hint: 'Free some space or choose another --out, then run the same command again: finished work is kept.',
      cause: error,
    });
  }
  if (code !== undefined && UNWRITABLE.has(code)) {
    return new Bert2dnnError('WRITE_FAILED', `${path}: cannot be written (${code})`, {
      hint: 'Check the folder and its permissions.',
      cause: error,
    });
  }
  return error;
}
