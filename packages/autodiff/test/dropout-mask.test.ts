// Dropout masks: the stated rate, independence of seed, step, name and position, and any length.
import { describe, expect, it } from 'vitest';
import {
  effectiveDropoutRate,
  fillDropoutMask,
  fillDropoutMaskPlain,
} from '../src/dropout-mask.js';

function maskOf(length: number, options: Partial<Parameters<typeof fillDropoutMask>[1]> = {}) {
  const mask = new Uint8Array(length);
  fillDropoutMask(mask, { seed: 1, step: 1, name: 'a', rate: 0.5, ...options });
  return mask;
}
const mean = (mask: Uint8Array): number => mask.reduce((sum, kept) => sum + kept, 0) / mask.length;
function agreement(left: Uint8Array, right: Uint8Array): number {
  let same = 0;
  for (let index = 0; index < left.length; index++) if (left[index] === right[index]) same++;
  return same / left.length;
}

const LENGTH = 1 << 16;
// Five standard errors of a share of LENGTH fair draws: 5 * 0.5 / 256.
const TOLERANCE = 0.0098;

describe('fillDropoutMask', () => {
  it('keeps 1 - effective rate', () => {
    for (const rate of [0, 0.1, 0.3, 0.5, 0.9]) {
      const kept = mean(maskOf(LENGTH, { rate }));
      expect(Math.abs(kept - (1 - effectiveDropoutRate(rate)))).toBeLessThan(TOLERANCE);
    }
    expect(mean(maskOf(1001, { rate: 0 }))).toBe(1);
  });

  it('is a function of seed, step, name and rate', () => {
    expect(maskOf(LENGTH)).toEqual(maskOf(LENGTH));
    const changed = [{ seed: 2 }, { step: 2 }, { name: 'b' }, { seed: 1 + 2 ** 32 }];
    for (const change of changed) {
      const share = agreement(maskOf(LENGTH), maskOf(LENGTH, change));
      expect(Math.abs(share - 0.5)).toBeLessThan(TOLERANCE);
    }
  });

  it('has no memory along a row, nor between shifted steps', () => {
    const mask = maskOf(LENGTH);
    for (const lag of [1, 2, 3, 4, 8, 64, 384, 1024]) {
      const share = agreement(mask.subarray(0, LENGTH - lag), mask.subarray(lag));
      expect(Math.abs(share - 0.5)).toBeLessThan(TOLERANCE);
      const next = maskOf(LENGTH, { step: 2 });
      const shifted = agreement(mask.subarray(0, LENGTH - lag), next.subarray(lag));
      expect(Math.abs(shifted - 0.5)).toBeLessThan(TOLERANCE);
    }
  });

  it('has the bytes of the plain form at any length', () => {
    // Lengths around the kernel's sixteen draws and its block of 32,768.
    for (const length of [1, 15, 16, 17, 33, 1001, 32_767, 32_768, 32_769, 100_003]) {
      for (const [seed, rate] of [
        [1, 0.1],
        [2 ** 40 + 3, 0.5],
        [-7, 0.999],
        [0, 0],
      ]) {
        const options = { seed, step: length, name: `layer.${rate}`, rate };
        const plain = new Uint8Array(length);
        fillDropoutMaskPlain(plain, options);
        expect(Buffer.from(maskOf(length, options)).equals(plain)).toBe(true);
      }
    }
  });

  it('gives a shorter mask the beginning of a longer one', () => {
    for (const length of [0, 1, 2, 3, 5, 8]) {
      expect(maskOf(length)).toEqual(maskOf(64).slice(0, length));
    }
  });

  it('rounds the rate to 1/256 and refuses one outside [0, 1)', () => {
    expect(effectiveDropoutRate(0.1)).toBe(26 / 256);
    expect(effectiveDropoutRate(0.999)).toBe(255 / 256);
    for (const rate of [1, -0.1, Number.NaN]) {
      expect(() => effectiveDropoutRate(rate)).toThrow(/in \[0, 1\)/);
      expect(() => maskOf(4, { rate })).toThrow(/in \[0, 1\)/);
    }
  });
});
