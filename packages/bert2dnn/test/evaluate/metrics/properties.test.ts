// Rank metrics against naive O(N^2) twins that read like their definitions, and what must hold for any list.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ece, logLoss } from '../../../src/evaluate/metrics/calibration.js';
import { kendall, pearson, spearman } from '../../../src/evaluate/metrics/correlation.js';
import { auc, prAuc } from '../../../src/evaluate/metrics/decisions.js';
import { gradedGains, indexGroups, mrr, ndcg } from '../../../src/evaluate/metrics/ranking.js';
import { areaUnderRoc } from '../../../src/foundation/area-under-roc.js';

/** Few distinct values, so ties are common. */
const rowsWithTies = fc.array(
  fc.record({
    score: fc.integer({ min: -4, max: 4 }),
    label: fc.integer({ min: 0, max: 3 }),
    weight: fc.integer({ min: 0, max: 3 }),
  }),
  { minLength: 2, maxLength: 40 },
);

function naiveAuc(scores: number[], positives: number[]): number {
  let won = 0;
  let pairs = 0;
  scores.forEach((score, row) => {
    scores.forEach((other, otherRow) => {
      if (positives[row] !== 1 || positives[otherRow] !== 0) return;
      pairs++;
      won += score > other ? 1 : score === other ? 0.5 : 0;
    });
  });
  return won / pairs;
}

function naiveKendall(left: number[], right: number[]): number {
  let balance = 0;
  let untiedLeft = 0;
  let untiedRight = 0;
  for (let row = 0; row < left.length; row++) {
    for (let other = 0; other < row; other++) {
      const leftSign = Math.sign(left[row] - left[other]);
      const rightSign = Math.sign(right[row] - right[other]);
      balance += leftSign * rightSign;
      untiedLeft += leftSign * leftSign;
      untiedRight += rightSign * rightSign;
    }
  }
  return balance / Math.sqrt(untiedLeft * untiedRight);
}

function naiveRanks(values: number[]): number[] {
  return values.map((value) => {
    const below = values.filter((other) => other < value).length;
    const equal = values.filter((other) => other === value).length;
    return below + (equal + 1) / 2;
  });
}

function naivePearson(left: number[], right: number[]): number {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const leftMean = mean(left);
  const rightMean = mean(right);
  const sum = (gap: (row: number) => number) => left.reduce((total, _, row) => total + gap(row), 0);
  return (
    sum((row) => (left[row] - leftMean) * (right[row] - rightMean)) /
    Math.sqrt(
      sum((row) => (left[row] - leftMean) ** 2) * sum((row) => (right[row] - rightMean) ** 2),
    )
  );
}

/** Every row as often as its weight says. */
function repeat<T extends { weight: number }>(rows: T[]): T[] {
  return rows.flatMap((row) => new Array<T>(row.weight).fill(row));
}

function expectSame(actual: number, expected: number): void {
  if (Number.isFinite(expected)) expect(Math.abs(actual - expected)).toBeLessThan(1e-9);
  else expect(actual).toBeNaN();
}

describe('against naive twins, with weights as repeats', () => {
  const check = (
    fast: (left: number[], right: number[], weights: Float64Array) => number,
    naive: (left: number[], right: number[]) => number,
    toRight: (label: number) => number,
  ) =>
    fc.assert(
      fc.property(rowsWithTies, (rows) => {
        const repeated = repeat(rows);
        expectSame(
          fast(
            rows.map((row) => row.score),
            rows.map((row) => toRight(row.label)),
            Float64Array.from(rows, (row) => row.weight),
          ),
          naive(
            repeated.map((row) => row.score),
            repeated.map((row) => toRight(row.label)),
          ),
        );
      }),
      { seed: 7, numRuns: 300 },
    );
  it('auc', () => check(auc, naiveAuc, (label) => (label >= 2 ? 1 : 0)));
  it('auc of plain rows, which chooses epochs', () => {
    fc.assert(
      fc.property(rowsWithTies, (rows) => {
        const scores = rows.map((row) => row.score);
        const positives = rows.map((row) => (row.label >= 2 ? 1 : 0));
        const plain = areaUnderRoc(scores, (row) => positives[row] === 1) ?? Number.NaN;
        expectSame(plain, naiveAuc(scores, positives));
        expectSame(plain, auc(scores, positives));
      }),
      { seed: 8, numRuns: 300 },
    );
  });
  it('kendall', () => check(kendall, naiveKendall, (label) => label));
  it('pearson', () => check(pearson, naivePearson, (label) => label));
  it('spearman', () =>
    check(
      spearman,
      (left, right) => naivePearson(naiveRanks(left), naiveRanks(right)),
      (label) => label,
    ));
});

describe('any list', () => {
  it('auc and kendall turn round with the scores', () => {
    fc.assert(
      fc.property(rowsWithTies, (rows) => {
        const scores = rows.map((row) => row.score);
        const reversed = scores.map((score) => -score);
        const positives = rows.map((row) => (row.label >= 2 ? 1 : 0));
        expectSame(auc(reversed, positives), 1 - auc(scores, positives));
        expectSame(kendall(reversed, positives), -kendall(scores, positives));
      }),
      { seed: 8 },
    );
  });

  it('ndcg and mrr do not depend on the order of rows and lie in 0..1', () => {
    fc.assert(
      fc.property(rowsWithTies, (rows) => {
        const measure = (list: typeof rows) => {
          const groups = list.map((row) => `group ${row.weight}`);
          const scores = list.map((row) => row.score);
          const labels = list.map((row) => row.label / 3);
          return [ndcg(scores, gradedGains(labels, [0, 3]), groups), mrr(scores, labels, groups)];
        };
        const values = measure(rows);
        const reversed = measure([...rows].reverse());
        for (const [place, value] of values.entries()) expectSame(reversed[place], value);
        for (const value of values) if (!Number.isNaN(value)) expect(value).toBeGreaterThan(0);
        for (const value of values) if (!Number.isNaN(value)) expect(value).toBeLessThan(1 + 1e-12);
      }),
      { seed: 9 },
    );
  });
});

describe('by hand', () => {
  it('ranks the one group worth ranking', () => {
    // Places 1..3 hold gains 1, 3, 0: DCG = 1 + 3/log2(3); ideal = 3 + 1/log2(3).
    const gains = gradedGains([0.5, 1, 0], [1, 3]);
    expect([...gains]).toEqual([1, 3, 0]);
    const log = Math.log2(3);
    expect(ndcg([3, 2, 1], gains, ['q', 'q', 'q'])).toBeCloseTo((1 + 3 / log) / (3 + 1 / log), 14);
    // A group of one row and a group without gain say nothing about order.
    const more = ndcg([3, 2, 1, 5, 5, 4], [1, 3, 0, 3, 0, 0], ['q', 'q', 'q', 'one', 'no', 'no']);
    expect(more).toBeCloseTo((1 + 3 / log) / (3 + 1 / log), 14);
    expect(ndcg([1, 1], [1, 0], ['a', 'b'])).toBeNaN();
  });

  it('cuts nDCG at k', () => {
    expect(ndcg([3, 2, 1], [0, 0, 1], ['q', 'q', 'q'], 2)).toBe(0);
  });

  it('gives tied rows the expected reciprocal rank', () => {
    const groups = ['q', 'q', 'q'];
    expect(mrr([3, 2, 1], [0, 0, 1], groups)).toBeCloseTo(1 / 3, 14);
    // One positive among three tied rows: places 1, 2 and 3 are equally likely.
    expect(mrr([1, 1, 1], [0, 1, 0], groups)).toBeCloseTo((1 + 1 / 2 + 1 / 3) / 3, 14);
    // Two of three: first positive at place 1 with 2/3, at place 2 with 1/3.
    expect(mrr([1, 1, 1], [0, 1, 1], groups)).toBeCloseTo(2 / 3 + 1 / 6, 14);
    expect(mrr([2, 1], [0, 0], ['q', 'q'])).toBeNaN();
  });

  it('gives no number where a class is absent or nothing varies', () => {
    expect(auc([1, 2], [1, 1])).toBeNaN();
    expect(prAuc([1, 2], [0, 0])).toBeNaN();
    expect(pearson([1, 1], [0, 1])).toBeNaN();
    expect(kendall([1, 2], [1, 1])).toBeNaN();
    expect(spearman([1, 2], [1, 1])).toBeNaN();
  });

  it('keeps the log loss of a sure and wrong row finite', () => {
    expect(logLoss([800], [0])).toBe(800);
    expect(logLoss([-800], [0])).toBe(0);
  });

  it('puts probability 1 and 0 in the outer bins', () => {
    expect(ece([0, 1], [0, 1])).toBe(0);
    expect(ece([0, 1], [1, 0])).toBe(1);
  });

  it('indexes groups in order of appearance', () => {
    const index = indexGroups(['b', 'a', 'b']);
    expect(index.numGroups).toBe(2);
    expect([...index.groupOfRow]).toEqual([0, 1, 0]);
    expect([...index.rows]).toEqual([0, 2, 1]);
    expect([...index.offsets]).toEqual([0, 2, 3]);
  });
});
