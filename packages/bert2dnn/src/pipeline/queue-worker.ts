// A worker of a queue: takes shards in this process and scores them in others, one a slot, so that the renewal of locks
// never waits for a model.
import { Bert2dnnError } from '../foundation/errors.js';
import type { Progress } from '../foundation/progress.js';
import type { QueueAddress } from '../jobs/queue-address.js';
import type { Patience } from '../jobs/redis-connection.js';
import type { ShardJob } from '../jobs/shard-job.js';
import type { FinishedShard } from '../jobs/shard-runner.js';
import { ScoringChild } from '../teacher/scoring-child.js';

/** Options of `startQueueWorker`. */
export interface QueueWorkerOptions extends Patience {
  address: QueueAddress;
  /** Copy of the teacher to load instead of the submitted one. */
  teacher?: string;
  /** Shards at a time. Default 1. */
  concurrency?: number;
  /** Threads of all shards together. Default 1. */
  threads?: number;
  /** Time without a sign of life after which a shard goes to another worker. Default 30. */
  lockSeconds?: number;
  /** Time that the current shards have after `close`, before they are given back. Default 60. */
  graceSeconds?: number;
  progress: Progress;
  /** Program of the scoring processes; for tests of what a model may do. */
  program?: string;
}

/** A worker that runs. */
export interface QueueWorker {
  queue: string;
  /** Name under which `jobs` shows it: host and process. */
  worker: string;
  concurrency: number;
  /** Seconds after which it has ended, once told to. */
  endsWithinSeconds: number;
  /** Ends: finishes the current shards within the grace time, else gives them back. Never takes longer than stated. */
  close(): Promise<void>;
  /** Ends the scoring processes at once; their shards go to others when their locks run out. */
  kill(): void;
}

/** Beyond the grace time: for giving back, and for a Redis that does not answer. */
const CLOSE_SECONDS = 10;
/** The same trouble is told once in so long. */
const TROUBLE_INTERVAL_MS = 30_000;

/**
 * Starts a worker; it goes on until it is closed, through restarts of Redis as well.
 * @throws Bert2dnnError QUEUE_UNREACHABLE, QUEUE_REFUSED
 */
export async function startQueueWorker(options: QueueWorkerOptions): Promise<QueueWorker> {
  const { startShardWorker, GivenBack } = await import('../jobs/redis-queue.js');
  const { address, concurrency = 1, lockSeconds = 30, graceSeconds = 60, progress } = options;
  const task = progress.start('worker');
  const slots = new ScoringSlots(options, (message) => new GivenBack(message));
  const tell = createTeller(progress);
  const worker = await startShardWorker({
    address,
    silenceTimeoutMs: options.silenceTimeoutMs,
    concurrency,
    lockMs: lockSeconds * 1000,
    work: (job) => slots.score(job),
    onFinished: (_, shard) => task.advance(shard.numRows),
    onFailed: (job, error, retried) => {
      const shard = job?.shard === undefined ? 'a job' : `shard ${job.shard.index}`;
      progress.note(`${shard} failed${retried ? ', it is tried again' : ''}: ${error.message}`);
    },
    onTrouble: tell,
  });
  return {
    queue: address.name,
    worker: worker.name,
    concurrency,
    endsWithinSeconds: graceSeconds + CLOSE_SECONDS,
    async close() {
      const grace = setTimeout(() => slots.giveBack(), graceSeconds * 1000);
      await Promise.race([worker.close(), delay((graceSeconds + CLOSE_SECONDS) * 1000)]);
      clearTimeout(grace);
      slots.kill();
      task.done();
    },
    kill: () => slots.kill(),
  };
}

/** The scoring processes, each for one shard at a time. */
class ScoringSlots {
  readonly #free: ScoringChild[];
  readonly #all: readonly ScoringChild[];
  readonly #options: QueueWorkerOptions;
  readonly #makeGivenBack: (message: string) => Error;
  #isGivingBack = false;

  constructor(options: QueueWorkerOptions, makeGivenBack: (message: string) => Error) {
    const { concurrency = 1, program } = options;
    this.#options = options;
    this.#makeGivenBack = makeGivenBack;
    this.#all = Array.from({ length: concurrency }, () => new ScoringChild(program));
    this.#free = [...this.#all];
  }

  async score({ request, shard }: ShardJob): Promise<FinishedShard> {
    const { teacher, threads = 1, concurrency = 1 } = this.#options;
    const child = this.#free.pop();
    if (child === undefined) {
      throw new Bert2dnnError('WORKER_LOST', `shard ${shard.index}: no scoring process is free`);
    }
    const share = Math.max(1, Math.floor(threads / concurrency));
    try {
      return await child.score({ request, shard, teacher, threads: share });
    } catch (error) {
      if (this.#isGivingBack) throw this.#makeGivenBack(`shard ${shard.index} is given back`);
      throw error;
    } finally {
      this.#free.push(child);
    }
  }

  giveBack(): void {
    this.#isGivingBack = true;
    this.kill();
  }

  kill(): void {
    for (const child of this.#all) child.kill();
  }
}

/** Says each message once in a while, however often it comes. */
function createTeller({ note }: Progress): (message: string) => void {
  const toldMs = new Map<string, number>();
  return (message) => {
    const nowMs = performance.now();
    if (nowMs - (toldMs.get(message) ?? Number.NEGATIVE_INFINITY) < TROUBLE_INTERVAL_MS) return;
    toldMs.set(message, nowMs);
    note(message);
  };
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
