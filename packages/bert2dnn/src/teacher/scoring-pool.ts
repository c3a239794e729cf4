// One scoring in several processes of this machine, a shard at a time each. Products of a few hundred rows leave the second
// thread of a model half idle, and a second process does not. For many machines see `pipeline/queue-score.ts`.
import { freemem } from 'node:os';
import { runInParallel } from '../foundation/in-parallel.js';
import type { PlannedShard } from '../jobs/shard-plan.js';
import { interruptedBefore } from '../jobs/shard-runner.js';
import { ScoringChild } from './scoring-child.js';
import type { FinishedOrder } from './scoring-messages.js';
import type { ScoringRequest } from './scoring-request.js';

/** Shards to score, and who wants to know of it. */
export interface ScoringPool {
  request: ScoringRequest;
  shards: readonly PlannedShard[];
  numProcesses: number;
  /** Threads of all processes together. */
  threads: number;
  /** Stops before the next shards; those that are being scored are finished. */
  signal?: AbortSignal;
  /** Called now and then with rows and tokens that were scored. */
  onScored(numRows: number, numTokens: number): void;
  /** Called for each shard. */
  onFinished(order: FinishedOrder): void;
}

/**
 * Finishes all shards.
 * @throws Bert2dnnError INTERRUPTED when the signal fires; the first error of a process, after the others have finished
 *   their shards; WORKER_LOST if a process ended under its shard.
 */
export async function scoreInProcesses(pool: ScoringPool): Promise<void> {
  const { request, shards, numProcesses, threads, signal, onScored, onFinished } = pool;
  const share = Math.max(1, Math.floor(threads / numProcesses));
  const children = Array.from({ length: numProcesses }, () => new ScoringChild());
  const free = [...children];
  try {
    await runInParallel(shards, numProcesses, async (shard) => {
      if (signal?.aborted === true) throw interruptedBefore(request.out, shard);
      const child = free.pop()!;
      onFinished(await child.order({ request, shard, threads: share }, onScored));
      free.push(child);
    });
  } finally {
    for (const child of children) child.kill();
  }
}

/** Rows times learnt numbers from which the start of a process is worth it: some ten seconds of one core. */
const WORTHWHILE_WORK = 5e10;

/** What decides the number of processes. */
export interface PoolSizeOptions {
  shards: readonly PlannedShard[];
  threads: number;
  /** Learnt numbers of the teacher; `undefined`: unknown, as of an endpoint. */
  numParameters: number | undefined;
}

/**
 * Processes for a scoring where nobody says: one a thread, as long as each has a shard and their models fit into half
 * of the free memory; one alone for little work and for teachers that compute elsewhere.
 */
export function chooseNumProcesses({ shards, threads, numParameters }: PoolSizeOptions): number {
  if (numParameters === undefined) return 1;
  const numRows = shards.reduce((sum, shard) => sum + shard.numRows, 0);
  if (numRows * numParameters < WORTHWHILE_WORK) return 1;
  const fitting = Math.floor(freemem() / 2 / (4 * numParameters));
  return Math.max(1, Math.min(threads, shards.length, fitting));
}
