// Reading a folder of teacher scores: its manifest, checked, and its logits in row order. Writing one is `score`'s work.
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readTable } from '../data/index.js';
import { Bert2dnnError } from '../foundation/errors.js';
import { readJson } from '../foundation/files.js';

/** A file that was scored. */
export interface ScoredInput {
  path: string;
  fingerprint: string;
  numRows: number;
}

/** What `manifest.json` of a scores folder says, as far as stacking needs it. */
export interface ScoresManifest {
  format: 'bert2dnn-scores';
  version: 1;
  teacher: { fingerprint: string; path: string };
  /** Logits a row. */
  numOutputs: number;
  numRows: number;
  /** Rows whose logits are empty because the teacher failed on them; absent in folders of earlier versions. */
  numFailedRows?: number;
  /** Width of a row's vector, where the shards hold vectors. */
  embeddingSize?: number;
  /** In the order in which rows are counted. */
  inputs: ScoredInput[];
  shards: { file: string; start: number; numRows: number }[];
}

/** A scores folder whose manifest is complete and whose shards are there. */
export interface ScoreFolder {
  path: string;
  manifest: ScoresManifest;
}

/**
 * Opens a scores folder.
 * @throws Bert2dnnError FILE_MISSING, FILE_FORMAT for another kind of folder, SCORES_MISMATCH if shards are missing.
 */
export async function openScoreFolder(path: string): Promise<ScoreFolder> {
  const manifestPath = join(path, 'manifest.json');
  const manifest = (await readJson(manifestPath)) as Partial<ScoresManifest> | null;
  if (manifest?.format !== 'bert2dnn-scores' || manifest.version !== 1) {
    throw new Bert2dnnError(
      'FILE_FORMAT',
      `${manifestPath}: got ${manifest?.format ?? 'no format'} version ${manifest?.version}, expected bert2dnn-scores version 1`,
      { hint: 'Give --scores the --out folder of `score`.' },
    );
  }
  const { numRows, numOutputs, inputs, shards } = manifest;
  if (numOutputs === 0 && manifest.embeddingSize !== undefined) {
    throw new Bert2dnnError(
      'FILE_FORMAT',
      `${path}: holds vectors and no logits, expected logits`,
      {
        hint: 'Score with a teacher that has a classification head, without --embeddings-only.',
      },
    );
  }
  if (
    !isCount(numRows) ||
    !isCount(numOutputs) ||
    !Array.isArray(inputs) ||
    !Array.isArray(shards)
  ) {
    throw new Bert2dnnError(
      'FILE_CORRUPT',
      `${manifestPath}: lacks numRows, numOutputs, inputs or shards`,
    );
  }
  const folder = { path, manifest: manifest as ScoresManifest };
  await checkShards(folder);
  return folder;
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) > 0;
}

async function checkShards({ path, manifest }: ScoreFolder): Promise<void> {
  manifest.shards.sort((left, right) => left.start - right.start);
  let next = 0;
  for (const shard of manifest.shards) {
    if (shard.start !== next) break;
    next += shard.numRows;
    await stat(join(path, shard.file)).catch((cause) => {
      throw new Bert2dnnError(
        'FILE_MISSING',
        `${join(path, shard.file)}: the shard is gone, expected ${shard.numRows} rows of scores`,
        { hint: 'Run `score` again: it makes the missing shards only.', cause },
      );
    });
  }
  if (next === manifest.numRows) return;
  throw new Bert2dnnError(
    'SCORES_MISMATCH',
    `${path}: scores end or break off at row ${next}, expected ${manifest.numRows} rows`,
    { hint: 'Run `score` again until every shard is there.' },
  );
}

/** Consecutive rows of logits [n, C]. */
export interface LogitsBatch {
  start: number;
  numRows: number;
  logits: Float64Array;
}

/** Options of `readLogits`. */
export interface ReadLogitsOptions {
  /**
   * What to do where the teacher failed on rows, so that they have no logits: `fail`, or `keep` them as NaN.
   * Default `fail`.
   */
  failedRows?: 'fail' | 'keep';
}

/**
 * Streams the logits in row order.
 * @throws Bert2dnnError SCORES_MISMATCH for rows out of order, NOT_FINITE for a logit that is no number.
 */
export async function* readLogits(
  folder: ScoreFolder,
  { failedRows = 'fail' }: ReadLogitsOptions = {},
): AsyncGenerator<LogitsBatch> {
  const { numOutputs, shards, numFailedRows = 0 } = folder.manifest;
  if (numFailedRows > 0 && failedRows === 'fail') throw hasFailedRows(folder.path, numFailedRows);
  const columns = Array.from({ length: numOutputs }, (_, index) => `logit_${index}`);
  for (const shard of shards) {
    const path = join(folder.path, shard.file);
    let start = shard.start;
    for await (const { numRows, numbers } of readTable(path, { numbers: ['row', ...columns] })) {
      const [rows, ...logitColumns] = numbers;
      checkRows(path, rows, start);
      const logits = new Float64Array(numRows * numOutputs);
      logitColumns.forEach((values, column) => {
        for (let row = 0; row < numRows; row++) {
          const isAbsent = numFailedRows > 0 && Number.isNaN(values[row]);
          if (!Number.isFinite(values[row]) && !isAbsent) {
            throw notFinite(path, columns[column], rows[row]);
          }
          logits[row * numOutputs + column] = values[row];
        }
      });
      yield { start, numRows, logits };
      start += numRows;
    }
    if (start !== shard.start + shard.numRows) {
      throw new Bert2dnnError(
        'SCORES_MISMATCH',
        `${path}: got ${start - shard.start} rows, expected ${shard.numRows} as in the manifest`,
        { hint: 'Delete the shard and run `score` again.' },
      );
    }
  }
}

/**
 * Checks that a `row` column counts up from `start`.
 * @throws Bert2dnnError SCORES_MISMATCH.
 */
export function checkRows(path: string, rows: Float64Array, start: number): void {
  for (let index = 0; index < rows.length; index++) {
    if (rows[index] === start + index) continue;
    throw new Bert2dnnError(
      'SCORES_MISMATCH',
      `${path}: got row ${rows[index]}, expected row ${start + index}`,
      { hint: 'The rows must be in the order of the input; do not sort or cut the file.' },
    );
  }
}

function hasFailedRows(path: string, numFailedRows: number): Bert2dnnError {
  return new Bert2dnnError(
    'SCORES_MISMATCH',
    `${path}: ${numFailedRows} rows have no logits, expected logits in every row`,
    {
      hint: 'failed-rows.tsv there says why. Leave them out with `stack --failed-rows drop`, or correct the rows and score again.',
    },
  );
}

function notFinite(path: string, column: string, row: number): Bert2dnnError {
  return new Bert2dnnError('NOT_FINITE', `${path}: row ${row}: ${column} is not a finite number`, {
    hint: 'Check the teacher; then delete the shard and run `score` again.',
  });
}
