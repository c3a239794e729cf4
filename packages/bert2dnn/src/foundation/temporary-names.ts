// Names of files that are not in place yet, and what becomes of those that a killed process left: a name says which
// process writes it, so that the next run takes away the dead one's and never a live one's.
import { createHash, randomBytes } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { lstat, readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** What another machine's process, of which nothing is known here, left is removed after so long without a change. */
const FOREIGN_AGE_MS = 24 * 3_600_000;

/** `.tmp-<random>-<place>.<process>-<name>`; what the name stands for is the last group. */
const TEMPORARY_NAME = /^\.tmp-[0-9a-f]{12}-([0-9a-f]{8})\.(\d+)-(.+)$/;

/** Where process numbers mean the same: a machine, and in it a container. */
const PLACE = createHash('sha256')
  .update(`${hostname()}\n${readPidNamespace()}`)
  .digest('hex')
  .slice(0, 8);

/** A name beside `name` that no other write has. The extension stays last: some writers choose the format by it. */
export function createTemporaryName(name: string): string {
  return `.tmp-${randomBytes(6).toString('hex')}-${PLACE}.${process.pid}-${name}`;
}

/**
 * Removes files and folders in `folder` that `createTemporaryName` named and whose process is dead. Those of processes on
 * other machines go when they are a day old. A failure costs space only, so it is no error.
 * @param isOurs asked with the name that the file was to have; default: all
 */
export async function removeLeftovers(
  folder: string,
  isOurs: (name: string) => boolean = () => true,
): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const temporary of names) {
    const [, place, pid, name] = TEMPORARY_NAME.exec(temporary) ?? [];
    if (name === undefined || !isOurs(name)) continue;
    const path = join(folder, temporary);
    const isLeft = place === PLACE ? !isAlive(Number(pid)) : await isOlderThan(path);
    if (isLeft) await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** A number that was given anew counts as alive: the file stays until that process has ended too. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process may not be asked, but it is there.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function isOlderThan(path: string): Promise<boolean> {
  const entry = await lstat(path).catch(() => undefined);
  return entry !== undefined && Date.now() - entry.mtimeMs > FOREIGN_AGE_MS;
}

function readPidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    // Only Linux has them.
    return '';
  }
}
