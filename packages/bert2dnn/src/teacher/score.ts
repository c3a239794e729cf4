// Scoring: a teacher over an example set, into a folder of Parquet shards with one manifest.
// Any number of processes may work on one folder; a killed one is run again and goes on.
import { type Progress, SILENT } from '../foundation/progress.js';
import { type PlannedShard, type ShardSelection, selectShards } from '../jobs/shard-plan.js';
import { forgetShard, runShards } from '../jobs/shard-runner.js';
import type { Int8Agreement } from './int8-agreement.js';
import type { ScoredTeacher } from './scores-manifest.js';
import { openScoring, type Scoring, type ScoringOptions } from './scoring.js';
import { chooseNumProcesses, scoreInProcesses } from './scoring-pool.js';
import { createScoringRequest, markOutput } from './scoring-request.js';

/** Options of `score`. */
export interface ScoreOptions extends Omit<ScoringOptions, 'onScored' | 'onReused' | 'onNote'> {
  /** The part of the shards that this process does. Default: all. */
  shard?: ShardSelection;
  /**
   * Processes that score side by side, a model and a shard each; the threads are shared out. Default 1; `auto`: see
   * `chooseNumProcesses`. The bytes are the same.
   */
  processes?: number | 'auto';
  progress?: Progress;
  signal?: AbortSignal;
}

/** What a scoring run did. */
export interface ScoreResult {
  out: string;
  /** Rows of the whole input. */
  numRows: number;
  numOutputs: number;
  teacher: ScoredTeacher;
  /** Shards that this run scored and those that it found done. */
  shards: { produced: number; reused: number; total: number };
  /** Width of a row's vector, where vectors were asked for. */
  embeddingSize: number | undefined;
  /** How int8 does beside float32, where it was compared. */
  int8: Int8Agreement | undefined;
  /** Rows of the shards of this run that have no scores; with `complete`, `failed-rows.tsv` lists those of all shards. */
  numFailedRows: number;
  /** Whether all shards are there and the manifest is written. */
  complete: boolean;
  /** Rows that this run scored, a second. */
  rowsPerSecond: number;
  seconds: number;
}

/**
 * Scores an example set. Logits are in input order, whatever the batches and processes.
 * @throws Bert2dnnError TEACHER_INVALID and kin from the folder, COLUMN_MISSING for a field that the teacher
 *   needs, NOT_FINITE for a row that it fails on, ENDPOINT_BUDGET, ENDPOINT_FAILED, DISK_FULL, INTERRUPTED.
 *   Finished shards stay.
 */
export async function score(options: ScoreOptions): Promise<ScoreResult> {
  const { input, out, progress = SILENT, shard: selection } = options;
  const startMs = performance.now();
  const meter = new ScoringMeter(progress);
  const scoring = await openScoring({
    ...options,
    onScored: (numRows, numTokens) => meter.addScored(numRows, numTokens),
    onReused: (numRows) => meter.addReused(numRows),
    onNote: (message) => progress.note(message),
  });
  try {
    const { plan, numOutputs, embeddingSize, teacher } = scoring;
    const selected = selectShards(plan, selection);
    await scoring.preview(selected, progress);
    meter.start(selected.reduce((sum, shard) => sum + shard.numRows, 0));
    const made = await finishShards(options, { scoring, selected, meter });
    meter.done();
    const complete = await scoring.finish();
    const seconds = (performance.now() - startMs) / 1000;
    return {
      out,
      numRows: input.numRows,
      numOutputs,
      teacher,
      shards: { produced: made.numProduced, reused: made.numReused, total: plan.length },
      embeddingSize,
      int8: scoring.int8,
      numFailedRows: made.numFailedRows,
      complete,
      rowsPerSecond: Math.round(meter.numScored / seconds),
      seconds: Math.round(seconds * 1000) / 1000,
    };
  } finally {
    await scoring.close();
  }
}

interface OpenRun {
  scoring: Scoring;
  selected: readonly PlannedShard[];
  meter: ScoringMeter;
}

/** Finishes the selected shards here or in processes of their own. */
async function finishShards(
  options: ScoreOptions,
  { scoring, selected, meter }: OpenRun,
): Promise<ReturnType<Scoring['counts']>> {
  const { input, out, shard: selection, signal, threads = 1, processes = 1 } = options;
  const { plan, teacher, numParameters } = scoring;
  const numProcesses =
    processes === 'auto'
      ? chooseNumProcesses({ shards: selected, threads, numParameters })
      : Math.min(processes, selected.length);
  if (numProcesses <= 1) {
    await runShards({ out, plan, selection, signal, finish: (index) => scoring.scoreShard(index) });
    return scoring.counts();
  }
  const request = await createScoringRequest({ ...options, input, teacher, plan });
  await markOutput(request);
  if (options.force === true)
    for (const shard of selected) await forgetShard(scoring.folder, shard);
  const counts = { numProduced: 0, numReused: 0, numFailedRows: 0 };
  await scoreInProcesses({
    request,
    shards: selected,
    numProcesses,
    threads,
    signal,
    onScored: (numRows, numTokens) => meter.addScored(numRows, numTokens),
    onFinished: ({ shard, reused, numFailedRows }) => {
      counts[reused ? 'numReused' : 'numProduced']++;
      counts.numFailedRows += numFailedRows;
      if (reused) meter.addReused(shard.numRows);
    },
  });
  return counts;
}

/** Rows and tokens of a run, for its progress. */
class ScoringMeter {
  /** Rows scored so far. */
  numScored = 0;
  readonly #progress: Progress;
  #task = SILENT.start('score');
  #startMs = 0;
  #numTokens = 0;

  constructor(progress: Progress) {
    this.#progress = progress;
  }

  start(numRows: number): void {
    this.#task = this.#progress.start('score', numRows);
    this.#startMs = performance.now();
  }

  addScored(numRows: number, numTokens: number): void {
    this.numScored += numRows;
    this.#numTokens += numTokens;
    const seconds = (performance.now() - this.#startMs) / 1000;
    this.#task.advance(numRows, { 'tokens/s': Math.round(this.#numTokens / seconds) });
  }

  addReused(numRows: number): void {
    this.#task.advance(numRows);
  }

  done(): void {
    this.#task.done();
  }
}
