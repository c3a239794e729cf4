// Examination by position: recovered from simulated logs of a known curve, also where the shop ranks what is
// attractive on top and the plain click-through rate by position misleads.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  clickEstimate,
  estimateExamination,
  type PositionContrast,
} from '../../../src/data/log/examination.js';
import { createRandom } from '../../../src/foundation/random.js';

interface Simulation {
  seed: number;
  /** Examination by position from 1; entry 0 unused. */
  curve: readonly number[];
  numQueries: number;
  numPages: number;
  /** Spread of the ranking around the order by attraction, in places; the smaller, the more confounded. */
  noise: number;
}

/** Impressions and clicks by position of every pair, and over all pairs. */
interface SimulatedLog {
  pairs: { impressions: Float64Array; clicks: Float64Array }[];
  rateByPosition: number[];
}

/** Pages of queries whose products are ranked by attraction and noise, clicked by the position-based model. */
function simulateLog({ seed, curve, numQueries, numPages, noise }: Simulation): SimulatedLog {
  const random = createRandom(seed, 'simulation');
  const numPositions = curve.length - 1;
  const numProducts = numPositions + 4;
  const pairs = Array.from({ length: numQueries * numProducts }, () => ({
    impressions: new Float64Array(curve.length),
    clicks: new Float64Array(curve.length),
  }));
  const shown = new Float64Array(curve.length);
  const clicked = new Float64Array(curve.length);
  for (let page = 0; page < numPages; page++) {
    const query = random.nextInt(numQueries);
    const keys = Array.from(
      { length: numProducts },
      (_, product) => product + noise * random.nextNormal(),
    );
    const order = keys.map((_, product) => product).sort((left, right) => keys[left] - keys[right]);
    for (let position = 1; position <= numPositions; position++) {
      const product = order[position - 1];
      // Attraction falls with the product's number: .8, .68, ... so the best are mostly on top.
      const attraction = 0.8 * 0.85 ** product;
      const click = random.next() < curve[position] * attraction ? 1 : 0;
      const pair = pairs[query * numProducts + product];
      pair.impressions[position] += 1;
      pair.clicks[position] += click;
      shown[position] += 1;
      clicked[position] += click;
    }
  }
  return { pairs, rateByPosition: Array.from(clicked, (count, index) => count / shown[index]) };
}

/** The sums of the Mantel-Haenszel risk ratio, as their definition says. */
function contrastsOf({ pairs }: SimulatedLog, numPositions: number): PositionContrast[] {
  const contrasts: PositionContrast[] = [];
  for (let low = 1; low <= numPositions; low++) {
    for (let high = low + 1; high <= numPositions; high++) {
      const contrast = { low, high, lowSum: 0, highSum: 0, lowClicks: 0, highClicks: 0 };
      for (const { impressions, clicks } of pairs) {
        const [numLow, numHigh] = [impressions[low], impressions[high]];
        if (numLow === 0 || numHigh === 0) continue;
        contrast.lowSum += (clicks[low] * numHigh) / (numLow + numHigh);
        contrast.highSum += (clicks[high] * numLow) / (numLow + numHigh);
        contrast.lowClicks += clicks[low];
        contrast.highClicks += clicks[high];
      }
      contrasts.push(contrast);
    }
  }
  return contrasts;
}

/** 1, .62, .46 ... .2, as eye-tracking finds it; a steep one; and one that does not fall. */
const CURVES = {
  usual: Array.from({ length: 11 }, (_, position) => (position === 0 ? 0 : position ** -0.7)),
  steep: Array.from({ length: 11 }, (_, position) => (position === 0 ? 0 : 0.75 ** (position - 1))),
  flat: [0, ...new Array<number>(10).fill(1)],
};

/** A contrast of the exact ratio of two values of a curve. */
function exactContrast(curve: readonly number[], low: number, high: number): PositionContrast {
  return {
    low,
    high,
    lowSum: 1e6 * curve[low],
    highSum: 1e6 * curve[high],
    lowClicks: 1e12,
    highClicks: 1e12,
  };
}

describe('estimateExamination on simulated logs', () => {
  for (const [name, curve] of Object.entries(CURVES)) {
    it(`recovers the ${name} curve within 6 % of its values`, () => {
      const log = simulateLog({ seed: 1, curve, numQueries: 50, numPages: 40_000, noise: 4 });
      const estimated = estimateExamination(contrastsOf(log, 10), { maxPosition: 10 });
      for (let position = 1; position <= 10; position++) {
        const truth = curve[position];
        expect(
          Math.abs(estimated[position] / truth - 1),
          `position ${position}: ${estimated[position]}, truth ${truth}`,
        ).toBeLessThan(0.06);
      }
    });
  }

  it('is right where the click-through rate by position is far off, because the best stand on top', () => {
    const curve = CURVES.usual;
    const log = simulateLog({ seed: 2, curve, numQueries: 50, numPages: 60_000, noise: 1.5 });
    const estimated = estimateExamination(contrastsOf(log, 10), { maxPosition: 10 });
    for (let position = 4; position <= 10; position++) {
      const naive = log.rateByPosition[position] / log.rateByPosition[1];
      // The rate takes the worse products below for less looking: it is under seven tenths of the truth.
      expect(naive / curve[position]).toBeLessThan(0.7);
      expect(Math.abs(estimated[position] / curve[position] - 1)).toBeLessThan(0.1);
    }
  });

  it('comes closer with a longer log', () => {
    const errorOf = (numPages: number): number => {
      const curve = CURVES.usual;
      let sum = 0;
      for (let seed = 10; seed < 14; seed++) {
        const log = simulateLog({ seed, curve, numQueries: 20, numPages, noise: 3 });
        const estimated = estimateExamination(contrastsOf(log, 10), { maxPosition: 10 });
        for (let position = 2; position <= 10; position++) {
          sum += Math.log(estimated[position] / curve[position]) ** 2;
        }
      }
      return Math.sqrt(sum / 36);
    };
    // Sixteen times as long: an error a quarter as large is expected, half is asked.
    expect(errorOf(32_000)).toBeLessThan(errorOf(2_000) / 2);
  });
});

describe('estimateExamination on exact ratios', () => {
  it('takes position 2 from position 1 through a third position', () => {
    const curve = [0, 1, 0.5, 0.25];
    const contrasts = [exactContrast(curve, 1, 3), exactContrast(curve, 2, 3)];
    const estimated = estimateExamination(contrasts, { maxPosition: 3 });
    expect(Array.from(estimated)).toEqual([0, 1, expect.closeTo(0.5, 9), expect.closeTo(0.25, 9)]);
  });

  it('weighs contradicting contrasts by the inverse of their variances', () => {
    // log ratios log 2 (weight 3000) and log 4 (weight 1000): their mean is log 2 * 5/4. The neighbours' tie is 1.
    const contrasts = [
      { low: 1, high: 2, lowSum: 2, highSum: 1, lowClicks: 6000, highClicks: 6000 },
      { low: 1, high: 2, lowSum: 4, highSum: 1, lowClicks: 2000, highClicks: 2000 },
    ];
    const [, , second] = estimateExamination(contrasts, { maxPosition: 2 });
    expect(second).toBeCloseTo(Math.exp((-(Math.log(2) * 5) / 4) * (4000 / 4001)), 12);
  });

  it('gives a position without evidence the value of its neighbour, and between two something between', () => {
    const curve = [0, 1, 0.6, 0.5, 0.3];
    const contrasts = [exactContrast(curve, 1, 2), exactContrast(curve, 1, 4)];
    const estimated = estimateExamination(contrasts, { maxPosition: 7 });
    expect(estimated[2]).toBeCloseTo(0.6, 6);
    // In the middle of the logs of .6 and .3.
    expect(estimated[3]).toBeCloseTo(Math.sqrt(0.6 * 0.3), 6);
    for (const position of [4, 5, 6, 7]) expect(estimated[position]).toBeCloseTo(0.3, 6);
  });

  it('gives ones where no pair was shown at two positions, or none was clicked at both', () => {
    expect(Array.from(estimateExamination([], { maxPosition: 4 }))).toEqual([0, 1, 1, 1, 1]);
    const oneSided = { low: 1, high: 2, lowSum: 3, highSum: 0, lowClicks: 9, highClicks: 0 };
    expect(Array.from(estimateExamination([oneSided], { maxPosition: 2 }))).toEqual([0, 1, 1]);
  });

  it('never says more than 1, and knows one position', () => {
    const contrast = exactContrast([0, 1, 3], 1, 2);
    expect(Array.from(estimateExamination([contrast], { maxPosition: 2 }))).toEqual([0, 1, 1]);
    expect(Array.from(estimateExamination([], { maxPosition: 1 }))).toEqual([0, 1]);
  });

  it('leaves out contrasts beyond the last position', () => {
    const curve = [0, 1, 0.5, 0.2];
    const contrasts = [exactContrast(curve, 1, 2), exactContrast(curve, 2, 3)];
    expect(estimateExamination(contrasts, { maxPosition: 2 })).toEqual(
      estimateExamination(contrasts.slice(0, 1), { maxPosition: 2 }),
    );
  });
});

const contrastArbitrary = fc
  .record({
    low: fc.integer({ min: 1, max: 5 }),
    step: fc.integer({ min: 1, max: 3 }),
    lowSum: fc.integer({ min: 0, max: 1000 }),
    highSum: fc.integer({ min: 0, max: 1000 }),
    lowClicks: fc.integer({ min: 1, max: 2000 }),
    highClicks: fc.integer({ min: 1, max: 2000 }),
  })
  .map(({ low, step, ...rest }): PositionContrast => ({ low, high: low + step, ...rest }));

describe('properties', () => {
  it('does not depend on the unit of the sums, nor on the order of the contrasts', () => {
    fc.assert(
      fc.property(
        fc.array(contrastArbitrary, { maxLength: 20 }),
        fc.integer({ min: 1, max: 1_000_000 }),
        (contrasts, unit) => {
          const estimated = estimateExamination(contrasts, { maxPosition: 8 });
          const scaled = contrasts
            .map((contrast) => ({
              ...contrast,
              lowSum: contrast.lowSum * unit,
              highSum: contrast.highSum * unit,
            }))
            .reverse();
          const again = estimateExamination(scaled, { maxPosition: 8 });
          for (let position = 0; position <= 8; position++) {
            expect(again[position]).toBeCloseTo(estimated[position], 9);
          }
        },
      ),
      { seed: 1 },
    );
  });

  it('stays within 0..1 and fits the least squares: no small step away from the solution is better', () => {
    fc.assert(
      fc.property(fc.array(contrastArbitrary, { minLength: 1, maxLength: 20 }), (contrasts) => {
        const estimated = estimateExamination(contrasts, { maxPosition: 8 });
        expect(estimated[1]).toBe(1);
        for (const value of estimated.subarray(1)) {
          expect(value).toBeGreaterThan(0);
          expect(value).toBeLessThanOrEqual(1);
        }
        // A clipped result is no minimum any more.
        fc.pre(estimated.subarray(2).every((value) => value < 1));
        const logs = Array.from(estimated, Math.log);
        const least = lossOf(contrasts, logs);
        for (let position = 2; position <= 8; position++) {
          for (const step of [-1e-3, 1e-3]) {
            const moved = logs.map((log, index) => (index === position ? log + step : log));
            expect(lossOf(contrasts, moved)).toBeGreaterThan(least);
          }
        }
      }),
      { seed: 1 },
    );
  });
});

/** The sum of squares that the estimate minimises, by its definition. */
function lossOf(contrasts: readonly PositionContrast[], logs: readonly number[]): number {
  let loss = 0;
  for (const { low, high, lowSum, highSum, lowClicks, highClicks } of contrasts) {
    if (lowSum === 0 || highSum === 0) continue;
    const weight = (lowClicks * highClicks) / (lowClicks + highClicks);
    loss += weight * (Math.log(lowSum) - Math.log(highSum) - logs[low] + logs[high]) ** 2;
  }
  for (let position = 1; position < 8; position++) {
    loss += (logs[position] - logs[position + 1]) ** 2;
  }
  return loss;
}

describe('clickEstimate', () => {
  it('is the mean without evidence and the rate with much', () => {
    expect(clickEstimate({ clicks: 0, examined: 0, mean: 0.1, strength: 5 })).toBeCloseTo(0.1, 12);
    const much = { clicks: 30_000, examined: 100_000, mean: 0.1, strength: 5 };
    expect(clickEstimate(much)).toBeCloseTo(0.3, 4);
  });

  it('is the mean of the Beta distribution: 3 clicks in 7 on a prior of 2 in 10 are 5 in 17', () => {
    const estimate = clickEstimate({ clicks: 3, examined: 7, mean: 0.2, strength: 10 });
    expect(estimate).toBeCloseTo(5 / 17, 12);
  });

  it('never says more than 1: clicks may exceed what was examined', () => {
    expect(clickEstimate({ clicks: 4, examined: 1.2, mean: 0.3, strength: 1 })).toBe(1);
  });

  it('lies between the mean and the rate', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 100 }),
        fc.double({ min: 0.01, max: 1000, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 100, noNaN: true }),
        (clicks, examined, mean, strength) => {
          const rate = clicks / examined;
          const estimate = clickEstimate({ clicks, examined, mean, strength });
          expect(estimate).toBeGreaterThanOrEqual(Math.min(mean, rate, 1) - 1e-9);
          expect(estimate).toBeLessThanOrEqual(Math.min(1, Math.max(mean, rate)) + 1e-9);
        },
      ),
      { seed: 1 },
    );
  });
});
