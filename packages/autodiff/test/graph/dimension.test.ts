import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addDims,
  canonicalDim,
  type Dim,
  divideDims,
  multiplyDims,
  resolveDim,
} from '../../src/graph/dimension.js';

const BINDINGS = new Map([
  ['B', 3],
  ['S', 7],
  ['heads', 2],
]);

const dimension: fc.Arbitrary<Dim> = fc.oneof(
  fc.integer({ min: 1, max: 9 }),
  fc.constantFrom('B', 'S', 'heads', 'B*S', 'S+1', '2*B', 'S-1', 'B*S+S'),
);

describe('symbolic sizes', () => {
  it.each<[Dim, Dim]>([
    ['S*B', 'B*S'],
    ['S*2*B', '2*B*S'],
    ['1+S', 'S+1'],
    ['S-S', 0],
    ['2*S-S', 'S'],
    ['3', 3],
    [12, 12],
  ])('%s is written %s', (dim, canonical) => {
    expect(canonicalDim(dim)).toBe(canonical);
  });

  it('adds, multiplies and divides as the numbers behind the names do', () => {
    const sizeBehind = (dim: Dim) => resolveDim(dim, BINDINGS);
    fc.assert(
      fc.property(dimension, dimension, (left, right) => {
        const product = multiplyDims([left, right]);
        expect(sizeBehind(product)).toBe(sizeBehind(left) * sizeBehind(right));
        expect(sizeBehind(addDims(left, right))).toBe(sizeBehind(left) + sizeBehind(right));
        expect(sizeBehind(addDims(left, right, -1))).toBe(sizeBehind(left) - sizeBehind(right));
        const isSingleTerm = !/[+-]/.test(String(right));
        if (isSingleTerm) expect(divideDims(product, right)).toBe(canonicalDim(left));
      }),
    );
  });

  it('divides only without remainder', () => {
    expect(divideDims('B*S', 'S')).toBe('B');
    expect(divideDims('B*S+B', 'B')).toBe('S+1');
    expect(divideDims('S+1', 'S+1')).toBe(1);
    expect(divideDims('S', 2)).toBeUndefined();
    expect(divideDims('S', 'B')).toBeUndefined();
    expect(divideDims(7, 2)).toBeUndefined();
  });

  it('refuses what is no name and what has no value', () => {
    expect(() => canonicalDim('B*')).toThrowError(/'' is no identifier/);
    expect(() => canonicalDim('batch size')).toThrowError(/'batch size' is no identifier/);
    expect(() => resolveDim('B*T', BINDINGS)).toThrowError(/nothing fed determines 'T'/);
  });
});
