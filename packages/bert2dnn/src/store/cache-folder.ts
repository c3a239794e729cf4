// The folder of this machine for copies of objects. What is in it may be deleted at any time but while a command runs.
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The variable that names another place for the copies. */
export const CACHE_VARIABLE = 'BERT2DNN_CACHE';

/** `BERT2DNN_CACHE`, else `bert2dnn` in the user's cache folder. */
export function cacheFolder(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string {
  const { [CACHE_VARIABLE]: chosen, XDG_CACHE_HOME: caches } = environment;
  if (chosen !== undefined && chosen !== '') return chosen;
  return join(
    caches === undefined || caches === '' ? join(homedir(), '.cache') : caches,
    'bert2dnn',
  );
}
