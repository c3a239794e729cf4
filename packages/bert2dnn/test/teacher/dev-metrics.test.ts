// Dev metrics on rows small enough to work out by hand.
import { describe, expect, it } from 'vitest';
import { measureDev } from '../../src/teacher/dev-metrics.js';
import { checkSelectionRule, isBetterEpoch } from '../../src/teacher/epoch-choice.js';
import { marginOf } from '../../src/teacher/margin.js';

describe('measureDev', () => {
  it('counts pairs for AUC, ties as half, labels from the upper third as positive', () => {
    // Positives (label >= 2/3): scores 2, 1. Negatives: 1, 0, -1. Pairs won: 2 beats 3, 1 beats 2 and ties 1.
    const metrics = measureDev(
      Float32Array.of(2, 1, 1, 0, -1),
      { labels: [1, 0.7, 0.6, 0, 0] },
      {
        numOutputs: 1,
        isGraded: true,
      },
    );
    expect(metrics.auc).toBeCloseTo(5.5 / 6, 10);
    // Predicted positive (margin > 0): rows 0, 1, 2; row 2 is none.
    expect(metrics.accuracy).toBe(4 / 5);
  });

  it('gives the log loss of soft labels', () => {
    // Label .25 at p = sigmoid(ln 3) = .75: -(.25 ln .75 + .75 ln .25).
    const metrics = measureDev(
      Float32Array.of(Math.log(3)),
      { labels: [0.25] },
      {
        numOutputs: 1,
        isGraded: true,
      },
    );
    expect(metrics.logLoss).toBeCloseTo(-(0.25 * Math.log(0.75) + 0.75 * Math.log(0.25)), 6);
    expect(metrics.auc).toBeUndefined();
  });

  it('treats two logits as their difference', () => {
    const labels = [1, 0];
    const one = measureDev(
      Float32Array.of(1.5, -0.5),
      { labels },
      { numOutputs: 1, isGraded: true },
    );
    const two = measureDev(
      Float32Array.of(0, 1.5, 0.25, -0.25),
      { labels },
      {
        numOutputs: 2,
        isGraded: true,
      },
    );
    expect(two.logLoss).toBeCloseTo(one.logLoss, 6);
  });

  it('scores classes by their highest logit', () => {
    const logits = Float32Array.of(0, 0, Math.log(2), 5, 0, 0);
    const metrics = measureDev(logits, { labels: [2, 1] }, { numOutputs: 3, isGraded: false });
    expect(metrics.accuracy).toBe(0.5);
    // Row 0: p = 2 / (1 + 1 + 2). Row 1: p = 1 / (e^5 + 2).
    expect(metrics.logLoss).toBeCloseTo((Math.log(2) + Math.log(Math.exp(5) + 2)) / 2, 5);
    expect(metrics.auc).toBeUndefined();
  });
});

describe('measureDev of soft labels', () => {
  it('gives the cross-entropy against the shares, and accuracy against the largest', () => {
    // p = (1/4, 1/4, 2/4) in both rows; shares (.5, 0, .5) and (.2, .7, .1).
    const logits = Float32Array.of(0, 0, Math.log(2), 0, 0, Math.log(2));
    const shares = Float64Array.of(0.5, 0, 0.5, 0.2, 0.7, 0.1);
    const size = { numOutputs: 3, isGraded: false };
    const metrics = measureDev(logits, { labels: [2, 1], shares }, size);
    const rows = [0.5 * Math.log(4) + 0.5 * Math.log(2), 0.9 * Math.log(4) + 0.1 * Math.log(2)];
    expect(metrics.logLoss).toBeCloseTo((rows[0] + rows[1]) / 2, 6);
    expect(metrics.accuracy).toBe(0.5);
  });

  it('has a rank correlation for grades of more than two values only', () => {
    const size = { numOutputs: 1, isGraded: true };
    const logits = Float32Array.of(-1, 0, 2);
    expect(measureDev(logits, { labels: [0, 0.5, 1] }, size).spearman).toBeCloseTo(1, 12);
    expect(measureDev(logits, { labels: [0, 1, 1] }, size)).not.toHaveProperty('spearman');
  });
});

describe('isBetterEpoch', () => {
  const [low, high] = [
    { logLoss: 0.6, auc: 0.7, accuracy: 0.9, spearman: 0.1 },
    { logLoss: 0.5, auc: 0.6, accuracy: 0.8, spearman: 0.2 },
  ];
  it.each([
    ['auto', true],
    ['auc', true],
    ['accuracy', true],
    ['logLoss', false],
    ['spearman', false],
  ] as const)('by %s', (rule, isBetter) => {
    expect(isBetterEpoch(low, high, rule)).toBe(isBetter);
    expect(isBetterEpoch(high, low, rule)).toBe(!isBetter);
  });
  it('breaks ties by the lower log loss, and takes accuracy where there is no AUC', () => {
    const tied = { logLoss: 0.4, auc: 0.7, accuracy: 0.1 };
    expect(isBetterEpoch(tied, low)).toBe(true);
    expect(isBetterEpoch(low, low)).toBe(false);
    expect(isBetterEpoch({ logLoss: 2, accuracy: 0.9 }, { logLoss: 1, accuracy: 0.8 })).toBe(true);
  });
  it('takes any figure over a missing one', () => {
    const missing = { logLoss: 0.1, accuracy: 1 };
    expect(isBetterEpoch(missing, low, 'spearman')).toBe(false);
    expect(isBetterEpoch(low, missing, 'spearman')).toBe(true);
  });
});

describe('checkSelectionRule', () => {
  it('refuses a figure that the dev set cannot have, naming the others', () => {
    const check = () => checkSelectionRule('auc', { logLoss: 1, accuracy: 1 }, 'dev.tsv');
    expect(check).toThrow('dev.tsv: no auc to choose the epoch by: that needs two classes');
    expect(() => checkSelectionRule('auto', { logLoss: 1, accuracy: 1 }, 'dev.tsv')).not.toThrow();
  });
});

describe('marginOf', () => {
  it('is the logit itself or positive minus negative', () => {
    expect([...marginOf(Float32Array.of(1, 2), 1)]).toEqual([1, 2]);
    expect([...marginOf(Float32Array.of(1, 3, 2, 0), 2)]).toEqual([2, -2]);
    expect(() => marginOf(Float32Array.of(1, 2, 3), 3)).toThrow(/got 3/);
  });
});
