// Runs batches through a model that may fail on a row: a batch that fails is halved until such rows are alone.
// Knows neither tokens nor files. What is done with a row that fails is the caller's matter.
import { AutodiffError } from '@bert2dnn/autodiff';

/** How rows are run and what becomes of them. */
export interface IsolateOptions {
  /** Names of the values of a row. */
  columns: readonly string[];
  /** Values [n, columns] of some rows. */
  run(rows: Int32Array): Promise<Float32Array>;
  /** Takes the values [n, columns] of rows that are all finite. */
  accept(rows: Int32Array, values: Float32Array): void;
  /** Takes a row that fails when it is run alone, and why; may throw to end it all. */
  reject(row: number, reason: string): void;
}

/**
 * Runs rows together, or in halves where the model refuses the run or gives a value that is not finite. One bad row
 * of n costs 2 log2(n) further runs. Rows are accepted or rejected in order, each once; equal models, equal calls.
 * @throws what `run` throws and is not a refused run; what `reject` throws.
 */
export async function runIsolated(rows: Int32Array, options: IsolateOptions): Promise<void> {
  const attempt = await tryRun(rows, options);
  if ('values' in attempt) {
    options.accept(rows, attempt.values);
  } else if (rows.length === 1) {
    options.reject(rows[0], attempt.reason);
  } else {
    const middle = rows.length >> 1;
    await runIsolated(rows.subarray(0, middle), options);
    await runIsolated(rows.subarray(middle), options);
  }
}

async function tryRun(
  rows: Int32Array,
  { run, columns }: IsolateOptions,
): Promise<{ values: Float32Array } | { reason: string }> {
  try {
    const values = await run(rows);
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad < 0) return { values };
    const column = columns[bad % columns.length];
    return { reason: `${column} is ${values[bad]}, expected a finite number` };
  } catch (error) {
    if (!(error instanceof AutodiffError) || error.code !== 'RUN_FAILED') throw error;
    return { reason: error.message };
  }
}
