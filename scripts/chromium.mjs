// A real Chromium for tests and benchmarks: the system's own, never a downloaded one.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Path of the browser: BERT2DNN_CHROMIUM, else the first of its names on the PATH; `undefined` where there is none. */
export const CHROMIUM_PATH = process.env.BERT2DNN_CHROMIUM || findOnPath();

/** Why tests with a browser are skipped, or `undefined` where there is one. */
export const CHROMIUM_MISSING =
  CHROMIUM_PATH === undefined
    ? 'no chromium on PATH and no BERT2DNN_CHROMIUM (Debian: apt-get install chromium)'
    : undefined;

/** Starts the browser without a window. */
export function launchChromium() {
  // Root, as in containers, cannot have Chromium's sandbox; all that is opened is our own.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath: CHROMIUM_PATH, args });
}

function findOnPath() {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find(isExecutable);
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
