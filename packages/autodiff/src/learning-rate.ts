// Learning-rate schedules: functions from the number of an update to its step size.

/** The learning rate of update `step`, counted from 1. */
export type LearningRateSchedule = (step: number) => number;

/** Options of a schedule with a warm-up. */
export interface WarmupOptions {
  /** The highest rate, reached right after the warm-up. */
  peak: number;
  /** Updates of the warm-up; 0 starts at the peak. */
  warmupSteps: number;
  /** Updates of the whole training. */
  totalSteps: number;
}

/** Options of `linearWarmup`. */
export type LinearWarmupOptions = WarmupOptions;

/**
 * Rises linearly over the warm-up, then falls linearly; no update of the training has rate 0.
 * Update `w + 1` (w = warmupSteps) has the peak, update `totalSteps` has peak / (totalSteps - w); later ones have 0.
 * Source: the schedule of BERT's fine-tuning (Devlin et al. 2019, A.2), shifted so that the first update counts.
 * @throws RangeError unless peak >= 0 and 0 <= warmupSteps < totalSteps.
 */
export function linearWarmup(options: WarmupOptions): LearningRateSchedule {
  const { peak, warmupSteps, totalSteps } = checkWarmup('linearWarmup', options);
  return (step) => {
    if (step <= warmupSteps) return (peak * step) / (warmupSteps + 1);
    return peak * Math.max(0, (totalSteps - step + 1) / (totalSteps - warmupSteps));
  };
}

/**
 * Rises linearly over the warm-up, then falls along half a cosine; no update of the training has rate 0.
 * Update `w + 1` has the peak, update t > w has peak (1 + cos(pi (t - w - 1) / (totalSteps - w))) / 2; updates after
 * the training have 0.
 * Source: Loshchilov and Hutter 2017 (SGDR), equation 5, without restarts and down to 0; after the warm-up it equals
 * transformers' `get_cosine_schedule_with_warmup`, whose warm-up begins at 0 instead.
 * @throws RangeError unless peak >= 0 and 0 <= warmupSteps < totalSteps.
 */
export function cosineWarmup(options: WarmupOptions): LearningRateSchedule {
  const { peak, warmupSteps, totalSteps } = checkWarmup('cosineWarmup', options);
  return (step) => {
    if (step <= warmupSteps) return (peak * step) / (warmupSteps + 1);
    const share = Math.min(1, (step - warmupSteps - 1) / (totalSteps - warmupSteps));
    return (peak * (1 + Math.cos(Math.PI * share))) / 2;
  };
}

/**
 * Rises linearly over the warm-up, then stays at the peak.
 * @throws RangeError unless peak >= 0 and 0 <= warmupSteps < totalSteps.
 */
export function constantWarmup(options: WarmupOptions): LearningRateSchedule {
  const { peak, warmupSteps } = checkWarmup('constantWarmup', options);
  return (step) => (step <= warmupSteps ? (peak * step) / (warmupSteps + 1) : peak);
}

/** The same rate at every update. */
export function constantRate(rate: number): LearningRateSchedule {
  return () => rate;
}

function checkWarmup(name: string, options: WarmupOptions): WarmupOptions {
  const { peak, warmupSteps, totalSteps } = options;
  if (!(peak >= 0)) throw new RangeError(`${name}: peak must be >= 0, got ${peak}`);
  if (!(warmupSteps >= 0 && warmupSteps < totalSteps)) {
    throw new RangeError(
      `${name}: warmupSteps must be in [0, totalSteps), got ${warmupSteps} of ${totalSteps}`,
    );
  }
  return options;
}
