// Measured latency of a scorer: one example a call, and per example in batches. Wall clock of this machine, now.

import { cpus } from 'node:os';
import { quantile } from './bootstrap.js';
import type { Scorer } from './scorer.js';

export interface LatencyOptions {
  /** Most calls timed with one example. Default 1000. */
  numSingle?: number;
  /** Most batches timed. Default 50. */
  numBatches?: number;
  /** Examples a batch. Default 128. */
  batchSize?: number;
  /** Each of the two parts stops after this time, so that a slow teacher ends too; at least 5 calls. Default 5. */
  maxSeconds?: number;
}

/** Times of calls in milliseconds. The first calls (a tenth, at least 3) are not timed. */
export interface Latency {
  single: { p50Ms: number; p99Ms: number; numCalls: number };
  /** Per example: the time of a batch divided by its size; `perSecond` is from the median. */
  batch: { size: number; p50Ms: number; p99Ms: number; numCalls: number; perSecond: number };
  cpu: string;
}

const LEAST_CALLS = 5;

/**
 * Times `scorer` on `texts` (per field, per row, as `Scorer.logits` takes them), going round them in order.
 * Includes everything from text to logit. At least one row.
 */
export async function measureLatency(
  scorer: Pick<Scorer, 'logits'>,
  texts: readonly (readonly string[])[],
  options: LatencyOptions = {},
): Promise<Latency> {
  const { numSingle = 1000, numBatches = 50, batchSize = 128, maxSeconds = 5 } = options;
  const limit = maxSeconds * 1000;
  const single = await timeCalls(scorer, texts, { size: 1, numCalls: numSingle, limit });
  const batch = await timeCalls(scorer, texts, { size: batchSize, numCalls: numBatches, limit });
  const perExample = batch.map((time) => time / batchSize);
  const batchMedian = quantile(perExample, 0.5);
  return {
    single: {
      p50Ms: quantile(single, 0.5),
      p99Ms: quantile(single, 0.99),
      numCalls: single.length,
    },
    batch: {
      size: batchSize,
      p50Ms: batchMedian,
      p99Ms: quantile(perExample, 0.99),
      numCalls: batch.length,
      perSecond: 1000 / batchMedian,
    },
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
  };
}

interface CallPlan {
  size: number;
  numCalls: number;
  /** Milliseconds. */
  limit: number;
}

/** Times of the calls in ascending order. */
async function timeCalls(
  scorer: Pick<Scorer, 'logits'>,
  texts: readonly (readonly string[])[],
  plan: CallPlan,
): Promise<Float64Array> {
  const numRows = texts[0].length;
  let next = 0;
  const timeOne = async (): Promise<number> => {
    const first = next;
    next += plan.size;
    const batch = texts.map((field) =>
      Array.from({ length: plan.size }, (_, index) => field[(first + index) % numRows]),
    );
    const beforeMs = performance.now();
    await scorer.logits(batch);
    return performance.now() - beforeMs;
  };
  const numWarmUp = Math.max(3, Math.ceil(plan.numCalls / 10));
  let spentMs = 0;
  // A slow model is warm after one call; it must not spend the time limit here.
  for (let call = 0; call < numWarmUp && spentMs < plan.limit / 4; call++)
    spentMs += await timeOne();
  const times: number[] = [];
  spentMs = 0;
  while (times.length < plan.numCalls && (times.length < LEAST_CALLS || spentMs < plan.limit)) {
    const time = await timeOne();
    times.push(time);
    spentMs += time;
  }
  return Float64Array.from(times).sort();
}
