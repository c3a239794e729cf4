// Imports a set for a test: its fixture (invented texts in the publisher's format), or files written by the test.
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import {
  type ImportOptions,
  importData,
  readTable,
  readTableColumns,
} from '../../../src/data/index.js';

const FIXTURES = fileURLToPath(new URL('./fixtures', import.meta.url));

/** Where a set's fixture is. */
export function fixtureOf(name: string): string {
  return join(FIXTURES, name);
}

/** A folder for one test file, removed after it. */
export async function workFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'bert2dnn-sources-'));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A copy of a fixture that a test may change. */
export async function copyOf(name: string, work: string): Promise<string> {
  const folder = await mkdtemp(join(work, 'copy-'));
  await cp(fixtureOf(name), folder, { recursive: true });
  return folder;
}

/** Imports into a new folder of `work`. */
export async function importInto(work: string, name: string, options: Partial<ImportOptions> = {}) {
  const out = join(await mkdtemp(join(work, 'out-')), name);
  return importData({ name, from: fixtureOf(name), out, ...options });
}

/** A file's rows as objects of texts. */
export async function readRows(path: string): Promise<Record<string, string>[]> {
  const names = await readTableColumns(path);
  const rows: Record<string, string>[] = [];
  for await (const { texts, numRows } of readTable(path, { texts: names })) {
    for (let row = 0; row < numRows; row++) {
      rows.push(Object.fromEntries(names.map((column, index) => [column, texts[index][row]])));
    }
  }
  return rows;
}

/** One column of rows. */
export function columnOf(rows: Record<string, string>[], name: string): string[] {
  return rows.map((row) => row[name]);
}
