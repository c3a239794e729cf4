// Writing soft labels: margins and labels of all rows as Parquet files. The manifest is `stack`'s work.
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ParquetWriter } from '../data/index.js';
import { fingerprintFile } from '../foundation/fingerprint.js';
import type { Progress } from '../foundation/progress.js';
import { type LabelsManifest, labelColumns } from './label-folder.js';
import { softLabel, softLabels } from './temperature.js';

/** Rows of a file: bounds the memory of writing. */
const SHARD_ROWS = 1_000_000;

/** Mean margins [N] of one output, or mean logits [N, C]; NaN, and then no label, for a row that a teacher failed on. */
export interface AveragedScores {
  values: Float64Array;
  numOutputs: number;
}

/**
 * Writes the soft labels of all rows in files of `SHARD_ROWS`; gives what the manifest says of them and the sum of
 * the first labels. Removes the manifest first and the files of an earlier, longer run last.
 */
export async function writeLabelShards(
  out: string,
  averaged: AveragedScores,
  temperature: number,
  progress: Progress,
): Promise<{ files: LabelsManifest['shards']; labelSum: number }> {
  const numRows = averaged.values.length / averaged.numOutputs;
  // Without a manifest the folder is no labels folder: a run cut off here leaves nothing that looks whole.
  await rm(join(out, 'manifest.json'), { force: true });
  const task = progress.start('write labels', numRows);
  const files: LabelsManifest['shards'] = [];
  let labelSum = 0;
  for (let start = 0; start < numRows; start += SHARD_ROWS) {
    const count = Math.min(SHARD_ROWS, numRows - start);
    const file = `labels-${String(files.length).padStart(5, '0')}.parquet`;
    labelSum += await writeShard(join(out, file), averaged, temperature, { start, count });
    const fingerprint = await fingerprintFile(join(out, file));
    files.push({ file, start, numRows: count, fingerprint });
    task.advance(count);
  }
  task.done();
  await removeOtherShards(out, new Set(files.map(({ file }) => file)));
  return { files, labelSum };
}

/** Writes rows `start ..` and gives the sum of their first labels. */
async function writeShard(
  path: string,
  { values, numOutputs }: AveragedScores,
  temperature: number,
  { start, count }: { start: number; count: number },
): Promise<number> {
  const names = [...(numOutputs === 1 ? ['margin'] : []), ...labelColumns(numOutputs)];
  const writer = await ParquetWriter.create(path, [
    { name: 'row', type: 'BIGINT' },
    ...names.map((name) => ({ name, type: 'DOUBLE' as const })),
  ]);
  try {
    const rows = Float64Array.from({ length: count }, (_, index) => start + index);
    const own = values.subarray(start * numOutputs, (start + count) * numOutputs);
    const labels = labelColumnsOf(own, numOutputs, temperature);
    await writer.appendBatch(numOutputs === 1 ? [rows, own, ...labels] : [rows, ...labels]);
    await writer.close();
    return labels[0].reduce((sum, label) => (Number.isNaN(label) ? sum : sum + label), 0);
  } finally {
    writer.abort();
  }
}

function labelColumnsOf(
  values: Float64Array,
  numOutputs: number,
  temperature: number,
): Float64Array[] {
  if (numOutputs === 1) return [values.map((margin) => softLabel(margin, temperature))];
  const numRows = values.length / numOutputs;
  const columns = Array.from({ length: numOutputs }, () => new Float64Array(numRows));
  const row = new Float64Array(numOutputs);
  for (let index = 0; index < numRows; index++) {
    softLabels(row, values.subarray(index * numOutputs, (index + 1) * numOutputs), temperature);
    for (let c = 0; c < numOutputs; c++) columns[c][index] = row[c];
  }
  return columns;
}

/** Removes shards that an earlier run with more rows left behind. */
async function removeOtherShards(out: string, keep: ReadonlySet<string>): Promise<void> {
  for (const name of await readdir(out)) {
    if (/^labels-\d+\.parquet$/.test(name) && !keep.has(name)) await rm(join(out, name));
  }
}
