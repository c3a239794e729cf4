import { expect, it } from 'vitest';
import { StrokeTimes } from '../../demo/stroke-times.js';

it('gives quantiles by nearest rank of the last 500 strokes', () => {
  const times = new StrokeTimes();
  expect(times.quantile(0.5)).toBeNaN();
  for (let time = 1000; time > 0; time--) times.add(time);
  // What remains is 500..1.
  expect(times.count).toBe(500);
  expect(times.quantile(0)).toBe(1);
  expect(times.quantile(0.5)).toBe(250);
  expect(times.quantile(0.99)).toBe(495);
  expect(times.quantile(1)).toBe(500);
});
