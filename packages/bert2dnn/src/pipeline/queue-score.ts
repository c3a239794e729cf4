// `score --queue`: the same shards through a queue. This process plans, hands in, follows and writes the manifest;
// workers score. It may be killed and run again.
import type { ExampleSet } from '../data/index.js';
import { Bert2dnnError } from '../foundation/errors.js';
import type { Progress } from '../foundation/progress.js';
import { parseQueueUrl } from '../jobs/queue-address.js';
import type { FailedJob, QueueTuning } from '../jobs/redis-queue.js';
import {
  followSubmission,
  type SubmissionQueue,
  type SubmissionResult,
} from '../jobs/submission.js';
import { isStoreUri } from '../store/index.js';
import type { ScoreResult } from '../teacher/score.js';
import { MANIFEST_FILE } from '../teacher/scores-manifest.js';
import { openScoring, type Scoring, type ScoringOptions } from '../teacher/scoring.js';
import { createScoringRequest, markOutput } from '../teacher/scoring-request.js';

/** Options of `scoreOnQueue`. */
export interface QueueScoreOptions
  extends Omit<ScoringOptions, 'onScored' | 'onReused' | 'onNote' | 'force'> {
  /** URL of the queue, see `parseQueueUrl`. */
  queue: string;
  input: ExampleSet;
  progress: Progress;
  signal?: AbortSignal;
  /** See `Submission`. */
  reconcileMs?: number;
  tuning?: QueueTuning;
}

/**
 * Scores an example set with the workers of a queue and writes the manifest.
 * @throws Bert2dnnError JOBS_FAILED when shards were given up, after all others are finished; QUEUE_UNREACHABLE,
 *   QUEUE_REFUSED; INTERRUPTED; what `openScoring` throws.
 */
export async function scoreOnQueue(options: QueueScoreOptions): Promise<ScoreResult> {
  const { ShardQueue } = await import('../jobs/redis-queue.js');
  const startMs = performance.now();
  // First, because it is checked at once and the teacher takes time.
  const queue = await ShardQueue.open(parseQueueUrl(options.queue), options.tuning);
  try {
    const scoring = await openScoring({
      ...options,
      force: false,
      onNote: (message) => options.progress.note(message),
    });
    try {
      return await submitScoring(options, { queue, scoring, startMs });
    } finally {
      await scoring.close();
    }
  } finally {
    await queue.close();
  }
}

/** How often a bucket is listed: it takes longer than a look into a folder, and is paid for. */
const STORE_POLL_MS = 3000;

interface OpenSubmission {
  queue: SubmissionQueue;
  scoring: Scoring;
  startMs: number;
}

async function submitScoring(
  options: QueueScoreOptions,
  { queue, scoring, startMs }: OpenSubmission,
): Promise<ScoreResult> {
  const { out, input, signal, reconcileMs, progress } = options;
  const { teacher, plan } = scoring;
  const request = await createScoringRequest({ ...options, teacher, plan });
  await markOutput(request);
  const task = progress.start('score', input.numRows);
  const submission = await followSubmission({
    queue,
    plan,
    request,
    out: request.out,
    folder: scoring.folder,
    pollMs: isStoreUri(request.out) ? STORE_POLL_MS : undefined,
    signal,
    reconcileMs,
    onFinished: (shard) => task.advance(shard.numRows),
  });
  task.done();
  if (submission.failed.length > 0) throw describeFailures(submission, plan.length);
  await scoring.finish();
  const { numFailedRows } = (await scoring.folder.readJson(MANIFEST_FILE)) as Manifest;
  return describeResult(scoring, { out, submission, numFailedRows, startMs });
}

/** What is read of the manifest that was just written: workers do not say which rows they could not score. */
interface Manifest {
  numFailedRows: number;
}

function describeResult(
  { plan, numOutputs, teacher, embeddingSize, int8 }: Scoring,
  run: { out: string; submission: SubmissionResult; numFailedRows: number; startMs: number },
): ScoreResult {
  const { out, submission, numFailedRows, startMs } = run;
  const seconds = (performance.now() - startMs) / 1000;
  const numRows = plan.reduce((sum, shard) => sum + shard.numRows, 0);
  const share = submission.numFinished / plan.length;
  return {
    out,
    numRows,
    numOutputs,
    teacher,
    int8,
    shards: {
      produced: submission.numFinished,
      reused: submission.numReused,
      total: plan.length,
    },
    embeddingSize,
    numFailedRows,
    complete: true,
    rowsPerSecond: Math.round((numRows * share) / seconds),
    seconds: Math.round(seconds * 1000) / 1000,
  };
}

const NUM_SHOWN = 3;

function describeFailures({ failed }: SubmissionResult, numShards: number): Bert2dnnError {
  const lines = failed.slice(0, NUM_SHOWN).map(describeFailure);
  if (failed.length > NUM_SHOWN) lines.push(`and ${failed.length - NUM_SHOWN} more`);
  return new Bert2dnnError(
    'JOBS_FAILED',
    `${failed.length} of ${numShards} shards failed, the others are finished:\n  ${lines.join('\n  ')}`,
  );
}

function describeFailure({ shard, error, attempts }: FailedJob): string {
  const last = shard.start + shard.numRows - 1;
  return `shard ${shard.index}, rows ${shard.start} to ${last}, ${attempts} attempts: ${error}`;
}
