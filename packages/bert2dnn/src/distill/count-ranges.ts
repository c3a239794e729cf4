// Counts the n-grams of a whole input range by range: one range in the caller's own thread, several in worker threads. Which
// thread counted what changes nothing.
import { sigmoid } from '@bert2dnn/student';
import type { ProgressTask } from '../foundation/progress.js';
import { WorkerPool } from '../foundation/worker-pool.js';
import { type RatedToken, TokenChoice } from './token-choice.js';
import { NUM_PARTITIONS } from './token-partitions.js';
import {
  type CounterSetting,
  type CountRange,
  type Partition,
  VocabularyCounter,
} from './vocabulary-counter.js';

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
  /** Needed if the setting has totals of them. */
  labels?: CountedLabels;
  /** Rows of a range. */
  rangeRows: number;
  task: ProgressTask;
}

/** What a counting thread is asked for: rows to count, all it holds to disk, or the best of a partition. */
export type CountRequest = CountRange | 'spill' | Partition;

export interface CountAnswer {
  /** Of the partitions' files, by block. */
  prefixes?: readonly string[];
  best?: RatedToken[];
}

const SCRIPT = new URL('./count-worker.js', import.meta.url);

/** Counts everything; the best tokens of each block, best first. @throws as `VocabularyCounter.count` */
export async function countRanges(
  setting: CounterSetting,
  options: CountRangesOptions,
): Promise<string[][]> {
  const { rangeRows, labels } = options;
  const ranges = setting.sets.flatMap(({ set: { numRows } }, set) =>
    Array.from({ length: Math.ceil(numRows / rangeRows) }, (_, index): CountRange => {
      const start = index * rangeRows;
      return { set, start, count: Math.min(rangeRows, numRows - start) };
    }),
  );
  const withLabels = (range: CountRange): CountRange =>
    setting.totals === undefined ? range : { ...range, labels: labelsOf(labels!, range) };
  return ranges.length === 1
    ? countHere(setting, withLabels(ranges[0]), options)
    : countInThreads(setting, { ranges, withLabels }, options);
}

async function countHere(
  setting: CounterSetting,
  range: CountRange,
  { task }: CountRangesOptions,
): Promise<string[][]> {
  const counter = new VocabularyCounter(setting, 'main');
  await counter.count(range);
  task.advance(range.count);
  if (!counter.hasSpilt) {
    return setting.sizes.map((_, block) => counter.bestInMemory(block).map(({ token }) => token));
  }
  counter.spill();
  const choices = createChoices(setting);
  for (const partition of partitionsOf([counter.prefixes])) {
    for (const rated of counter.bestOf(partition)) choices[partition.block].add(rated);
  }
  return tokensOf(choices);
}

async function countInThreads(
  setting: CounterSetting,
  { ranges, withLabels }: { ranges: CountRange[]; withLabels: (range: CountRange) => CountRange },
  { threads, task }: CountRangesOptions,
): Promise<string[][]> {
  const numThreads = Math.min(threads, ranges.length);
  const pool = new WorkerPool<CountRequest, CountAnswer>(SCRIPT, setting, numThreads);
  // Each thread is given its next request when it is done, so that few are held at a time.
  const workThrough = async <Request>(
    requests: readonly Request[],
    work: (request: Request) => Promise<void>,
  ): Promise<void> => {
    let next = 0;
    const go = async (): Promise<void> => {
      while (next < requests.length) await work(requests[next++]);
    };
    await Promise.all(Array.from({ length: numThreads }, go));
  };
  try {
    await workThrough(ranges, async (range) => {
      await pool.ask(withLabels(range));
      task.advance(range.count);
    });
    // All threads are idle, so each gets one of these.
    const spilt = await Promise.all(Array.from({ length: numThreads }, () => pool.ask('spill')));
    const choices = createChoices(setting);
    await workThrough(partitionsOf(spilt.map(({ prefixes }) => prefixes!)), async (partition) => {
      const { best } = await pool.ask(partition);
      for (const rated of best!) choices[partition.block].add(rated);
    });
    return tokensOf(choices);
  } finally {
    await pool.close();
  }
}

/** Every partition of every block. @param prefixes by counter and block */
function partitionsOf(prefixes: readonly (readonly string[])[]): Partition[] {
  return prefixes[0].flatMap((_, block) =>
    Array.from({ length: NUM_PARTITIONS }, (_, partition) => ({
      block,
      partition,
      prefixes: prefixes.map((own) => own[block]),
    })),
  );
}

function createChoices({ sizes }: CounterSetting): TokenChoice[] {
  return sizes.map((size) => new TokenChoice(size));
}

function tokensOf(choices: readonly TokenChoice[]): string[][] {
  return choices.map((choice) => choice.best().map(({ token }) => token));
}

/** Labels 0..1 of a range of rows. */
export function labelsOf(
  { values, numOutputs, areLogits }: CountedLabels,
  { start, count }: { start: number; count: number },
): Float32Array {
  const own = values.slice(start * numOutputs, (start + count) * numOutputs);
  return areLogits ? own.map((logit) => sigmoid(logit)) : own;
}
