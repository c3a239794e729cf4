// Defaults and limits of the options of training.
import { describe, expect, it } from 'vitest';
import { TRAINING_DEFAULTS } from '../../src/distill/presets.js';
import { resolveTraining, type TrainingOptions } from '../../src/distill/training-options.js';

const resolve = (options: TrainingOptions) => resolveTraining(options, TRAINING_DEFAULTS.pair);

describe('resolveTraining', () => {
  it("keeps the ratio of the preset's rates for Adagrad, and leaves the tables' alone for AdamW", () => {
    const ratesOf = (options: TrainingOptions) => {
      const { learningRate, embeddingLearningRate, isAutoRate } = resolve(options);
      return [learningRate, embeddingLearningRate, isAutoRate];
    };
    expect(ratesOf({})).toEqual([0.01, 0.05, false]);
    expect(ratesOf({ learningRate: 0.02 })).toEqual([0.02, 0.1, false]);
    expect(ratesOf({ learningRate: 'auto' })).toEqual([0.01, 0.05, true]);
    expect(ratesOf({ optimizer: 'adamw' })).toEqual([0.001, 0.05, false]);
    expect(ratesOf({ optimizer: 'adamw', learningRate: 0.003 })).toEqual([0.003, 0.05, false]);
  });

  it.each<[TrainingOptions, RegExp]>([
    [{ learningRate: 0 }, /learningRate must be a number > 0, got 0/],
    [{ dropout: 1 }, /dropout must be at least 0 and below 1, got 1/],
    [{ inputDropout: -0.1 }, /inputDropout must be/],
    [{ warmupShare: 1 }, /warmupShare must be/],
    [{ weightDecay: -1 }, /weightDecay must be a number of at least 0, got -1/],
    [{ tableDecay: Number.NaN }, /tableDecay must be/],
    [{ weightDecay: 100 }, /decay times its rate must be below 1/],
    [{ hardShare: 2 }, /hardShare must be 0..1, got 2/],
    [{ ranking: 'pairwise', rankingShare: 0 }, /rankingShare must be above 0/],
    [{ ranking: 'listwise', rankingTemperature: 0 }, /rankingTemperature must be a number > 0/],
    [{ rankingShare: 0.3 }, /rankingShare is 0.3 without a ranking/],
    [{ ranking: 'pairwize' }, /ranking: got "pairwize", expected pairwise or listwise/],
    [{ schedule: 'step' }, /schedule: got "step", expected linear or cosine or constant/],
    [{ optimizer: 'adam' }, /optimizer: got "adam"/],
    [{ loss: 'mse' }, /loss: got "mse"/],
  ])('refuses %o', (options, message) => {
    expect(() => resolve(options)).toThrow(
      expect.objectContaining({ code: 'USAGE', message: expect.stringMatching(message) }),
    );
  });
});
