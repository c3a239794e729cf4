// Scores one shard: its texts read, run through the teacher, written. What happens to a row that the teacher fails on.
import { placeOfExample } from '../data/index.js';
import { Bert2dnnError } from '../foundation/errors.js';
import type { PlannedShard } from '../jobs/shard-plan.js';
import { RowError } from './batch-model.js';
import { excerptOf, type FailedRow, type FailedRowPolicy } from './failed-rows.js';
import { writeScoreShard } from './score-shard.js';
import { readTexts, type TextSource } from './shard-texts.js';
import type { LogitsOptions, Teacher, TextScores } from './teacher.js';

/** What shards are scored from. */
export interface ShardScorerOptions extends TextSource {
  teacher: Teacher;
  /** Default `fail`. */
  failedRows?: FailedRowPolicy;
  /** Called after each batch with its rows and tokens. */
  onScored?: (numRows: number, numTokens: number) => void;
}

/** After so many failed rows, with no row scored, the fault is the teacher's and not the rows'. */
const MAX_ONLY_FAILED = 64;

/**
 * Scores a shard into the file `path`; gives the rows that have no scores.
 * @throws Bert2dnnError NOT_FINITE for a row that the teacher fails on, naming file, line and text, or for a teacher that
 *   fails on every row; DISK_FULL, FILE_CORRUPT.
 */
export async function scoreShard(
  options: ShardScorerOptions,
  shard: PlannedShard,
  path: string,
): Promise<FailedRow[]> {
  const { teacher, input } = options;
  const texts = await readTexts(options, { start: shard.start, count: shard.numRows });
  const failed: FailedRow[] = [];
  try {
    const scores = await runTeacher(options, texts, (row, reason) => {
      failed.push({ row: shard.start + row, reason, excerpt: excerptOf(texts, row) });
    });
    failed.sort((left, right) => left.row - right.row);
    await writeScoreShard(path, shard, { ...scores, teacher, failed });
    return failed;
  } catch (error) {
    if (!(error instanceof RowError)) throw error;
    const place = await placeOfExample(input, shard.start + error.row);
    throw new RowError(shard.start + error.row, error.reason, {
      place: `${place}: the teacher fails on "${excerptOf(texts, error.row)}"`,
      hint: 'Correct the row or leave it out; --failed-rows skip goes on without it and lists it.',
    });
  }
}

async function runTeacher(
  { teacher, failedRows, onScored }: ShardScorerOptions,
  texts: readonly (readonly string[])[],
  onFailedRow: (row: number, reason: string) => void,
): Promise<TextScores> {
  let numTried = 0;
  let numFailed = 0;
  let firstReason = '';
  const refuseIfAllFailed = (numRows: number): void => {
    if (numFailed >= numRows) throw allFailed(teacher, numRows, firstReason);
  };
  const options: LogitsOptions = {
    onBatch(numRows, numTokens) {
      numTried += numRows;
      onScored?.(numRows, numTokens);
      if (numFailed >= MAX_ONLY_FAILED) refuseIfAllFailed(numTried);
    },
  };
  if (failedRows === 'skip') {
    options.onFailedRow = (row, reason) => {
      if (numFailed++ === 0) firstReason = reason;
      onFailedRow(row, reason);
    };
  }
  const scores =
    teacher.score === undefined
      ? { logits: await teacher.logits(texts, options), embeddings: undefined }
      : await teacher.score(texts, options);
  if (texts[0].length > 1) refuseIfAllFailed(texts[0].length);
  return scores;
}

function allFailed(teacher: Teacher, numRows: number, reason: string): Bert2dnnError {
  return new Bert2dnnError(
    'NOT_FINITE',
    `${teacher.dir}: the teacher fails on each of the first ${numRows} rows (${reason})`,
    { hint: 'The weights may be damaged, or too large for their precision.' },
  );
}
