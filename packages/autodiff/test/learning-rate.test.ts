// Learning-rate schedules at hand-computed updates.
import { describe, expect, it } from 'vitest';
import { constantRate, constantWarmup, cosineWarmup, linearWarmup } from '../src/learning-rate.js';

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
});

describe('cosineWarmup', () => {
  it('rises to the peak, then falls along half a cosine to a last update above 0', () => {
    const schedule = cosineWarmup({ peak: 1, warmupSteps: 1, totalSteps: 5 });
    // (1 + cos(pi k / 4)) / 2 for k = 0..4: cos(pi / 4) is the root of a half.
    const half = Math.SQRT1_2 / 2;
    const expected = [0.5, 1, 0.5 + half, 0.5, 0.5 - half, 0];
    [1, 2, 3, 4, 5, 6].forEach((step, index) => {
      expect(schedule(step)).toBeCloseTo(expected[index], 15);
    });
    expect(schedule(100)).toBe(0);
  });
  it('after its warm-up equals get_cosine_schedule_with_warmup of transformers', () => {
    // The formula of transformers/optimization.py (5.23), whose steps count from 0.
    const [warmupSteps, totalSteps] = [7, 40];
    const reference = (current: number): number => {
      const progress = (current - warmupSteps) / Math.max(1, totalSteps - warmupSteps);
      return Math.max(0, 0.5 * (1 + Math.cos(Math.PI * 0.5 * 2 * progress)));
    };
    const schedule = cosineWarmup({ peak: 3e-5, warmupSteps, totalSteps });
    for (let step = warmupSteps + 1; step <= totalSteps; step++) {
      expect(schedule(step)).toBeCloseTo(3e-5 * reference(step - 1), 18);
    }
  });
});

describe('constantWarmup', () => {
  it('rises to the peak and stays there', () => {
    const schedule = constantWarmup({ peak: 1, warmupSteps: 3, totalSteps: 6 });
    expect([1, 2, 3, 4, 5, 6, 60].map(schedule)).toEqual([0.25, 0.5, 0.75, 1, 1, 1, 1]);
  });
});

describe('a schedule with a warm-up', () => {
  it.each([
    ['linearWarmup', linearWarmup],
    ['cosineWarmup', cosineWarmup],
    ['constantWarmup', constantWarmup],
  ])('refuses a warm-up as long as the training: %s', (name, schedule) => {
    expect(() => schedule({ peak: 1, warmupSteps: 5, totalSteps: 5 })).toThrow(
      `${name}: warmupSteps must be in [0, totalSteps), got 5 of 5`,
    );
    expect(() => schedule({ peak: -1, warmupSteps: 0, totalSteps: 5 })).toThrow(/peak/);
  });
});

describe('constantRate', () => {
  it('never changes', () => {
    expect([1, 100].map(constantRate(0.01))).toEqual([0.01, 0.01]);
  });
});
