// The layers' optimizers against updates by hand and against `@bert2dnn/autodiff`'s AdamW, which is checked against PyTorch.
import { AdamW, type Gradient } from '@bert2dnn/autodiff';
import { describe, expect, it } from 'vitest';
import { createLayerOptimizer } from '../../src/distill/layer-optimizer.js';

const NAMES = ['layer.0.weight', 'layer.0.bias'];
const start = () => Object.fromEntries(NAMES.map((name) => [name, Float32Array.of(2, -1)]));
const dense = (...values: number[]): Gradient => ({
  kind: 'dense',
  data: Float32Array.from(values),
});
const gradients = { [NAMES[0]]: dense(0.5, 0), [NAMES[1]]: dense(0.5, 0) };

describe('createLayerOptimizer', () => {
  it('takes the decay off the weights before the update of Adagrad, not off the biases', () => {
    const parameters = start();
    const optimizer = createLayerOptimizer({ initialAccumulator: 0.75, weightDecay: 0.2 });
    optimizer.step(parameters, gradients, { learningRate: 0.1, step: 1 });
    // a = 0.75 + 0.25 = 1; keep = 1 - 0.1 * 0.2 = 0.98; w = 2 * 0.98 - 0.1 * 0.5 / 1.
    expect(parameters[NAMES[0]][0]).toBeCloseTo(1.91, 6);
    expect(parameters[NAMES[0]][1]).toBeCloseTo(-0.98, 6);
    expect(parameters[NAMES[1]][0]).toBeCloseTo(1.95, 6);
    expect(parameters[NAMES[1]][1]).toBe(-1);
    optimizer.step(parameters, gradients, { learningRate: 0.1, step: 2 });
    // a = 1.25.
    expect(parameters[NAMES[0]][0]).toBeCloseTo(1.91 * 0.98 - 0.05 / Math.sqrt(1.25), 6);
  });

  it('is AdamW without decay of biases', () => {
    const [parameters, expected] = [start(), start()];
    const optimizer = createLayerOptimizer({
      optimizer: 'adamw',
      initialAccumulator: 1,
      weightDecay: 0.3,
    });
    const adamw = new AdamW({ weightDecay: 0.3, noDecay: (name) => name === NAMES[1] });
    for (const step of [1, 2, 3]) {
      optimizer.step(parameters, gradients, { learningRate: 0.1, step });
      adamw.step(expected, gradients, { learningRate: 0.1, step });
    }
    expect(parameters).toEqual(expected);
    // The second bias has no gradient and no decay; the second weight decays.
    expect(parameters[NAMES[1]][1]).toBe(-1);
    expect(parameters[NAMES[0]][1]).toBeCloseTo(-(0.97 ** 3), 6);
  });

  it('goes on from a kept state with the same values', () => {
    for (const optimizer of ['adagrad', 'adamw'] as const) {
      const options = { optimizer, initialAccumulator: 0.1, weightDecay: 0.1 };
      const [whole, parameters] = [start(), start()];
      const first = createLayerOptimizer(options);
      const unbroken = createLayerOptimizer(options);
      for (const step of [1, 2]) {
        unbroken.step(whole, gradients, { learningRate: 0.1, step });
        if (step === 1) first.step(parameters, gradients, { learningRate: 0.1, step });
      }
      const second = createLayerOptimizer(options);
      second.restore(first.state());
      second.step(parameters, gradients, { learningRate: 0.1, step: 2 });
      expect(parameters).toEqual(whole);
    }
  });
});
