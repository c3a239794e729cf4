// How the learning rates of a student change on their way: a factor of both rates by the share of the training that is done.
// Counted in examples, because how many batches an epoch has depends on windows and groups.
import { type ScheduleName, scheduleOf } from '../teacher/loop-settings.js';

/** Settings of `rateFactor`. */
export interface RateScheduleOptions {
  schedule: ScheduleName;
  /** Share of all examples over which the rates rise, 0 or more and below 1. */
  warmupShare: number;
  /** Examples of the whole training, all epochs. */
  totalExamples: number;
}

/**
 * Factor in 0..1 of the rates for a batch of `batchExamples` after `examplesDone` others: the schedule of that name of
 * `@bert2dnn/autodiff` with an example for a step, at the batch's middle.
 */
export function rateFactor(
  { schedule, warmupShare, totalExamples }: RateScheduleOptions,
  examplesDone: number,
  batchExamples: number,
): number {
  if (schedule === 'constant' && warmupShare === 0) return 1;
  const factorOf = scheduleOf({ learningRate: 1, warmupShare, schedule }, totalExamples);
  return factorOf(examplesDone + Math.ceil(batchExamples / 2));
}
