import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TextCodes } from '../../src/features/text-codes.js';

const codes = new TextCodes();

describe('TextCodes', () => {
  it('tells where quotes between letters were dropped, in whatever order it is asked', () => {
    const text = fc.array(fc.constantFrom('a', 'b', "'", "'", ' ', '1'), { maxLength: 24 });
    const range = fc.tuple(fc.nat(24), fc.nat(24));
    fc.assert(
      fc.property(text, fc.array(range, { maxLength: 8 }), (units, ranges) => {
        codes.read(units.join(''));
        const drops = naiveDrops(units);
        expect(codes.length).toBe(units.length - drops.length);
        for (const [start, end] of ranges) {
          const isAnyInside = drops.some((drop) => drop > start && drop < end);
          expect(codes.hasDroppedIn(start, end)).toBe(isAnyInside);
        }
      }),
      { seed: 12, numRuns: 5000 },
    );
  });

  it('hashes the same codes alike, whatever stands around them', () => {
    codes.read('12 Volt drill');
    const hash = codes.hashOf(0, 7);
    codes.read('a kit, 12 VOLT');
    expect(codes.hashOf(7, 14)).toBe(hash);
    expect(codes.hashOf(7, 13)).not.toBe(hash);
    expect(codes.hashOf(6, 14)).not.toBe(hash);
  });

  it.each([
    ['12', true],
    ['12v', false],
    ['1.2', false],
    ['007', true],
  ])('tells whether %j is a number', (text, isNumber) => {
    codes.read(text);
    expect(codes.isNumber(0, text.length)).toBe(isNumber);
  });
});

/** How many codes stand before each quote between letters; one that follows a dropped one stands between them as well. */
function naiveDrops(units: readonly string[]): number[] {
  const drops: number[] = [];
  const kept: string[] = [];
  units.forEach((unit, index) => {
    const isBetween = /[ab]/.test(kept.at(-1) ?? '') && /[ab]/.test(units[index + 1] ?? '');
    if (unit === "'" && isBetween) drops.push(kept.length);
    else kept.push(unit);
  });
  return drops;
}
