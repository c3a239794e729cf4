// A worker thread of the tables by itself: it does the job in the control words without the caller's help.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { compileTableKernel, SharedMemory } from '../../../src/distill/tables/shared-memory.js';
import {
  CONTROL,
  CONTROL_START,
  DESCRIPTOR,
  DESCRIPTORS_START,
  JOB_KIND,
  STATE,
} from '../../../src/distill/tables/table-layout.js';

const SCRIPT = new URL('../../../dist/distill/tables/table-worker.js', import.meta.url);
const NUM_CHUNKS = 3;

/** A forward job: 40 bags (three chunks), bag b holds row b % 4, whose numbers are the row's own. D = 2. */
function createJob(
  memory: SharedMemory,
  rowsStart?: number,
): { control: Int32Array; out: Float32Array } {
  const B = 40;
  const rows = memory.allocate(32);
  memory.floats(rows, 8).set([0, 0, 1, 1, 2, 2, 3, 3]);
  const ids = memory.allocate(4 * B);
  const offsets = memory.allocate(4 * B + 4);
  for (let bag = 0; bag < B; bag++) {
    memory.integers(ids, B)[bag] = bag % 4;
    memory.integers(offsets, B + 1)[bag + 1] = bag + 1;
  }
  const vectors = memory.allocate(8 * B);
  const descriptor = memory.integers(DESCRIPTORS_START, 16);
  descriptor[DESCRIPTOR.rows] = rowsStart ?? rows;
  descriptor[DESCRIPTOR.ids] = ids;
  descriptor[DESCRIPTOR.offsets] = offsets;
  descriptor[DESCRIPTOR.vectors] = vectors;
  const control = memory.integers(CONTROL_START, 16);
  control[CONTROL.kind] = JOB_KIND.forward;
  control[CONTROL.numTables] = 1;
  control[CONTROL.B] = B;
  control[CONTROL.D] = 2;
  control[CONTROL.numChunks] = NUM_CHUNKS;
  return { control, out: memory.floats(vectors, 2 * B) };
}

function startWorker(memory: SharedMemory): Worker {
  const scratch = memory.allocate(8);
  const workerData = { module: compileTableKernel(), memory: memory.memory, scratch };
  return new Worker(SCRIPT, { workerData });
}

/** Starts the chunks, as `TableJobs.run` does, and does none of them. */
function beginJob(control: Int32Array): void {
  Atomics.store(control, CONTROL.done, 0);
  Atomics.store(control, CONTROL.remaining, NUM_CHUNKS);
  Atomics.add(control, CONTROL.generation, 1);
  Atomics.notify(control, CONTROL.generation);
}

/** Sleeps until every chunk is done; gives up after a minute. */
function waitForJob(control: Int32Array): void {
  for (let look = 0; look < 60; look++) {
    const done = Atomics.load(control, CONTROL.done);
    if (done === NUM_CHUNKS) return;
    Atomics.wait(control, CONTROL.done, done, 1000);
  }
}

describe('table worker', () => {
  it('does one job after the other, sleeps between them and ends when it is told', async () => {
    const memory = new SharedMemory(DESCRIPTORS_START + 64);
    const { control, out } = createJob(memory);
    const worker = startWorker(memory);
    const expected = Array.from({ length: 80 }, (_, index) => (index >> 1) % 4);
    for (let job = 0; job < 3; job++) {
      out.fill(-1);
      beginJob(control);
      waitForJob(control);
      expect([...out]).toEqual(expected);
    }
    const exit = once(worker, 'exit');
    Atomics.store(control, CONTROL.state, STATE.stopped);
    Atomics.add(control, CONTROL.generation, 1);
    Atomics.notify(control, CONTROL.generation);
    expect(await exit).toEqual([0]);
  });

  it('says so in the control words when it fails in the middle of a job', async () => {
    const memory = new SharedMemory(DESCRIPTORS_START + 64);
    const { control } = createJob(memory, 0x7fff0000);
    const worker = startWorker(memory);
    const failure = once(worker, 'error');
    beginJob(control);
    expect(String(await failure)).toMatch(/memory access out of bounds/);
    expect(control[CONTROL.state]).toBe(STATE.failed);
    expect(control[CONTROL.done]).toBe(0);
  });
});
