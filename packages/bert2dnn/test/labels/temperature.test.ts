// Soft labels: the golden row, stability, and the fitted temperature against a fine grid.
import { describe, expect, it } from 'vitest';
import {
  fitClassTemperature,
  fitTemperature,
  softLabel,
  softLabels,
} from '../../src/labels/temperature.js';

describe('softLabel', () => {
  it('is the golden row of the design: p = 0.0241... at T = 2', () => {
    // margin = log(p / (1 - p)); sigmoid(margin / 2) = sqrt(p) / (sqrt(p) + sqrt(1 - p)).
    const p = 0.024137031017202534;
    const byHand = Math.sqrt(p) / (Math.sqrt(p) + Math.sqrt(1 - p));
    expect(byHand).toBeCloseTo(0.13589785133992555, 15);
    expect(softLabel(Math.log(p / (1 - p)), 2)).toBeCloseTo(0.13589785133992555, 15);
  });
  it('is the probability itself at T = 1 and moves to one half with T', () => {
    expect(softLabel(2, 1)).toBe(1 / (1 + Math.exp(-2)));
    expect(softLabel(2, 1e9)).toBeCloseTo(0.5, 8);
    expect([softLabel(1e4, 1), softLabel(-1e4, 1)]).toEqual([1, 0]);
  });
  it('of two classes is the softmax of the second', () => {
    const out = softLabels(new Float64Array(2), [0.3, 1.7], 2);
    expect(out[1]).toBeCloseTo(softLabel(1.4, 2), 15);
    const large = softLabels(new Float64Array(3), [1000, 1000, -1000], 1);
    expect([...large]).toEqual([0.5, 0.5, 0]);
  });
});

describe('fitTemperature', () => {
  it('solves a case that has a closed form', () => {
    // One margin m with share q of positives: the minimum has sigmoid(m / T) = q, so T = m / log(q / (1 - q)).
    const margins = new Float64Array(10).fill(6);
    const labels = Float64Array.of(1, 1, 1, 1, 1, 1, 1, 1, 0, 0);
    expect(fitTemperature(margins, labels)).toBeCloseTo(6 / Math.log(4), 5);
  });
  it('of classes agrees with the binary fit', () => {
    const margins = Float64Array.from({ length: 40 }, (_, index) => ((index * 7) % 11) - 5);
    const labels = margins.map((margin, index) => (margin + (((index * 5) % 13) - 6) > 0 ? 1 : 0));
    const logits = [...margins].flatMap((margin) => [0, margin]);
    expect(fitClassTemperature(logits, labels, 2)).toBeCloseTo(fitTemperature(margins, labels), 4);
  });
  it('refuses labels of one side', () => {
    const run = () => fitTemperature(Float64Array.of(1, 2), Float64Array.of(1, 1));
    expect(run).toThrow(expect.objectContaining({ code: 'LABELS_ONE_SIDED' }));
  });
});
