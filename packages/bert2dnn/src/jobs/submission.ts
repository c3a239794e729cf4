// A run of shards through a queue, from the submitter's side: hand in what is missing, follow, hand in what was lost.
// What is finished is read from the output folder alone, so a queue that forgets costs time and no rows.
import { Bert2dnnError } from '../foundation/errors.js';
import type { Json } from '../foundation/fingerprint.js';
import { LocalFolder, type OutputFolder } from '../store/index.js';
import type { FailedJob, JobState } from './redis-queue.js';
import { createShardJob, type ShardJob, shardJobId } from './shard-job.js';
import type { PlannedShard } from './shard-plan.js';
import { readFinishedShard } from './shard-runner.js';

/** What a submission needs of a queue; `ShardQueue` has it. */
export interface SubmissionQueue {
  add(jobs: readonly ShardJob[]): Promise<void>;
  remove(ids: readonly string[]): Promise<void>;
  states(): Promise<Map<string, JobState>>;
  failed(ids: readonly string[]): Promise<FailedJob[]>;
}

/** A run through a queue. */
export interface Submission {
  queue: SubmissionQueue;
  /** Folder of the outputs, as submitter and workers see it. */
  out: string;
  /** The same, to look at. Default: the folder of this machine at `out`. */
  folder?: OutputFolder;
  plan: readonly PlannedShard[];
  /** What the jobs carry beside their shard. */
  request: Json;
  /** Called for each shard as it is found finished; `reused`: it was before anything was handed in. */
  onFinished?(shard: PlannedShard, reused: boolean): void;
  /** Stops following; jobs stay in the queue. */
  signal?: AbortSignal;
  /** How often the output folder is looked at. Default 500. */
  pollMs?: number;
  /** How often the queue is asked for lost and failed jobs. Default 5,000. */
  reconcileMs?: number;
}

/** How a submission ended. */
export interface SubmissionResult {
  numReused: number;
  numFinished: number;
  /** Shards that were given up. The others are finished. */
  failed: FailedJob[];
}

/** How often a job may say that it is done without a file that can be seen here. */
const MAX_UNSEEN = 3;

/**
 * Hands in the shards that are not there and waits until each is finished or failed.
 * @throws Bert2dnnError INTERRUPTED when the signal fires: run it again to go on.
 */
export async function followSubmission(submission: Submission): Promise<SubmissionResult> {
  const follower = new Follower(submission);
  await follower.lookAtFolder(true);
  const { numFinished: numReused } = follower;
  await follower.reconcile(true);
  const { pollMs = 500, reconcileMs = 5000, signal, out } = submission;
  let reconciledMs = performance.now();
  while (!follower.isDone) {
    await sleep(pollMs, signal);
    if (signal?.aborted === true) {
      throw new Bert2dnnError('INTERRUPTED', `${out}: stopped; what was submitted goes on`);
    }
    await follower.lookAtFolder(false);
    if (performance.now() - reconciledMs >= reconcileMs) {
      await follower.reconcile(false);
      reconciledMs = performance.now();
    }
  }
  return { numReused, numFinished: follower.numFinished - numReused, failed: follower.failed };
}

/** What is known of each shard. */
class Follower {
  numFinished = 0;
  readonly #submission: Submission;
  readonly #folder: OutputFolder;
  /** Shards neither finished nor failed, by file and by job. */
  readonly #pending = new Map<string, PlannedShard>();
  readonly #jobs = new Map<string, ShardJob>();
  readonly #failed = new Map<string, FailedJob>();
  readonly #unseen = new Map<string, number>();

  constructor(submission: Submission) {
    this.#submission = submission;
    this.#folder = submission.folder ?? new LocalFolder(submission.out);
    for (const shard of submission.plan) {
      const job = createShardJob(submission, shard);
      this.#pending.set(shard.file, shard);
      this.#jobs.set(shardJobId(job), job);
    }
  }

  get isDone(): boolean {
    return this.#pending.size === 0;
  }

  get failed(): FailedJob[] {
    return [...this.#failed.values()].sort((left, right) => left.shard.index - right.shard.index);
  }

  /** Finds shards whose file and sidecar are there and agree. */
  async lookAtFolder(reused: boolean): Promise<void> {
    const { onFinished } = this.#submission;
    const names = await this.#folder.list();
    for (const [file, shard] of this.#pending) {
      if (!names.has(file) || !names.has(`${file}.json`)) continue;
      if ((await readFinishedShard(this.#folder, shard)) === undefined) continue;
      this.#pending.delete(file);
      this.numFinished += 1;
      onFinished?.(shard, reused);
    }
  }

  /**
   * Compares with the queue: hands in pending shards that it does not know, and anew those that it holds for done without
   * a file; gives up those whose attempts are used up.
   * @param isFirst those that failed in an earlier run are handed in anew as well
   */
  async reconcile(isFirst: boolean): Promise<void> {
    const { queue } = this.#submission;
    const states = await queue.states();
    // Jobs that finished since the last look are not missing.
    await this.lookAtFolder(isFirst);
    const missing: string[] = [];
    const stale: string[] = [];
    const failed: string[] = [];
    for (const id of this.#pendingIds()) {
      const state = states.get(id);
      if (state === undefined) missing.push(id);
      else if (isFirst && (state === 'failed' || state === 'completed')) stale.push(id);
      else if (state === 'failed') failed.push(id);
      else if (state === 'completed' && this.#isUnseenTooLong(id)) stale.push(id);
    }
    for (const job of failed.length === 0 ? [] : await queue.failed(failed)) this.#giveUp(job);
    if (stale.length > 0) await queue.remove(stale);
    const jobs = [...missing, ...stale].map((id) => this.#jobs.get(id) as ShardJob);
    if (jobs.length > 0) await queue.add(jobs);
  }

  *#pendingIds(): Iterable<string> {
    for (const [id, { shard }] of this.#jobs) if (this.#pending.has(shard.file)) yield id;
  }

  /** A shared folder may show a file late: at first patience, then again, then a failure. */
  #isUnseenTooLong(id: string): boolean {
    const times = (this.#unseen.get(id) ?? 0) + 1;
    this.#unseen.set(id, times);
    if (times <= MAX_UNSEEN) return times > 1;
    const { shard, out } = this.#jobs.get(id) as ShardJob;
    const error = `a worker says that ${shard.file} is done, but it cannot be seen in ${out}: is the folder shared?`;
    this.#giveUp({ id, shard, out, error, attempts: times });
    return false;
  }

  #giveUp(job: FailedJob): void {
    if (this.#pending.delete(job.shard.file)) this.#failed.set(job.id, job);
  }
}

function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener('abort', end);
    if (signal?.aborted === true) end();
  });
}
