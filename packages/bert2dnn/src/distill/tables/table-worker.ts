// A worker thread of the tables: sleeps until there is a job, does chunks of it, sleeps again.
import { workerData } from 'node:worker_threads';
import { startTableKernel, type WasmMemory, type WasmModule } from './shared-memory.js';
import { CONTROL, CONTROL_START, STATE } from './table-layout.js';

/** What a worker starts with. */
export interface TableWorkerData {
  module: WasmModule;
  memory: WasmMemory;
  /** Byte offset of [D] numbers of its own. */
  scratch: number;
}

const { module, memory, scratch } = workerData as TableWorkerData;
const control = new Int32Array(memory.buffer, CONTROL_START, 16);
const kernel = startTableKernel(module, memory);

try {
  while (Atomics.load(control, CONTROL.state) === STATE.running) {
    // Read before the work: a job that begins meanwhile changes it, and then there is nothing to sleep for.
    const generation = Atomics.load(control, CONTROL.generation);
    kernel.work(scratch);
    Atomics.wait(control, CONTROL.generation, generation);
  }
} catch (error) {
  // The chunk will never be done: whoever waits for it has to hear of it.
  Atomics.store(control, CONTROL.state, STATE.failed);
  Atomics.notify(control, CONTROL.done);
  throw error;
}
