// Agreement of int8 with float32: by hand for small cases, by counting pairs for any.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { measureAgreement } from '../../src/teacher/int8-agreement.js';

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const finite = fc.float({ min: -8, max: 8, noNaN: true });

describe('measureAgreement', () => {
  it('is perfect for equal logits, of any number of outputs', () => {
    for (const numOutputs of [1, 2, 3]) {
      const exact = Float32Array.from({ length: 6 * numOutputs }, (_, index) => Math.sin(index));
      expect(measureAgreement({ exact, int8: exact, numOutputs })).toEqual({
        numRows: 6,
        auc: 1,
        meanProbabilityDifference: 0,
      });
    }
  });

  it('of one output counts the pairs of a yes and a no that int8 has in order', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(finite, finite), { minLength: 2, maxLength: 30 }), (rows) => {
        const exact = Float32Array.from(rows, ([left]) => left);
        const int8 = Float32Array.from(rows, ([, right]) => right);
        const pairs = rows.flatMap(([yes, own]) =>
          rows
            .filter(([no]) => sigmoid(yes) > 0.5 && !(sigmoid(no) > 0.5))
            .map(([, no]) => [own, no]),
        );
        const { auc, meanProbabilityDifference } = measureAgreement({ exact, int8, numOutputs: 1 });
        if (pairs.length > 0) {
          const won = pairs.map(([yes, no]) =>
            sigmoid(yes) === sigmoid(no) ? 0.5 : Number(yes > no),
          );
          expect(auc).toBeCloseTo(won.reduce((sum, each) => sum + each, 0) / pairs.length, 10);
        }
        const differences = rows.map(([left, right]) => Math.abs(sigmoid(left) - sigmoid(right)));
        const mean = differences.reduce((sum, each) => sum + each, 0) / rows.length;
        expect(meanProbabilityDifference).toBeCloseTo(mean, 10);
      }),
    );
  });

  it('of two outputs looks at their difference', () => {
    const one = { exact: Float32Array.of(1, -2, 3), int8: Float32Array.of(2, -1, -3) };
    const two = {
      exact: Float32Array.of(0, 1, 2, 0, 0, 3),
      int8: Float32Array.of(1, 3, 1, 0, 3, 0),
    };
    expect(measureAgreement({ ...two, numOutputs: 2 })).toEqual(
      measureAgreement({ ...one, numOutputs: 1 }),
    );
  });

  it('of one-sided decisions takes the median, and a reversed order has an AUC of 0', () => {
    const exact = Float32Array.of(1, 2, 3, 4);
    expect(measureAgreement({ exact, int8: exact, numOutputs: 1 }).auc).toBe(1);
    const int8 = exact.slice().reverse();
    expect(measureAgreement({ exact, int8, numOutputs: 1 }).auc).toBe(0);
  });

  it('of three classes is the mean over the classes that are chosen', () => {
    // Float32 decides 0, 1, 2; int8 swaps the last two. Class 0 keeps its order; the row of class 1 is above row 0 and
    // below row 2, which int8 takes for it: one pair of two. Class 2 alike.
    const exact = Float32Array.of(9, 0, 0, 0, 9, 0, 0, 0, 9);
    const int8 = Float32Array.of(9, 0, -1, 0, 1, 9, 0, 9, 1);
    const { auc } = measureAgreement({ exact, int8, numOutputs: 3 });
    expect(auc).toBeCloseTo((1 + 0.5 + 0.5) / 3, 10);
  });

  it('leaves out rows that a side fails on', () => {
    const exact = Float32Array.of(1, Number.NaN, -1, 5);
    const int8 = Float32Array.of(1, 2, -1, Number.NaN);
    expect(measureAgreement({ exact, int8, numOutputs: 1 })).toMatchObject({ numRows: 2, auc: 1 });
  });
});
