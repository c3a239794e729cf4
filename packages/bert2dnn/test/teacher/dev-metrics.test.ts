// Dev metrics on rows small enough to work out by hand.
import { describe, expect, it } from 'vitest';
import { measureDev } from '../../src/teacher/dev-metrics.js';
import { marginOf } from '../../src/teacher/margin.js';

describe('measureDev', () => {
  it('counts pairs for AUC, ties as half, labels from the upper third as positive', () => {
    // Positives (label >= 2/3): scores 2, 1. Negatives: 1, 0, -1. Pairs won: 2 beats 3, 1 beats 2 and ties 1.
    const metrics = measureDev(Float32Array.of(2, 1, 1, 0, -1), [1, 0.7, 0.6, 0, 0], {
      numOutputs: 1,
      isGraded: true,
    });
    expect(metrics.auc).toBeCloseTo(5.5 / 6, 10);
    // Predicted positive (margin > 0): rows 0, 1, 2; row 2 is none.
    expect(metrics.accuracy).toBe(4 / 5);
  });

  it('gives the log loss of soft labels', () => {
    // Label .25 at p = sigmoid(ln 3) = .75: -(.25 ln .75 + .75 ln .25).
    const metrics = measureDev(Float32Array.of(Math.log(3)), [0.25], {
      numOutputs: 1,
      isGraded: true,
    });
    expect(metrics.logLoss).toBeCloseTo(-(0.25 * Math.log(0.75) + 0.75 * Math.log(0.25)), 6);
    expect(metrics.auc).toBeUndefined();
  });

  it('treats two logits as their difference', () => {
    const one = measureDev(Float32Array.of(1.5, -0.5), [1, 0], { numOutputs: 1, isGraded: true });
    const two = measureDev(Float32Array.of(0, 1.5, 0.25, -0.25), [1, 0], {
      numOutputs: 2,
      isGraded: true,
    });
    expect(two.logLoss).toBeCloseTo(one.logLoss, 6);
  });

  it('scores classes by their highest logit', () => {
    const logits = Float32Array.of(0, 0, Math.log(2), 5, 0, 0);
    const metrics = measureDev(logits, [2, 1], { numOutputs: 3, isGraded: false });
    expect(metrics.accuracy).toBe(0.5);
    // Row 0: p = 2 / (1 + 1 + 2). Row 1: p = 1 / (e^5 + 2).
    expect(metrics.logLoss).toBeCloseTo((Math.log(2) + Math.log(Math.exp(5) + 2)) / 2, 5);
    expect(metrics.auc).toBeUndefined();
  });
});

describe('marginOf', () => {
  it('is the logit itself or positive minus negative', () => {
    expect([...marginOf(Float32Array.of(1, 2), 1)]).toEqual([1, 2]);
    expect([...marginOf(Float32Array.of(1, 3, 2, 0), 2)]).toEqual([2, -2]);
    expect(() => marginOf(Float32Array.of(1, 2, 3), 3)).toThrow(/got 3/);
  });
});
