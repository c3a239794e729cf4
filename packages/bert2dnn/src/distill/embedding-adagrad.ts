// Backward of an embedding bag and the Adagrad update of the touched rows in one, in place: no [Z, D] gradient is ever
// written. The plain oracle of `tables/`, which trains; both compute in float32, so they agree to the last bit.
import { type Combiner, combinerScale } from '@bert2dnn/student';

/** The table that is trained, with its accumulator and scratch; one per block. */
export interface TrainedTable {
  /** [V, D] */
  table: Float32Array;
  /** [V, D], sums of squared gradients. */
  accumulator: Float32Array;
  /** [V], slot of a row within the batch + 1; all 0 between calls. */
  slots: Int32Array;
  scratch: RowScratch;
}

/** Scratch that grows with the largest batch. */
interface RowScratch {
  uniqueIds: Int32Array;
  starts: Int32Array;
  examples: Int32Array;
  gradient: Float32Array;
}

/** Sizes and settings of an update. */
export interface EmbeddingAdagradOptions {
  B: number;
  D: number;
  combiner: Combiner;
  learningRate: number;
}

/** A table of `table [V, D]` ready for training; the accumulator starts at `initialAccumulator`. */
export function createTrainedTable(
  table: Float32Array,
  D: number,
  initialAccumulator: number,
): TrainedTable {
  return {
    table,
    accumulator: new Float32Array(table.length).fill(initialAccumulator),
    slots: new Int32Array(table.length / D),
    scratch: {
      uniqueIds: new Int32Array(0),
      starts: new Int32Array(1),
      examples: new Int32Array(0),
      gradient: new Float32Array(D),
    },
  };
}

/**
 * dOut [B, D] -> the table's rows at ids [Z] (bags offsets [B+1]): `a += g^2; w -= lr * g / sqrt(a)`, where g is the
 * sum over every place of the batch that holds the row. Equal to `embeddingBagBackward` and `Adagrad` but for float32
 * rounding at each step.
 * dOut is overwritten (scaled by the combiner). Rows are visited in order of first appearance and their
 * examples in order, so the result is one and the same on every run.
 */
export function embeddingBagAdagrad(
  trained: TrainedTable,
  dOut: Float32Array,
  ids: Int32Array,
  offsets: Int32Array,
  options: EmbeddingAdagradOptions,
): void {
  const { B, D } = options;
  scaleByCombiner(dOut, offsets, options);
  const numUnique = groupByRow(trained, ids, offsets, B);
  const { uniqueIds, starts, examples, gradient } = trained.scratch;
  for (let slot = 0; slot < numUnique; slot++) {
    gradient.fill(0);
    for (let index = starts[slot]; index < starts[slot + 1]; index++) {
      const source = examples[index] * D;
      for (let d = 0; d < D; d++) gradient[d] += dOut[source + d];
    }
    adagradRow(trained, uniqueIds[slot] * D, D, options.learningRate);
  }
}

/** One row of the table [D] from the scratch gradient [D]. */
function adagradRow(
  { table, accumulator, scratch: { gradient } }: TrainedTable,
  start: number,
  D: number,
  learningRate: number,
): void {
  const { fround } = Math;
  const rate = fround(learningRate);
  for (let d = 0; d < D; d++) {
    const g = gradient[d];
    const a = fround(accumulator[start + d] + fround(g * g));
    accumulator[start + d] = a;
    table[start + d] -= fround(fround(rate * g) / fround(Math.sqrt(a)));
  }
}

/** dOut [B, D]: each row times 1/sqrt(count), 1/count or 1. */
function scaleByCombiner(
  dOut: Float32Array,
  offsets: Int32Array,
  { B, D, combiner }: EmbeddingAdagradOptions,
): void {
  if (combiner === 'sum') return;
  for (let b = 0; b < B; b++) {
    const count = offsets[b + 1] - offsets[b];
    if (count < 2) continue;
    const scale = combinerScale(combiner, count);
    for (let index = b * D; index < (b + 1) * D; index++) dOut[index] *= scale;
  }
}

/**
 * The batch turned round: for each distinct row the examples that hold it, by counting sort.
 * Fills uniqueIds [U], starts [U+1], examples [Z]; returns U. `slots` is all 0 again afterwards.
 */
function groupByRow(
  { slots, scratch }: TrainedTable,
  ids: Int32Array,
  offsets: Int32Array,
  B: number,
): number {
  const Z = offsets[B] - offsets[0];
  growScratch(scratch, Z);
  const { uniqueIds, starts, examples } = scratch;
  let numUnique = 0;
  for (let index = offsets[0]; index < offsets[B]; index++) {
    const id = ids[index];
    if (slots[id] === 0) {
      uniqueIds[numUnique] = id;
      starts[numUnique] = 0;
      slots[id] = ++numUnique;
    }
    starts[slots[id] - 1]++;
  }
  let end = 0;
  for (let slot = 0; slot < numUnique; slot++) {
    const count = starts[slot];
    starts[slot] = end;
    end += count;
  }
  for (let b = 0; b < B; b++) {
    for (let index = offsets[b]; index < offsets[b + 1]; index++) {
      examples[starts[slots[ids[index]] - 1]++] = b;
    }
  }
  // Each start has moved to its group's end, which is the next one's start.
  for (let slot = numUnique; slot > 0; slot--) starts[slot] = starts[slot - 1];
  starts[0] = 0;
  for (let slot = 0; slot < numUnique; slot++) slots[uniqueIds[slot]] = 0;
  return numUnique;
}

function growScratch(scratch: RowScratch, Z: number): void {
  if (scratch.examples.length >= Z) return;
  const size = Math.ceil(Z * 1.25);
  scratch.uniqueIds = new Int32Array(size);
  scratch.starts = new Int32Array(size + 1);
  scratch.examples = new Int32Array(size);
}
