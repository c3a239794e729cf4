// Spearman's rho against values from scipy's documentation and by hand.
import { describe, expect, it } from 'vitest';
import { spearman } from '../../src/foundation/spearman.js';

describe('spearman', () => {
  it('equals scipy.stats.spearmanr on the example of its documentation, which has a tie', () => {
    expect(spearman([1, 2, 3, 4, 5], [5, 6, 7, 8, 7])).toBeCloseTo(0.8207826816681233, 12);
  });
  it('is 1 for any rising relation and -1 for a falling one', () => {
    expect(spearman([1, 2, 3, 4], [1, 10, 11, 1000])).toBeCloseTo(1, 12);
    expect(spearman([1, 2, 3, 4], [9, 8, 1, 0])).toBeCloseTo(-1, 12);
  });
  it('is absent where one side does not vary', () => {
    expect(spearman([1, 1, 1], [1, 2, 3])).toBeUndefined();
    expect(spearman([1, 2, 3], [2, 2, 2])).toBeUndefined();
  });
});
