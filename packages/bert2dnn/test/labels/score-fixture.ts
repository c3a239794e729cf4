// A scores folder as `score` writes it, made by hand for tests.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { writeParquet } from '../../src/data/index.js';
import { fingerprintFile } from '../../src/foundation/fingerprint.js';

/** A new folder that is removed after the tests of the file. */
export async function makeTestFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'bert2dnn-test-'));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** What to write. */
export interface ScoresFixture {
  /** Scored files; rows are counted from their lines without the header. */
  inputs: { path: string; numRows: number }[];
  /** Logits by row. */
  logits: number[][];
  /** Rows a shard, default 3. */
  shardRows?: number;
  teacher?: string;
  /** Rows whose logits are NaN because the teacher failed on them, default 0. */
  numFailedRows?: number;
}

/** Writes a scores folder. */
export async function writeScores(folder: string, fixture: ScoresFixture): Promise<string> {
  const { inputs, logits, shardRows = 3, teacher = 'a', numFailedRows = 0 } = fixture;
  const shards: { file: string; start: number; numRows: number; sha256: string }[] = [];
  for (let start = 0; start < logits.length; start += shardRows) {
    const rows = logits.slice(start, start + shardRows);
    const file = `scores-${String(shards.length).padStart(5, '0')}-0.parquet`;
    const columns = logits[0].map((_, index) => ({
      name: `logit_${index}`,
      type: 'FLOAT' as const,
      values: rows.map((row) => row[index]),
    }));
    const row = {
      name: 'row',
      type: 'BIGINT' as const,
      values: rows.map((_, index) => start + index),
    };
    await writeParquet(join(folder, file), [row, ...columns]);
    shards.push({ file, start, numRows: rows.length, sha256: '' });
  }
  const described = await Promise.all(
    inputs.map(async (input) => ({ ...input, fingerprint: await fingerprintFile(input.path) })),
  );
  const manifest = {
    format: 'bert2dnn-scores',
    version: 1,
    teacher: { fingerprint: teacher, path: `teachers/${teacher}` },
    numOutputs: logits[0].length,
    numRows: logits.length,
    numFailedRows,
    inputs: described,
    shards,
    seconds: 0,
  };
  await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest));
  return folder;
}

/** Writes a TSV file with a header. */
export async function writeTsv(
  path: string,
  header: string[],
  rows: (string | number)[][],
): Promise<string> {
  await writeFile(path, `${[header, ...rows].map((cells) => cells.join('\t')).join('\n')}\n`);
  return path;
}
