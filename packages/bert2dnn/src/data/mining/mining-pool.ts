// Worker threads that mine. Whoever is free takes the next task; since every task writes places of its own, the result does
// not depend on who did what. The caller must `close` the pool.
import { runInParallel } from '../../foundation/in-parallel.js';
import { WorkerPool } from '../../foundation/worker-pool.js';
import type { MiningSetting, MiningTask } from './mining-task.js';

/** Starts the workers of one catalogue. */
export class MiningPool {
  private readonly workers: WorkerPool<MiningTask, undefined>;

  constructor(setting: MiningSetting, numThreads: number) {
    const script = new URL('./mining-worker.js', import.meta.url);
    this.workers = new WorkerPool(script, setting, numThreads);
  }

  /** Does all tasks. @throws the error of a worker, after which no other is still writing */
  async run(tasks: readonly MiningTask[]): Promise<void> {
    await runInParallel(tasks, this.workers.numThreads, (task) => this.workers.ask(task));
  }

  /** Ends the workers, behind the task that each is at. */
  async close(): Promise<void> {
    await this.workers.close();
  }
}
