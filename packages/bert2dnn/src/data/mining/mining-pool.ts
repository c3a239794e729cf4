// Worker threads that mine. Each has one task at a time, and whoever is free takes the next; since every task writes
// places of its own, the result does not depend on who did what. The caller must `close` the pool.
import { Worker } from 'node:worker_threads';
import type { MiningSetting, MiningTask } from './mining-task.js';

/** Starts the workers of one catalogue. */
export class MiningPool {
  private readonly workers: Worker[];
  /** Why a worker ended, if one did: also before it was asked for anything. */
  private failure: unknown;

  constructor(setting: MiningSetting, numThreads: number) {
    const script = new URL('./mining-worker.js', import.meta.url);
    this.workers = Array.from(
      { length: numThreads },
      () => new Worker(script, { workerData: setting }),
    );
    for (const worker of this.workers) {
      worker.on('error', (error) => {
        this.failure ??= error;
      });
      worker.on('exit', (code) => {
        this.failure ??= endedError(code);
      });
    }
  }

  /** Does all tasks. @throws the error of a worker, after which the pool can only be closed */
  async run(tasks: readonly MiningTask[]): Promise<void> {
    let next = 0;
    const work = async (worker: Worker): Promise<void> => {
      while (next < tasks.length && this.failure === undefined) {
        await request(worker, tasks[next++]);
      }
      if (this.failure !== undefined) throw this.failure;
    };
    // Settled, so that no worker is still writing when the error is seen.
    const results = await Promise.allSettled(this.workers.map(work));
    const broken = results.find((result) => result.status === 'rejected');
    if (broken !== undefined) throw broken.reason;
  }

  /** Ends the workers, whatever they are doing. */
  async close(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }
}

function endedError(code: number): Error {
  return new Error(`mining worker: ended with code ${code}, expected it to wait for work`);
}

function request(worker: Worker, task: MiningTask): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (end: () => void): void => {
      worker.off('message', onDone).off('error', onError).off('exit', onExit);
      end();
    };
    const onDone = (): void => settle(resolve);
    const onError = (error: unknown): void => settle(() => reject(error));
    const onExit = (code: number): void => settle(() => reject(endedError(code)));
    worker.on('message', onDone).on('error', onError).on('exit', onExit);
    worker.postMessage(task);
  });
}
