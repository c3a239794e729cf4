// A short search for the learning rate: the same first batches with several factors of the rates, always from the same start.
// It finds what learns fast at once; over many epochs a lower rate may end better.
import type { ProgressTask } from '../foundation/progress.js';
import type { Batch } from './feature-window.js';
import type { Targets } from './targets.js';
import type { Trainer } from './trainer.js';

/** Factors of the rates that are tried. */
export const RATE_FACTORS = [0.125, 0.25, 0.5, 1, 2, 4, 8] as const;

/** Batches that each factor is tried on. */
export const SEARCH_BATCHES = 48;

/** One factor's mean loss on batches that it had not learnt yet; infinite if it diverged. */
export interface RateTrial {
  factor: number;
  loss: number;
}

/** What a search found. */
export interface RateChoice {
  factor: number;
  trials: RateTrial[];
}

/** What a search works on. */
export interface RateSearchParts {
  /** Before its first update; as if new afterwards. */
  trainer: Trainer;
  /** The trainer's. */
  parameters: Record<string, Float32Array>;
  /** The first batches of the training. */
  batches: readonly Batch[];
  targets: Targets;
  /** Factor of the schedule's, by batch. */
  factorOf: (batchIndex: number) => number;
  task: ProgressTask;
}

/**
 * The factor with the least mean loss over the second half of the batches; a batch's loss is taken before its update, so it
 * is that of examples which the student has not seen. A tie goes to the smaller factor. Depends on the batches and the
 * student's first values alone.
 * Source: the range test of Smith 2017, 3.3, with a fresh start for every rate instead of one sweep, so that a high rate
 * does not profit from what lower ones have learnt; the loss before the update is Blum et al. 1999's progressive validation.
 */
export async function searchRate(parts: RateSearchParts): Promise<RateChoice> {
  const { trainer, parameters } = parts;
  const start = copyArrays(parameters);
  const state = copyArrays(trainer.state());
  const trials: RateTrial[] = [];
  for (const factor of RATE_FACTORS) {
    trials.push({ factor, loss: await tryFactor(parts, factor) });
    trainer.restore(start, state, 0);
  }
  const best = trials.reduce((left, right) => (right.loss < left.loss ? right : left));
  return { factor: best.factor, trials };
}

/** @returns the mean loss, or infinity if a value was not finite */
async function tryFactor(
  { trainer, batches, targets, factorOf, task }: RateSearchParts,
  factor: number,
): Promise<number> {
  const firstJudged = Math.floor(batches.length / 2);
  let lossSum = 0;
  let numExamples = 0;
  for (let index = 0; index < batches.length; index++) {
    const batch = batches[index];
    try {
      const loss = await trainer.trainBatch(batch, targets, factor * factorOf(index));
      if (index >= firstJudged) {
        lossSum += loss * batch.rows.length;
        numExamples += batch.rows.length;
      }
    } catch (error) {
      if ((error as { code?: string }).code !== 'NOT_FINITE') throw error;
      return Number.POSITIVE_INFINITY;
    }
    task.advance(batch.rows.length);
  }
  return lossSum / numExamples;
}

function copyArrays(arrays: Record<string, Float32Array>): Record<string, Float32Array> {
  return Object.fromEntries(Object.entries(arrays).map(([name, values]) => [name, values.slice()]));
}
