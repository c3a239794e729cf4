// Learning-rate schedules: functions from the number of an update to its step size.

/** The learning rate of update `step`, counted from 1. */
export type LearningRateSchedule = (step: number) => number;

/** Options of `linearWarmup`. */
export interface LinearWarmupOptions {
  /** The highest rate, reached right after the warm-up. */
  peak: number;
  /** Updates of the warm-up; 0 starts at the peak. */
  warmupSteps: number;
  /** Updates of the whole training; after them the rate is 0. */
  totalSteps: number;
}

/**
 * Rises linearly over the warm-up, then falls linearly; no update of the training has rate 0.
 * Update `w + 1` (w = warmupSteps) has the peak, update `totalSteps` has peak / (totalSteps - w).
 * Source: the schedule of BERT's fine-tuning (Devlin et al. 2019, A.2), shifted so that the first update counts.
 * @throws RangeError unless peak >= 0 and 0 <= warmupSteps < totalSteps.
 */
export function linearWarmup(options: LinearWarmupOptions): LearningRateSchedule {
  const { peak, warmupSteps, totalSteps } = options;
  if (!(peak >= 0)) throw new RangeError(`linearWarmup: peak must be >= 0, got ${peak}`);
  if (!(warmupSteps >= 0 && warmupSteps < totalSteps)) {
    throw new RangeError(
      `linearWarmup: warmupSteps must be in [0, totalSteps), got ${warmupSteps} of ${totalSteps}`,
    );
  }
  return (step) => {
    if (step <= warmupSteps) return (peak * step) / (warmupSteps + 1);
    return peak * Math.max(0, (totalSteps - step + 1) / (totalSteps - warmupSteps));
  };
}

/** The same rate at every update. */
export function constantRate(rate: number): LearningRateSchedule {
  return () => rate;
}
