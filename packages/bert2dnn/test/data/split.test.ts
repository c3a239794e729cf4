// Splits by group: shares, stability, and never an empty split while there are groups.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SPLITS, type Split, splitGroups } from '../../src/data/split.js';

const groupsOf = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `g${index}`);

function count(splits: Map<string, Split>): number[] {
  return SPLITS.map((split) => [...splits.values()].filter((each) => each === split).length);
}

describe('splitGroups', () => {
  it('puts every group into one split, whatever their order, and leaves none empty', () => {
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 60 }), fc.nat(1000), (numGroups, seed) => {
        const groups = groupsOf(numGroups);
        const splits = splitGroups(groups, { seed });
        expect(splits.size).toBe(numGroups);
        expect(count(splits).every((each) => each > 0)).toBe(true);
        const reversed = splitGroups([...groups].reverse(), { seed });
        expect(groups.map((group) => reversed.get(group))).toEqual(
          groups.map((group) => splits.get(group)),
        );
      }),
      { numRuns: 100, seed: 1 },
    );
  });

  it('keeps to the shares', () => {
    // 5,000 groups: the standard deviation of a share of 0.1 is 0.0042; 0.02 is nearly five of them.
    const counts = count(splitGroups(groupsOf(5000), { seed: 3 }));
    [0.8, 0.1, 0.1].forEach((share, index) => {
      expect(Math.abs(counts[index] / 5000 - share)).toBeLessThan(0.02);
    });
  });

  it('keeps a group in its split when others come', () => {
    const before = splitGroups(groupsOf(500), { seed: 1 });
    const after = splitGroups(groupsOf(900), { seed: 1 });
    for (const [group, split] of before) expect(after.get(group)).toBe(split);
  });

  it('splits otherwise for another seed', () => {
    const groups = groupsOf(200);
    expect(splitGroups(groups, { seed: 1 })).not.toEqual(splitGroups(groups, { seed: 2 }));
  });

  it('makes no split of share 0', () => {
    const shares = { train: 0.9, dev: 0.1, test: 0 };
    expect(count(splitGroups(groupsOf(4), { seed: 1, shares }))[2]).toBe(0);
  });

  it('refuses fewer groups than splits, and shares that do not add up', () => {
    expect(() => splitGroups(['a', 'b'], { seed: 1 })).toThrow(
      'the labelled data has 2 different groups (queries or texts), expected at least 3 to split into train, dev, test',
    );
    expect(() =>
      splitGroups(groupsOf(9), { seed: 1, shares: { train: 0.5, dev: 0.1, test: 0.1 } }),
    ).toThrow('add up to 1, got 0.5, 0.1, 0.1');
  });
});
