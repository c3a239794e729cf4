import { describe, expect, it } from 'vitest';
import { erf, logistic, softplusOf } from '../../src/reference/special-functions.js';

describe('special functions', () => {
  // Source: CPython 3 math.erf(x), printed with repr.
  it.each([
    [0, 0],
    [1e-8, 1.1283791670955126e-8],
    [0.1, 0.1124629160182849],
    [0.5, 0.5204998778130465],
    [1, 0.8427007929497149],
    [2, 0.9953222650189527],
    [2.4, 0.999311486103355],
    [2.6, 0.9997639655834707],
    [3.5, 0.9999992569016276],
    [5, 0.9999999999984626],
    [7, 1],
  ])('erf(%d)', (x, expected) => {
    expect(Math.abs(erf(x) - expected)).toBeLessThanOrEqual(2e-16 + 4e-16 * expected);
    expect(erf(-x)).toBe(-erf(x));
  });

  it('does not overflow', () => {
    expect([logistic(1000), logistic(-1000)]).toEqual([1, 0]);
    expect([softplusOf(1000), softplusOf(-1000)]).toEqual([1000, 0]);
    expect(softplusOf(0)).toBe(Math.LN2);
  });
});
