// A queue of shards in Redis: the one file that knows BullMQ. What a shard holds is the caller's matter.
// Delivery is at least once; a shard's file is named by its content and renamed into place, so twice is harmless.
import { hostname } from 'node:os';
import { type Job, Queue, WaitingError, Worker } from 'bullmq';
import { Bert2dnnError } from '../foundation/errors.js';
import type { QueueAddress } from './queue-address.js';
import {
  checkRedis,
  describeRedisError,
  drainSeconds,
  lastingConnection,
  type Patience,
} from './redis-connection.js';
import { parseShardJob, type ShardJob, shardJobId } from './shard-job.js';
import type { FinishedShard } from './shard-runner.js';

/** Name of the queue under its prefix. */
export const QUEUE_NAME = 'shards';

const ATTEMPTS = 5;
const FIRST_RETRY_MS = 2000;
/** Finished jobs are kept for the view of `jobs`; failed ones until they are submitted again. */
const KEEP_FINISHED = { age: 3600, count: 20_000 };
const KEEP_FAILED = { age: 30 * 24 * 3600, count: 20_000 };
/** A shard that took so many workers with it is not given to another one. */
const MAX_STALLED = 10;
const STATES = ['waiting', 'active', 'delayed', 'completed', 'failed'] as const;

/** How a queue is used; the defaults suit shards of a minute. */
export interface QueueTuning extends Patience {
  /** Times that a shard may fail before it is given up. Default 5. */
  attempts?: number;
  /** Pause before the second attempt; it doubles with each, by up to half of it at random. Default 2000. */
  firstRetryMs?: number;
}

/** Where a job is. */
export type JobState = (typeof STATES)[number];

/** A job whose attempts are used up. */
export interface FailedJob {
  id: string;
  shard: ShardJob['shard'];
  out: string;
  error: string;
  attempts: number;
}

/** A job that a worker has. */
export interface ActiveJob {
  shard: ShardJob['shard'];
  out: string;
  worker: string;
  ageSeconds: number;
}

/** What a queue holds at one moment. */
export interface QueueSnapshot {
  queue: string;
  /** Jobs by state; `delayed` wait for their next attempt. */
  counts: Record<JobState, number>;
  numWorkers: number;
  active: ActiveJob[];
  /** The latest ones, 20 at most. */
  failed: FailedJob[];
  /** Rows a second over the jobs finished in the last five minutes; 0 without any. */
  rowsPerSecond: number;
  /** For what waits and runs, at that rate; `undefined` without one. */
  secondsLeft: number | undefined;
}

/** What a job left when it was done. */
interface JobResult extends FinishedShard {
  worker: string;
}

type QueueJob = Job<unknown, JobResult>;

/** The submitter's side of a queue. Commands wait until Redis is there again. */
export class ShardQueue {
  readonly address: QueueAddress;
  readonly #queue: Queue;
  readonly #tuning: QueueTuning;

  /**
   * Opens a queue after a look whether Redis is there.
   * @param options `mustExist`: refuse a prefix under which nothing was ever submitted
   * @throws Bert2dnnError QUEUE_UNREACHABLE, QUEUE_REFUSED, QUEUE_UNKNOWN
   */
  static async open(
    address: QueueAddress,
    options: QueueTuning & { mustExist?: boolean } = {},
  ): Promise<ShardQueue> {
    const prefixes = await checkRedis(address, QUEUE_NAME);
    if (options.mustExist === true && !prefixes.includes(address.prefix)) {
      throw new Bert2dnnError(
        'QUEUE_UNKNOWN',
        `${address.name}: no queue of this prefix, there ${prefixes.length === 0 ? 'is none' : `are ${prefixes.join(', ')}`}`,
      );
    }
    return new ShardQueue(address, options);
  }

  private constructor(address: QueueAddress, tuning: QueueTuning) {
    this.address = address;
    this.#tuning = tuning;
    this.#queue = new Queue(QUEUE_NAME, {
      connection: lastingConnection(address, tuning),
      prefix: address.prefix,
    });
    // Commands wait for the connection and come back by themselves; a lost one is no failure.
    this.#queue.on('error', () => undefined);
  }

  /** Adds jobs; one that is there in any state is not added again. */
  async add(jobs: readonly ShardJob[]): Promise<void> {
    const { attempts = ATTEMPTS, firstRetryMs = FIRST_RETRY_MS } = this.#tuning;
    const backoff = { type: 'exponential', delay: firstRetryMs, jitter: 0.5 };
    await this.#queue.addBulk(
      jobs.map((job) => ({
        name: 'shard',
        data: job,
        opts: {
          jobId: shardJobId(job),
          attempts,
          backoff,
          removeOnComplete: KEEP_FINISHED,
          removeOnFail: KEEP_FAILED,
        },
      })),
    );
  }

  /** Takes jobs out that no worker has, so that they may be added anew. */
  async remove(ids: readonly string[]): Promise<void> {
    // A job that a worker took meanwhile is locked and stays.
    await Promise.all(ids.map((id) => this.#queue.remove(id).catch(() => 0)));
  }

  /** The state of every job in the queue by its id. */
  async states(): Promise<Map<string, JobState>> {
    const states = new Map<string, JobState>();
    for (const state of STATES) {
      for (const id of await this.#queue.getRanges([state], 0, -1)) states.set(id, state);
    }
    return states;
  }

  /** Why jobs failed; one that is no longer in the queue, or did not fail, is left out. */
  async failed(ids: readonly string[]): Promise<FailedJob[]> {
    const jobs = await Promise.all(ids.map((id) => this.#queue.getJob(id)));
    return (jobs as (QueueJob | undefined)[])
      .filter(isShard)
      .filter(({ finishedOn, failedReason }) => finishedOn !== undefined && Boolean(failedReason))
      .map(describeFailed);
  }

  /** What the queue holds now. */
  async snapshot(): Promise<QueueSnapshot> {
    const queue = this.#queue;
    const counts = (await queue.getJobCounts(...STATES)) as Record<JobState, number>;
    const [active, failed, completed, workers] = (await Promise.all([
      queue.getActive(0, 199),
      queue.getFailed(0, 19),
      queue.getCompleted(0, 199),
      queue.getWorkersCount(),
    ])) as [QueueJob[], QueueJob[], QueueJob[], number];
    const nowMs = Date.now();
    const rate = measureRate(completed, nowMs);
    const shardRows = rate.numJobs === 0 ? 0 : rate.numRows / rate.numJobs;
    const rowsLeft = (counts.waiting + counts.active + counts.delayed) * shardRows;
    return {
      queue: this.address.name,
      counts,
      numWorkers: workers,
      active: active.filter(isShard).map((job) => describeActive(job, nowMs)),
      failed: failed.filter(isShard).map(describeFailed),
      rowsPerSecond: Math.round(rate.rowsPerSecond * 10) / 10,
      secondsLeft: rate.rowsPerSecond > 0 ? Math.round(rowsLeft / rate.rowsPerSecond) : undefined,
    };
  }

  /** Ends the connection; jobs stay. */
  async close(): Promise<void> {
    await this.#queue.close();
  }
}

function isShard(job: QueueJob | undefined): job is QueueJob {
  return (job?.data as ShardJob | undefined)?.shard !== undefined;
}

function describeFailed(job: QueueJob): FailedJob {
  const { shard, out } = job.data as ShardJob;
  return { id: job.id ?? '', shard, out, error: job.failedReason, attempts: job.attemptsMade };
}

function describeActive(job: QueueJob, nowMs: number): ActiveJob {
  const { shard, out } = job.data as ShardJob;
  const ageSeconds = Math.max(0, Math.round((nowMs - (job.processedOn ?? nowMs)) / 1000));
  return { shard, out, worker: job.processedBy ?? 'unknown', ageSeconds };
}

const RATE_WINDOW_MS = 5 * 60_000;

function measureRate(
  jobs: readonly QueueJob[],
  nowMs: number,
): { numJobs: number; numRows: number; rowsPerSecond: number } {
  const recent = jobs.filter(
    (job) => isShard(job) && (job.finishedOn ?? 0) > nowMs - RATE_WINDOW_MS,
  );
  const numRows = recent.reduce((sum, job) => sum + (job.data as ShardJob).shard.numRows, 0);
  const startMs = Math.min(...recent.map((job) => job.processedOn ?? nowMs));
  const seconds = recent.length === 0 ? 0 : Math.max(0.001, (nowMs - startMs) / 1000);
  return { numJobs: recent.length, numRows, rowsPerSecond: seconds === 0 ? 0 : numRows / seconds };
}

/** Options of `startShardWorker`. */
export interface ShardWorkerOptions extends Patience {
  address: QueueAddress;
  /** Jobs at a time. */
  concurrency: number;
  /** A job whose worker was not heard of for so long goes to another one. It is renewed three times in that time. */
  lockMs: number;
  /**
   * Does one job; may run long, but must leave the thread of its caller free, which renews the locks.
   * @throws whatever fails the job; `GivenBack` puts it back as if it had not been taken.
   */
  work(job: ShardJob): Promise<FinishedShard>;
  onFinished?(job: ShardJob, shard: FinishedShard): void;
  /** `retried`: whether the job has attempts left. */
  onFailed?(job: ShardJob | undefined, error: Error, retried: boolean): void;
  /** Trouble with Redis, or a lock that was lost: the worker goes on. */
  onTrouble?(message: string): void;
}

/** Thrown by `work` to put a job back into the queue; no attempt is used up. */
export class GivenBack extends Error {
  override readonly name = 'GivenBack';
}

/** A worker that takes jobs. */
export interface ShardWorker {
  /** As active jobs name it: host and process. */
  name: string;
  /** Takes no more jobs, waits for those that run and ends the connection. */
  close(): Promise<void>;
}

/**
 * Takes jobs from a queue until it is closed. The queue need not be there yet.
 * @throws Bert2dnnError QUEUE_UNREACHABLE, QUEUE_REFUSED
 */
export async function startShardWorker(options: ShardWorkerOptions): Promise<ShardWorker> {
  const { address, concurrency, lockMs } = options;
  await checkRedis(address, QUEUE_NAME);
  const name = `${hostname()}:${process.pid}`;
  const worker = new Worker<unknown, JobResult>(
    QUEUE_NAME,
    (job, token) => processJob(options, { job, token, name }),
    {
      connection: lastingConnection(address, options),
      prefix: address.prefix,
      name,
      concurrency,
      lockDuration: lockMs,
      lockRenewTime: lockMs / 3,
      stalledInterval: lockMs,
      maxStalledCount: MAX_STALLED,
      drainDelay: drainSeconds(options),
      runRetryDelay: Math.min(5000, lockMs),
    },
  );
  worker.on('error', (error) => {
    const shown = isConnectionError(error) ? describeRedisError(address, error) : error;
    options.onTrouble?.(shown.message);
  });
  worker.on('completed', (job, result) => options.onFinished?.(job.data as ShardJob, result));
  worker.on('failed', (job, error) => {
    const retried = job !== undefined && job.finishedOn === undefined;
    options.onFailed?.(job?.data as ShardJob | undefined, error, retried);
  });
  return { name, close: () => worker.close() };
}

interface TakenJob {
  job: QueueJob;
  token: string | undefined;
  name: string;
}

async function processJob(
  { work }: ShardWorkerOptions,
  { job, token, name }: TakenJob,
): Promise<JobResult> {
  try {
    return { ...(await work(parseShardJob(job.data, hostname()))), worker: name };
  } catch (error) {
    if (error instanceof GivenBack) {
      await job.moveToWait(token);
      throw new WaitingError();
    }
    throw withoutStack(error);
  }
}

/** A job keeps the message and the code of an error; a stack is of no use on another machine. */
function withoutStack(error: unknown): Error {
  const { code, message = String(error) } = error as { code?: string; message?: string };
  const bare = new Error(code === undefined ? message : `${code}: ${message}`);
  bare.stack = '';
  return bare;
}

function isConnectionError(error: Error): boolean {
  return (
    (error as NodeJS.ErrnoException).syscall !== undefined ||
    /Socket timeout|Connection is closed|ECONNRE|ETIMEDOUT|LOADING/.test(error.message)
  );
}
