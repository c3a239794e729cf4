import { expect, it } from 'vitest';
import {
  formatBytes,
  formatCompact,
  formatCount,
  formatMs,
  formatScore,
  formatSigned,
} from '../../demo/numbers.js';

it('writes numbers as a reader expects them', () => {
  expect(formatCount(10_000)).toBe('10,000');
  expect(formatCompact(4_481_234)).toBe('4.48M');
  expect([formatBytes(1), formatBytes(29_400), formatBytes(18_449_000)]).toEqual([
    '1 kB',
    '30 kB',
    '18.4 MB',
  ]);
  expect([formatMs(0.74), formatMs(84.4), formatMs(1129), formatMs(Number.NaN)]).toEqual([
    '0.7 ms',
    '84 ms',
    '1,129 ms',
    '–',
  ]);
  expect([formatScore(0.001), formatScore(0.934), formatScore(0.9991)]).toEqual([
    '<0.01',
    '0.93',
    '>0.99',
  ]);
  expect([formatSigned(1.2), formatSigned(-0.35)]).toEqual(['+1.20', '−0.35']);
});
