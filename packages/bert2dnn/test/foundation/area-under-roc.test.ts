// The area under the ROC curve on rows small enough to count by hand. Against a naive twin: test/evaluate/metrics.
import { describe, expect, it } from 'vitest';
import { areaUnderRoc } from '../../src/foundation/area-under-roc.js';

describe('areaUnderRoc', () => {
  it('is the share of pairs in the right order, ties counting half', () => {
    // Positives 2, 1 against negatives 1, 0, -1: 2 beats 3, 1 beats 2 and ties 1.
    const scores = [1, 2, -1, 1, 0];
    expect(areaUnderRoc(scores, (row) => row === 1 || row === 3)).toBeCloseTo(5.5 / 6, 14);
  });

  it('is absent without two sides', () => {
    expect(areaUnderRoc([], () => true)).toBeUndefined();
    expect(areaUnderRoc([1, 2], () => true)).toBeUndefined();
    expect(areaUnderRoc([1, 2], () => false)).toBeUndefined();
  });
});
