// What a training loop is told: sizes, rates, schedule, when to stop and how often to keep a checkpoint.
import { availableParallelism } from 'node:os';
import {
  constantWarmup,
  cosineWarmup,
  type LearningRateSchedule,
  linearWarmup,
} from '@bert2dnn/autodiff';

/** How the learning rate goes on after its warm-up. */
export const SCHEDULES = ['linear', 'cosine', 'constant'] as const;

/** Name of a schedule: `linear` and `cosine` fall to 0, `constant` stays at the peak. */
export type ScheduleName = (typeof SCHEDULES)[number];

/** Settings of a training loop. */
export interface LoopSettings {
  /** Passes over the rows. */
  epochs: number;
  /** Rows of a micro-batch: what is in memory at once. */
  batchSize: number;
  /** Micro-batches of one update; their gradients are averaged by the weight of their rows. */
  accumulate: number;
  /** Highest learning rate: reached right after the warm-up. */
  learningRate: number;
  schedule: ScheduleName;
  /** Share of all updates over which the rate rises. */
  warmupShare: number;
  /** AdamW's decoupled decay; biases and layer norms have none. */
  weightDecay: number;
  /** Each layer's rate as a share of the rate of the layer above it, see `rateScaleOf`; 1 = the same for all. */
  layerDecay: number;
  /** Gradients are scaled to this global norm at most; 0 = not at all. */
  clipNorm: number;
  /** Epochs without a better dev metric after which the training stops; 0 = never. */
  patience: number;
  seed: number;
  /** Threads inside one operation. */
  threads: number;
  /** Updates between checkpoints, which are also written at the end of an epoch; 0 = none at all. */
  checkpointSteps: number;
}

/** Defaults of a training: Devlin et al.'s for a pretrained encoder, a higher rate for one from scratch. */
export function loopDefaults({
  isTiny,
  epochs,
}: {
  isTiny: boolean;
  epochs: number;
}): LoopSettings {
  return {
    epochs,
    batchSize: 32,
    accumulate: 1,
    learningRate: isTiny ? 5e-4 : 5e-5,
    schedule: 'linear',
    warmupShare: 0.06,
    weightDecay: 0.01,
    layerDecay: 1,
    clipNorm: 1,
    patience: 0,
    seed: 1,
    threads: availableParallelism(),
    checkpointSteps: 500,
  };
}

/** The settings among some options that are given, without the others' `undefined`. */
export function givenSettings(options: Partial<LoopSettings>): Partial<LoopSettings> {
  const names = Object.keys(loopDefaults({ isTiny: false, epochs: 1 })) as (keyof LoopSettings)[];
  const given = names.filter((name) => options[name] !== undefined);
  return Object.fromEntries(given.map((name) => [name, options[name]]));
}

const MAKE_SCHEDULE = {
  linear: linearWarmup,
  cosine: cosineWarmup,
  constant: constantWarmup,
} as const;

/** What a schedule is made of. */
export type ScheduleSettings = Pick<LoopSettings, 'learningRate' | 'warmupShare' | 'schedule'>;

/** The learning rate of update `step`, counted from 1, of `totalSteps`. */
export function scheduleOf(settings: ScheduleSettings, totalSteps: number): LearningRateSchedule {
  const { learningRate: peak, warmupShare, schedule } = settings;
  const warmupSteps = Math.min(totalSteps - 1, Math.round(totalSteps * warmupShare));
  return MAKE_SCHEDULE[schedule]({ peak, warmupSteps, totalSteps });
}
