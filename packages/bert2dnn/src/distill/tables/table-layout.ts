// Where things lie in the memory of the tables, as kernels/tables.ts has it: control words, then a descriptor a table.

/** Byte offset of the control words. */
export const CONTROL_START = 1024;

/** Indices of the control words (Int32). `remaining` and `done` are counted atomically, `generation` is waited on. */
export const CONTROL = {
  generation: 0,
  remaining: 1,
  done: 2,
  numChunks: 3,
  /** 0, or why the workers end: see `STATE`. */
  state: 4,
  kind: 5,
  numTables: 6,
  B: 7,
  D: 8,
  combiner: 9,
  /** A float32 in its word. */
  learningRate: 10,
} as const;

/** Values of `CONTROL.state`. */
export const STATE = { running: 0, stopped: 1, failed: 2 } as const;

/** Values of `CONTROL.kind`. */
export const JOB_KIND = { forward: 0, group: 1, update: 2 } as const;

/** Values of `CONTROL.combiner`. */
export const COMBINER_CODE = { sum: 0, mean: 1, sqrtn: 2 } as const;

/** Byte offset of the first descriptor, and the words of one. */
export const DESCRIPTORS_START = CONTROL_START + 64;
export const DESCRIPTOR_WORDS = 16;

/** Indices of a descriptor's words: byte offsets of arrays, and some numbers. */
export const DESCRIPTOR = {
  /** [V, D] float32 */
  rows: 0,
  /** [V, D] float32 */
  accumulator: 1,
  /** [V] int32, all 0 between jobs. */
  counts: 2,
  /** [Z] int32 */
  ids: 3,
  /** [B + 1] int32 */
  offsets: 4,
  /** [B, D] float32: vectors of a forward job, gradients of an update. */
  vectors: 5,
  /** [U] int32 */
  uniqueIds: 6,
  /** [U + 1] int32 */
  starts: 7,
  /** [Z] int32 */
  examples: 8,
  numUnique: 9,
  /** First chunk of the job that belongs to this table. */
  firstChunk: 10,
  /** [V] bits in words of 64, all 0 between jobs. */
  seen: 11,
  seenBytes: 12,
} as const;

/** Bags, and distinct rows, of a chunk. */
export const BAGS_OF_CHUNK = 16;
export const ROWS_OF_CHUNK = 64;
