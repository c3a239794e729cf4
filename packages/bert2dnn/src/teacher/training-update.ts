// One update of a training: micro-batches through the compiled step, their gradients averaged, clipped and applied.
import {
  AdamW,
  clipByGlobalNorm,
  type Feed,
  type LearningRateSchedule,
  type TrainingStep,
} from '@bert2dnn/autodiff';
import { Bert2dnnError } from '../foundation/errors.js';
import { GradientSum } from './gradient-sum.js';
import { type LoopSettings, scheduleOf } from './loop-settings.js';
import { isDecayFree, type Parameters } from './parameters.js';
import { rateScaleOf } from './rate-scale.js';

/** Where in a training a micro-batch stands. */
export interface BatchPlace {
  /** Counted from 0. */
  epoch: number;
  /** Number of the update in the whole training, counted from 1. */
  update: number;
  /** Number of the micro-batch within its update, counted from 0. */
  part: number;
}

/** One micro-batch, ready to run. */
export interface BatchFeeds {
  /** Inputs of the loss by name. */
  feeds: Record<string, Feed>;
  /** Tokens without padding, for the speed. */
  numTokens: number;
  /**
   * What the loss is a mean over: the number of rows (or masked tokens), or the sum of their weights.
   * A micro-batch of weight 0 is left out, as its mean is not defined.
   */
  weight: number;
}

/** What an updater works on. */
export interface UpdaterOptions {
  /** Name of the verb, for errors. */
  name: string;
  step: TrainingStep;
  /** Changed in place. */
  parameters: Parameters;
  settings: LoopSettings;
  /** Updates of the whole training, for the schedule. */
  totalUpdates: number;
}

/** Sums over the micro-batches of an update. */
export interface UpdateResult {
  /** Sum of loss x weight. */
  lossSum: number;
  weightSum: number;
  numTokens: number;
}

/** Owns the optimizer; applies one update after the other. */
export class Updater {
  readonly #options: UpdaterOptions;
  readonly #optimizer: AdamW;
  readonly #rate: LearningRateSchedule;

  constructor(options: UpdaterOptions) {
    const { settings, parameters, totalUpdates } = options;
    this.#options = options;
    this.#optimizer = new AdamW({
      weightDecay: settings.weightDecay,
      noDecay: isDecayFree,
      rateScale:
        settings.layerDecay === 1
          ? undefined
          : rateScaleOf(Object.keys(parameters), settings.layerDecay),
    });
    this.#rate = scheduleOf(settings, totalUpdates);
  }

  /** Learning rate of an update, counted from 1. */
  rateOf(update: number): number {
    return this.#rate(update);
  }

  /** The optimizer's arrays; live views. */
  state(): Record<string, Float32Array> {
    return this.#optimizer.state();
  }

  /** Puts back what `state` gave. */
  restore(state: Record<string, Float32Array>): void {
    this.#optimizer.restore(state);
  }

  /**
   * Update number `update` from its micro-batches. Their gradients are averaged by weight, so that the update is that of
   * one batch of all their rows. `firstCounter` names the first one's dropout masks, the others follow it.
   * An update whose micro-batches all have weight 0 changes nothing.
   * @throws Bert2dnnError NOT_FINITE naming update and tensor.
   */
  async run(
    batches: readonly BatchFeeds[],
    { update, firstCounter }: { update: number; firstCounter: number },
  ): Promise<UpdateResult> {
    const { step, parameters, settings } = this.#options;
    const weightSum = batches.reduce((sum, { weight }) => sum + weight, 0);
    const gradientSum = new GradientSum();
    let lossSum = 0;
    for (const [part, { feeds, weight }] of batches.entries()) {
      if (weight === 0) continue;
      const { loss, gradients } = await step
        .run(feeds, { parameters, step: firstCounter + part, seed: settings.seed })
        .catch((error) => this.#describe(error, { update, part, numParts: batches.length }));
      lossSum += loss * weight;
      // The share of a lone batch is exactly 1.
      gradientSum.add(gradients, weight / weightSum);
    }
    const gradients = gradientSum.result();
    if (gradients !== undefined) {
      if (settings.clipNorm > 0) clipByGlobalNorm(gradients, settings.clipNorm);
      this.#optimizer.step(parameters, gradients, {
        learningRate: this.#rate(update),
        step: update,
      });
    }
    return { lossSum, weightSum, numTokens: batches.reduce((sum, one) => sum + one.numTokens, 0) };
  }

  /** Re-throws a step's error; a value that is not finite comes with what to do about it. */
  #describe(error: unknown, place: { update: number; part: number; numParts: number }): never {
    const { code, message } = error as { code?: string; message?: string };
    if (code !== 'NOT_FINITE') throw error;
    const part = place.numParts === 1 ? '' : `, part ${place.part + 1} of ${place.numParts}`;
    // The step counts micro-batches; users count updates.
    const what = message?.replace(/^step \d+/, `step ${place.update}${part}`);
    throw new Bert2dnnError('NOT_FINITE', `${this.#options.name}: ${what}`, {
      hint: 'Lower --learning-rate; if the first step fails already, the weights are damaged.',
      cause: error,
    });
  }
}
