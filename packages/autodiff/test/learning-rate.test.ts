// Learning-rate schedules at hand-computed updates.
import { describe, expect, it } from 'vitest';
import { constantRate, linearWarmup } from '../src/learning-rate.js';

describe('linearWarmup', () => {
  it('rises to the peak, then falls to a last update above 0', () => {
    const schedule = linearWarmup({ peak: 1, warmupSteps: 3, totalSteps: 7 });
    const rates = [1, 2, 3, 4, 5, 6, 7, 8].map(schedule);
    expect(rates).toEqual([0.25, 0.5, 0.75, 1, 0.75, 0.5, 0.25, 0]);
  });
  it('starts at the peak without a warm-up', () => {
    const schedule = linearWarmup({ peak: 0.4, warmupSteps: 0, totalSteps: 4 });
    expect([1, 2, 3, 4].map(schedule)).toEqual([0.4, 0.30000000000000004, 0.2, 0.1]);
  });
  it('refuses a warm-up as long as the training', () => {
    expect(() => linearWarmup({ peak: 1, warmupSteps: 5, totalSteps: 5 })).toThrow(/warmupSteps/);
    expect(() => linearWarmup({ peak: -1, warmupSteps: 0, totalSteps: 5 })).toThrow(/peak/);
  });
});

describe('constantRate', () => {
  it('never changes', () => {
    expect([1, 100].map(constantRate(0.01))).toEqual([0.01, 0.01]);
  });
});
