// Runs a job on the tables' memory: by the caller, and by worker threads that join where it is large enough.
// The caller claims chunks like everyone, so it never waits for a worker that has not started or is not scheduled.
import { Worker } from 'node:worker_threads';
import {
  compileTableKernel,
  type SharedMemory,
  startTableKernel,
  type TableKernel,
} from './shared-memory.js';
import { CONTROL, CONTROL_START, STATE } from './table-layout.js';
import type { TableWorkerData } from './table-worker.js';

/** Looks at the count of chunks before the caller sleeps: some microseconds. */
const NUM_LOOKS = 200;
/** How often a sleeping caller looks whether a worker has failed. */
const WAIT_MS = 1000;

/** Options of `TableJobs`. */
export interface TableJobsOptions {
  memory: SharedMemory;
  /** Width of a row, for the threads' scratch. */
  D: number;
  /** Threads in all, the caller included. */
  threads: number;
}

/** The threads that work on one memory. */
export class TableJobs {
  /** Control words; the caller fills in a job's before `run`. */
  readonly control: Int32Array;
  private readonly kernel: TableKernel;
  private readonly scratch: number;
  private readonly workers: Worker[];

  constructor({ memory, D, threads }: TableJobsOptions) {
    this.control = memory.integers(CONTROL_START, 16);
    const module = compileTableKernel();
    this.kernel = startTableKernel(module, memory.memory);
    this.scratch = memory.allocate(4 * D);
    const script = new URL('./table-worker.js', import.meta.url);
    this.workers = Array.from({ length: threads - 1 }, () => {
      const scratch = memory.allocate(4 * D);
      const workerData: TableWorkerData = { module, memory: memory.memory, scratch };
      const worker = new Worker(script, { workerData });
      // It tells of its failure through the memory; and nobody is kept running by a worker that sleeps.
      worker.on('error', () => undefined);
      worker.unref();
      return worker;
    });
  }

  /**
   * Does the job of `numChunks` chunks that the control words describe; with the workers' help if `isLarge`.
   * @throws Error if a worker has failed.
   */
  run(numChunks: number, isLarge: boolean): void {
    const { control } = this;
    control[CONTROL.numChunks] = numChunks;
    Atomics.store(control, CONTROL.done, 0);
    Atomics.store(control, CONTROL.remaining, numChunks);
    if (isLarge && this.workers.length > 0 && numChunks > 1) {
      Atomics.add(control, CONTROL.generation, 1);
      Atomics.notify(control, CONTROL.generation);
    }
    this.kernel.work(this.scratch);
    this.waitForOthers(numChunks);
  }

  /** Ends the workers. */
  async release(): Promise<void> {
    Atomics.store(this.control, CONTROL.state, STATE.stopped);
    Atomics.add(this.control, CONTROL.generation, 1);
    Atomics.notify(this.control, CONTROL.generation);
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }

  private waitForOthers(numChunks: number): void {
    const { control } = this;
    for (let look = 0; ; look++) {
      const done = Atomics.load(control, CONTROL.done);
      if (done === numChunks) return;
      if (Atomics.load(control, CONTROL.state) === STATE.failed) throw workerFailed();
      if (look >= NUM_LOOKS) Atomics.wait(control, CONTROL.done, done, WAIT_MS);
    }
  }
}

function workerFailed(): Error {
  return new Error('tables: a worker thread failed in the middle of a job');
}
