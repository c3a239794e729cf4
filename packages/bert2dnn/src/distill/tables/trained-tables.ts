// The tables of a student while it is trained: vectors of bags, and Adagrad of the rows that a batch holds.
// They live in one memory that worker threads share; the bytes do not depend on the number of threads.
//
// Bags of 60 Zipf ids, a table of 150,000 x 64, batch 1024 (`npm run bench -- student`; figures in bench/README.md):
//   1. embeddingBag and embeddingBagAdagrad: plain TypeScript; the oracles, equal to the last bit.
//   2. TrainedTables: four values at a time, four rows at once, on one thread or more.
import type { Combiner } from '@bert2dnn/student';
import { SharedMemory } from './shared-memory.js';
import { TableJobs } from './table-jobs.js';
import {
  BAGS_OF_CHUNK,
  COMBINER_CODE,
  CONTROL,
  DESCRIPTOR,
  DESCRIPTOR_WORDS,
  DESCRIPTORS_START,
  JOB_KIND,
  ROWS_OF_CHUNK,
} from './table-layout.js';

/** Bags of one table, as CSR; the arrays may be longer than what is in use. */
export interface Bags {
  /** [Z] ids of the table's rows. */
  ids: Int32Array;
  /** [B + 1] */
  offsets: Int32Array;
}

/** Options of `TrainedTables`. */
export interface TrainedTablesOptions {
  /** First values [V, D] by name, in the order in which bags and vectors are given. They are copied. */
  tables: readonly { name: string; rows: Float32Array }[];
  D: number;
  combiner: Combiner;
  /** Start of every accumulator, > 0. */
  initialAccumulator: number;
  /** Threads that work on the tables, the caller's included; default 1. */
  threads?: number;
}

/** One table: offsets of its arrays stand in its descriptor. */
interface Table {
  rows: Float32Array;
  accumulator: Float32Array;
  descriptor: Int32Array;
  /** Ids and bags that its batch arrays have room for. */
  capacity: { numIds: number; numBags: number };
  /** Vectors [capacity.numBags, D] outside the shared memory, which ONNX Runtime refuses. */
  vectors: Float32Array;
}

/** Numbers that a job has to read before waking the workers pays: a fraction of a millisecond of work. */
const LARGE_VALUES = 1 << 18;

/** Tables in training. The caller must `release` them if there is more than one thread. */
export class TrainedTables {
  private readonly memory: SharedMemory;
  private readonly jobs: TableJobs;
  private readonly tables: Table[];
  private readonly indexOf: ReadonlyMap<string, number>;
  private readonly D: number;

  /** @throws Bert2dnnError USAGE if tables and accumulators do not fit 4 GiB. */
  constructor(options: TrainedTablesOptions) {
    const { tables, D, combiner, threads = 1 } = options;
    this.D = D;
    const numDescriptorBytes = 4 * DESCRIPTOR_WORDS * tables.length;
    this.memory = new SharedMemory(DESCRIPTORS_START + numDescriptorBytes);
    this.tables = tables.map(({ rows }, index) =>
      this.createTable(rows, index, options.initialAccumulator),
    );
    this.indexOf = new Map(tables.map(({ name }, index) => [name, index]));
    this.jobs = new TableJobs({ memory: this.memory, D, threads });
    const { control } = this.jobs;
    control[CONTROL.numTables] = tables.length;
    control[CONTROL.D] = D;
    control[CONTROL.combiner] = COMBINER_CODE[combiner];
  }

  /** Live view [V, D] of a table, in shared memory. */
  rows(name: string): Float32Array {
    return this.tables[this.indexOf.get(name)!].rows;
  }

  /** Live view [V, D] of a table's accumulator, in shared memory. */
  accumulator(name: string): Float32Array {
    return this.tables[this.indexOf.get(name)!].accumulator;
  }

  /** Vectors [B, D] of the first B bags of each table, in order; the arrays are overwritten by the next call. */
  forward(bags: readonly Bags[], B: number): Float32Array[] {
    const { D } = this;
    const numChunks = this.placeBags(bags, B, Math.ceil(B / BAGS_OF_CHUNK));
    this.jobs.control[CONTROL.kind] = JOB_KIND.forward;
    this.jobs.run(numChunks, this.isLarge(bags, B));
    return this.tables.map(({ descriptor, vectors }) => {
      const out = vectors.subarray(0, B * D);
      out.set(this.memory.floats(descriptor[DESCRIPTOR.vectors], B * D));
      return out;
    });
  }

  /**
   * Gradients dVectors [B, D] of each table's vectors -> its rows: `a += g^2; w -= learningRate * g / sqrt(a)`, where
   * g is the sum over every place of the batch that holds the row, in the order of the examples. In float32.
   */
  update(
    dVectors: readonly Float32Array[],
    bags: readonly Bags[],
    options: { B: number; learningRate: number },
  ): void {
    const { B, learningRate } = options;
    const { control } = this.jobs;
    const isLarge = this.isLarge(bags, B);
    const numTables = this.placeBags(bags, B, 1);
    this.tables.forEach(({ descriptor }, index) => {
      this.memory.floats(descriptor[DESCRIPTOR.vectors], B * this.D).set(dVectors[index]);
    });
    control[CONTROL.kind] = JOB_KIND.group;
    this.jobs.run(numTables, isLarge);
    let numChunks = 0;
    for (const { descriptor } of this.tables) {
      descriptor[DESCRIPTOR.firstChunk] = numChunks;
      numChunks += Math.ceil(descriptor[DESCRIPTOR.numUnique] / ROWS_OF_CHUNK);
    }
    control[CONTROL.kind] = JOB_KIND.update;
    new Float32Array(control.buffer, control.byteOffset, control.length)[CONTROL.learningRate] =
      learningRate;
    this.jobs.run(numChunks, isLarge);
  }

  /** Ends the worker threads; views stay readable. */
  async release(): Promise<void> {
    await this.jobs.release();
  }

  private createTable(rows: Float32Array, index: number, initialAccumulator: number): Table {
    const { memory, D } = this;
    const V = rows.length / D;
    const seenBytes = 8 * Math.ceil(V / 64);
    const offsets = {
      rows: memory.allocate(rows.byteLength),
      accumulator: memory.allocate(rows.byteLength),
      counts: memory.allocate(4 * V),
      seen: memory.allocate(seenBytes),
      seenBytes,
    };
    const descriptor = memory.integers(
      DESCRIPTORS_START + 4 * DESCRIPTOR_WORDS * index,
      DESCRIPTOR_WORDS,
    );
    writeWords(descriptor, offsets);
    const shared = memory.floats(offsets.rows, rows.length);
    shared.set(rows);
    const accumulator = memory.floats(offsets.accumulator, rows.length).fill(initialAccumulator);
    const capacity = { numIds: 0, numBags: 0 };
    return { rows: shared, accumulator, descriptor, capacity, vectors: new Float32Array(0) };
  }

  /** Copies a batch's bags into the memory, `chunksOfTable` chunks a table; returns all chunks. */
  private placeBags(bags: readonly Bags[], B: number, chunksOfTable: number): number {
    this.jobs.control[CONTROL.B] = B;
    this.tables.forEach((table, index) => {
      const { ids, offsets } = bags[index];
      const { descriptor } = table;
      this.reserve(table, offsets[B], B);
      this.memory.integers(descriptor[DESCRIPTOR.ids], offsets[B]).set(ids.subarray(0, offsets[B]));
      this.memory.integers(descriptor[DESCRIPTOR.offsets], B + 1).set(offsets.subarray(0, B + 1));
      descriptor[DESCRIPTOR.firstChunk] = index * chunksOfTable;
    });
    return this.tables.length * chunksOfTable;
  }

  /** Room for a batch; what it leaves behind when it grows is never more than what it takes. */
  private reserve(table: Table, numIds: number, numBags: number): void {
    const { memory, D } = this;
    const { capacity, descriptor } = table;
    if (numIds > capacity.numIds) {
      capacity.numIds = Math.max(numIds, 2 * capacity.numIds);
      const sizeBytes = 4 * capacity.numIds;
      writeWords(descriptor, {
        ids: memory.allocate(sizeBytes),
        uniqueIds: memory.allocate(sizeBytes),
        starts: memory.allocate(sizeBytes + 4),
        examples: memory.allocate(sizeBytes),
      });
    }
    if (numBags > capacity.numBags) {
      capacity.numBags = Math.max(numBags, 2 * capacity.numBags);
      writeWords(descriptor, {
        offsets: memory.allocate(4 * capacity.numBags + 4),
        vectors: memory.allocate(4 * capacity.numBags * D),
      });
      table.vectors = new Float32Array(capacity.numBags * D);
    }
  }

  private isLarge(bags: readonly Bags[], B: number): boolean {
    const numIds = bags.reduce((sum, { offsets }) => sum + offsets[B], 0);
    return numIds * this.D >= LARGE_VALUES;
  }
}

/** Writes words of a descriptor by their names. */
function writeWords(
  descriptor: Int32Array,
  values: Partial<Record<keyof typeof DESCRIPTOR, number>>,
): void {
  for (const [name, value] of Object.entries(values)) {
    descriptor[DESCRIPTOR[name as keyof typeof DESCRIPTOR]] = value;
  }
}
