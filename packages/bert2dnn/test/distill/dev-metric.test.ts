// The dev metric against its definitions.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { devMetric } from '../../src/distill/dev-metric.js';

describe('devMetric', () => {
  it('is the share of pairs in the right order, ties counting half', () => {
    const example = fc.tuple(fc.integer({ min: -3, max: 3 }), fc.constantFrom(0, 1 / 3, 2 / 3, 1));
    fc.assert(
      fc.property(fc.array(example, { minLength: 2, maxLength: 30 }), (examples) => {
        const positives = examples.filter(([, label]) => label >= 2 / 3);
        const negatives = examples.filter(([, label]) => label < 2 / 3);
        fc.pre(positives.length > 0 && negatives.length > 0);
        let won = 0;
        for (const [p] of positives)
          for (const [n] of negatives) won += p > n ? 1 : p === n ? 0.5 : 0;
        const logits = Float32Array.from(examples, ([logit]) => logit);
        const labels = Float64Array.from(examples, ([, label]) => label);
        const metric = devMetric(logits, labels, 1, 1);
        expect(metric.name).toBe('auc');
        expect(metric.value).toBeCloseTo(won / positives.length / negatives.length, 12);
      }),
      { seed: 4 },
    );
  });

  it('is the log loss at the stored temperature where all labels are on one side', () => {
    const metric = devMetric(Float32Array.of(1, -2), Float64Array.of(0, 0.5), 1, 2);
    const softplus = (z: number) => Math.log(1 + Math.exp(z));
    // -y log p - (1 - y) log(1 - p) = softplus(z) - y z at z = 2 and z = -4.
    expect(metric.name).toBe('negativeLogLoss');
    expect(metric.value).toBeCloseTo(-(softplus(2) + softplus(-4) + 2) / 2, 12);
  });

  it('is the accuracy for classes', () => {
    const logits = Float32Array.of(1, 2, 0, 5, 0, 0, 0, 0, 1);
    expect(devMetric(logits, Float64Array.of(1, 0, 0), 3, 1)).toEqual({
      name: 'accuracy',
      value: 2 / 3,
    });
  });
});
