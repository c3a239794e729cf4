// Counts the n-grams of a whole input range by range: one range in the caller's own thread, several in worker threads. Which
// thread counted what changes nothing.
import { sigmoid } from '@bert2dnn/student';
import type { ProgressTask } from '../foundation/progress.js';
import { WorkerPool } from '../foundation/worker-pool.js';
import { mergeRunFiles, mergeRuns, type TokenRun } from './token-runs.js';
import { type CounterSetting, type CountRange, VocabularyCounter } from './vocabulary-counter.js';

/** Soft labels beside which n-grams are judged. */
export interface CountedLabels {
  /** [N, C] in 0..1, or logits; NaN for rows without one. */
  values: Float32Array;
  numOutputs: number;
  areLogits: boolean;
}

/** How an input is counted. */
export interface CountRangesOptions {
  threads: number;
  /** Needed if the setting asks for labels. */
  labels?: CountedLabels;
  /** Rows of a range. */
  rangeRows: number;
  task: ProgressTask;
}

const SCRIPT = new URL('./count-worker.js', import.meta.url);

/** Counts everything; of each block one run of all its n-grams, to be read once. @throws as `VocabularyCounter.count` */
export async function countRanges(
  setting: CounterSetting,
  options: CountRangesOptions,
): Promise<TokenRun[]> {
  const { rangeRows, labels } = options;
  const { numRows } = setting.set;
  const ranges = Array.from({ length: Math.ceil(numRows / rangeRows) }, (_, index): CountRange => {
    const start = index * rangeRows;
    return { start, count: Math.min(rangeRows, numRows - start) };
  });
  const withLabels = (range: CountRange): CountRange =>
    setting.numLabels === 0 ? range : { ...range, labels: labelsOf(labels!, range) };
  return ranges.length === 1
    ? countHere(setting, withLabels(ranges[0]), options)
    : countInThreads(setting, { ranges, withLabels }, options);
}

async function countHere(
  setting: CounterSetting,
  range: CountRange,
  { task }: CountRangesOptions,
): Promise<TokenRun[]> {
  const counter = new VocabularyCounter(setting, 'main');
  await counter.count(range);
  task.advance(range.count);
  const onDisk = mergedRuns(setting, counter.runs);
  return counter.remaining().map((run, block) => mergeRuns([run, onDisk[block]]));
}

async function countInThreads(
  setting: CounterSetting,
  { ranges, withLabels }: { ranges: CountRange[]; withLabels: (range: CountRange) => CountRange },
  { threads, task }: CountRangesOptions,
): Promise<TokenRun[]> {
  const numThreads = Math.min(threads, ranges.length);
  const pool = new WorkerPool<CountRange | 'finish', string[][]>(SCRIPT, setting, numThreads);
  try {
    let next = 0;
    const work = async (): Promise<void> => {
      while (next < ranges.length) {
        const range = ranges[next++];
        await pool.ask(withLabels(range));
        task.advance(range.count);
      }
    };
    await Promise.all(Array.from({ length: numThreads }, work));
    // All threads are idle, so each gets one of these.
    const runs = await Promise.all(Array.from({ length: numThreads }, () => pool.ask('finish')));
    const byBlock = setting.fieldIndices.map((_, block) => runs.flatMap((own) => own[block]));
    return mergedRuns(setting, byBlock);
  } finally {
    await pool.close();
  }
}

/** By block, one run of the files of its runs. */
function mergedRuns({ numLabels, folder }: CounterSetting, files: string[][]): TokenRun[] {
  const numValues = numLabels === 0 ? 1 : 2 + numLabels;
  return files.map((own, block) =>
    mergeRunFiles(own, { numValues, folder, name: `block-${block}` }),
  );
}

/** Labels 0..1 of a range of rows. */
export function labelsOf(
  { values, numOutputs, areLogits }: CountedLabels,
  { start, count }: { start: number; count: number },
): Float32Array {
  const own = values.slice(start * numOutputs, (start + count) * numOutputs);
  return areLogits ? own.map((logit) => sigmoid(logit)) : own;
}
