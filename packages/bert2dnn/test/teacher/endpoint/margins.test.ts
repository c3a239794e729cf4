// The formulas, against values worked out by hand, and their properties.
import { sigmoid } from '@bert2dnn/student';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDistribution, readGrade } from '../../../src/teacher/endpoint/chat.js';
import {
  classLogits,
  clippedLogit,
  gradesToMargin,
} from '../../../src/teacher/endpoint/margins.js';

const GRADES = [1, 2, 3, 4];
const only = (grade: number) => GRADES.map((each) => (each === grade ? 1 : 0));

describe('gradesToMargin', () => {
  it.each([
    [1, -Math.log(0.98 / 0.02)],
    [2, Math.log(1 / 2)],
    [3, Math.log(2)],
    [4, Math.log(0.98 / 0.02)],
  ])('grade %d', (grade, margin) => {
    expect(gradesToMargin(GRADES, only(grade), 0.02)).toBeCloseTo(margin, 12);
  });

  it('takes the expected grade of a distribution of any sum', () => {
    // E = (0.1 * 1 + 0.3 * 4) / 0.4 = 3.25, u = 0.75.
    expect(gradesToMargin(GRADES, [0.1, 0, 0, 0.3], 0.02)).toBeCloseTo(Math.log(3), 12);
  });

  it('rises with every share that moves to a higher grade and stays within the clip', () => {
    const shares = fc.array(fc.double({ min: 0.001, max: 1, noNaN: true }), {
      minLength: 4,
      maxLength: 4,
    });
    fc.assert(
      fc.property(shares, fc.integer({ min: 0, max: 2 }), (given, from) => {
        const moved = [...given];
        moved[from] /= 2;
        moved[from + 1] += moved[from];
        const margin = gradesToMargin(GRADES, given, 0.02);
        expect(gradesToMargin(GRADES, moved, 0.02)).toBeGreaterThanOrEqual(margin - 1e-12);
        expect(Math.abs(margin)).toBeLessThanOrEqual(Math.log(49) + 1e-12);
      }),
    );
  });
});

describe('clippedLogit and classLogits', () => {
  it('are undone by sigmoid and softmax', () => {
    const probability = fc.double({ min: 0.001, max: 0.999, noNaN: true });
    fc.assert(
      fc.property(probability, (p) => {
        expect(sigmoid(clippedLogit(p, 1e-6))).toBeCloseTo(p, 9);
        const [no, yes] = classLogits([1 - p, p], 1e-6).map(Math.exp);
        expect(yes / (no + yes)).toBeCloseTo(p, 9);
      }),
    );
    expect(classLogits([0, 1], 1e-6)).toEqual([Math.log(1e-6), 0]);
    expect(clippedLogit(1, 0.25)).toBeCloseTo(Math.log(3), 12);
  });
});

describe('readGrade', () => {
  it.each([
    ['{"grade": 3}', 3],
    ['```json\n{"grade": 2}\n```', 2],
    ['Grade 4.', 4],
    ['10 out of 10, so a 4', 4],
    ['0.5, no: 2', 2],
    ['{"grade": 7} or 1', 1],
  ])('%s', (content, grade) => {
    expect(readGrade(content, GRADES)).toBe(grade);
  });

  it.each(['', 'none', '{"grade": 5}', '1.5', '14'])('refuses %j', (content) => {
    expect(() => readGrade(content, GRADES)).toThrow(/expected one of the grades 1, 2, 3, 4/);
  });
});

describe('readDistribution', () => {
  const top = (...pairs: [string, number][]) =>
    pairs.map(([token, share]) => ({ token, logprob: Math.log(share) }));

  it('adds the spellings of a grade at the first token that is one', () => {
    const tokens = [
      { token: 'Grade', top: top(['Grade', 1]) },
      { token: ' 3', top: top([' 3', 0.5], ['3', 0.125], ['4', 0.25], ['9', 0.1], ['x', 0.01]) },
      { token: '1', top: top(['1', 1]) },
    ];
    readDistribution(tokens, GRADES).forEach((share, index) => {
      expect(share).toBeCloseTo([0, 0, 0.625, 0.25][index], 12);
    });
  });

  it('refuses tokens without a grade', () => {
    expect(() => readDistribution([{ token: 'no', top: top(['1', 1]) }], GRADES)).toThrow(
      /got the tokens/,
    );
    expect(() => readDistribution(undefined, GRADES)).toThrow(/expected one that is a grade/);
  });
});
