// Small data files in a temporary folder for the tests of the data stage, and what a reader gives back.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { type ExampleSet, readExamples } from '../../src/data/index.js';

/** A folder that is removed after the file's tests. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'bert2dnn-data-'));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes a file into a folder and gives its path. */
export async function put(
  folder: string,
  name: string,
  content: string | Uint8Array,
): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

/** Everything that a set holds, joined over the batches; checks that their starts follow on. */
export async function readAll(set: ExampleSet, options: Parameters<typeof readExamples>[1] = {}) {
  const fields = Object.keys(set.fields).map((): string[] => []);
  const labels: number[] = [];
  const groups: string[] = [];
  let next = options.start ?? 0;
  for await (const batch of readExamples(set, options)) {
    expect(batch.start).toBe(next);
    next += batch.numRows;
    batch.fields.forEach((texts, field) => {
      expect(texts).toHaveLength(batch.numRows);
      fields[field].push(...texts);
    });
    labels.push(...(batch.labels ?? []));
    groups.push(...(batch.groups ?? []));
  }
  return { fields, labels, groups };
}

/** The error of a promise that must fail, as its code, message and hint. */
export async function errorOf(work: Promise<unknown>) {
  const error = await work.then(
    () => undefined,
    (reason: Error & { code?: string; hint?: string }) => reason,
  );
  expect(error, 'an error').toBeDefined();
  return { code: error?.code, message: error?.message, hint: error?.hint };
}
