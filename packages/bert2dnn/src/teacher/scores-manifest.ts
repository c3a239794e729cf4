// The manifest of a folder of scores, written when the last shard is there, and the list of failed rows beside it.
// Reading one is the work of labels/score-folder.ts.
import type { FinishedShard } from '../jobs/shard-runner.js';
import { type OutputFolder, putJson } from '../store/index.js';
import { type FailedRow, writeFailedRows } from './failed-rows.js';
import type { Int8Agreement } from './int8-agreement.js';
import type { Precision } from './quantized-model.js';
import { readFailedRows } from './score-shard.js';
import type { Teacher } from './teacher.js';

export const SCORES_FORMAT = 'bert2dnn-scores';
export const SCORES_VERSION = 1;
export const MANIFEST_FILE = 'manifest.json';
/** By which a worker knows that it sees the folder of the submitter, not one of its own. */
export const QUEUE_MARK_FILE = '.queue.json';

/** A file that was scored, as the manifest names it. */
export interface ScoredInput {
  path: string;
  fingerprint: string;
  numRows: number;
}

/** The teacher as the manifest names it. */
export interface ScoredTeacher {
  fingerprint: string;
  path: string;
  precision: Precision;
}

/** Names a teacher. */
export function describeTeacher({ fingerprint, dir, precision }: Teacher): ScoredTeacher {
  return { fingerprint, path: dir, precision };
}

/** What a manifest is made of. */
export interface FinishedScoring {
  teacher: Teacher;
  inputs: readonly ScoredInput[];
  /** All shards of the plan, in order. */
  finished: readonly FinishedShard[];
  int8: Int8Agreement | undefined;
}

/** Writes `manifest.json` and `failed-rows.tsv`. @throws Bert2dnnError DISK_FULL, FILE_CORRUPT for a shard. */
export async function writeScoresManifest(
  folder: OutputFolder,
  scoring: FinishedScoring,
): Promise<void> {
  const { teacher, inputs, finished, int8 } = scoring;
  const failed: FailedRow[] = [];
  for (const { file, numFailedRows } of finished) {
    // A shard that says that it has none need not be fetched.
    if (numFailedRows === 0) continue;
    failed.push(...(await readFailedRows(await folder.pathOf(file))));
  }
  await writeFailedRows(folder, failed);
  const seconds = finished.reduce((sum, shard) => sum + shard.seconds, 0);
  await putJson(folder, MANIFEST_FILE, {
    format: SCORES_FORMAT,
    version: SCORES_VERSION,
    teacher: describeTeacher(teacher),
    numOutputs: teacher.numOutputs,
    embeddingSize: teacher.embeddingSize,
    numRows: inputs.reduce((sum, { numRows }) => sum + numRows, 0),
    numFailedRows: failed.length,
    int8,
    inputs,
    shards: finished.map(({ file, start, numRows, sha256 }) => ({ file, start, numRows, sha256 })),
    seconds: Math.round(seconds * 1000) / 1000,
  });
}
