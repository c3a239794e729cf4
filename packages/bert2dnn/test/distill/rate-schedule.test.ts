// Factors of the rates by hand, from the formulas of the schedules with an example for a step.
import { describe, expect, it } from 'vitest';
import { rateFactor } from '../../src/distill/rate-schedule.js';

const factors = (schedule: 'constant' | 'linear' | 'cosine', warmupShare: number) =>
  // Batches of 10 of 40 examples: their middles are examples 5, 15, 25 and 35.
  [0, 10, 20, 30].map((done) => rateFactor({ schedule, warmupShare, totalExamples: 40 }, done, 10));

describe('rateFactor', () => {
  it('is 1 without schedule and warm-up', () => {
    expect(factors('constant', 0)).toEqual([1, 1, 1, 1]);
  });

  it('falls in a line to nearly 0', () => {
    // (40 - middle + 1) / 40.
    expect(factors('linear', 0)).toEqual([36 / 40, 26 / 40, 16 / 40, 6 / 40]);
  });

  it('falls along half a cosine', () => {
    const expected = [4, 14, 24, 34].map((done) => (1 + Math.cos((Math.PI * done) / 40)) / 2);
    factors('cosine', 0).forEach(
      (factor, index) => void expect(factor).toBeCloseTo(expected[index], 12),
    );
  });

  it('rises over the share of the warm-up and goes on from there', () => {
    // 20 examples of warm-up: middle / 21, then constant, or a line of 20 examples.
    expect(factors('constant', 0.5)).toEqual([5 / 21, 15 / 21, 1, 1]);
    expect(factors('linear', 0.5)).toEqual([5 / 21, 15 / 21, 16 / 20, 6 / 20]);
  });

  it('takes a warm-up that leaves no example for anything else', () => {
    const options = { schedule: 'linear' as const, warmupShare: 0.99, totalExamples: 10 };
    expect(rateFactor(options, 0, 10)).toBe(0.5);
  });
});
