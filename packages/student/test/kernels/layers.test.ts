import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { denseLayer } from '../../src/kernels/dense-layer.js';
import { denseLayer as denseLayerSkipping } from '../../src/kernels/dense-layer-skipping.js';
import {
  elementwiseProduct,
  elementwiseProductBackward,
} from '../../src/kernels/elementwise-product.js';
import { sigmoid, softmax } from '../../src/kernels/probabilities.js';

describe.each([
  ['reference', denseLayer],
  ['skipping', denseLayerSkipping],
])('denseLayer, %s', (_, denseLayer) => {
  it('equals a hand-computed layer, with and without ReLU', () => {
    const weight = Float64Array.of(1, -2, 0, 3, 4, 1);
    const input = Float64Array.of(2, 1, 0, -1);
    const bias = Float64Array.of(0.5, 0.5, -1);
    const out = new Float64Array(6);
    denseLayer(out, input, weight, bias, { B: 2, C: 2, O: 3, relu: false });
    // Row 0: 2 * (1, -2, 0) + 1 * (3, 4, 1) + bias. Row 1: -(3, 4, 1) + bias.
    expect([...out]).toEqual([5.5, 0.5, 0, -2.5, -3.5, -2]);
    denseLayer(out, input, weight, bias, { B: 2, C: 2, O: 3, relu: true });
    expect([...out]).toEqual([5.5, 0.5, 0, 0, 0, 0]);
  });
});

describe('denseLayer, skipping', () => {
  it('equals the reference to 1e-12 in float64, zeros among the inputs', () => {
    const sizes = fc.record({
      B: fc.integer({ min: 1, max: 3 }),
      C: fc.integer({ min: 1, max: 11 }),
      O: fc.integer({ min: 1, max: 5 }),
      relu: fc.boolean(),
    });
    const values = fc.infiniteStream(fc.constantFrom(0, 0, 0, 1.5, -0.7, 3.1));
    fc.assert(
      fc.property(sizes, values, (size, stream) => {
        const { B, C, O } = size;
        const take = (count: number): Float64Array => Float64Array.from([...stream.take(count)]);
        const [input, weight, bias] = [take(B * C), take(C * O), take(O)];
        const expected = new Float64Array(B * O);
        const actual = new Float64Array(B * O).fill(7);
        denseLayer(expected, input, weight, bias, size);
        denseLayerSkipping(actual, input, weight, bias, size);
        actual.forEach((value, index) => {
          expect(Math.abs(value - expected[index])).toBeLessThan(1e-12);
        });
      }),
      { seed: 15 },
    );
  });
});

describe('elementwiseProduct', () => {
  const sizes = { B: 2, D: 2, stride: 6, left: 0, right: 2, product: 4 };

  it('multiplies inside each row', () => {
    const rows = Float64Array.of(1, 2, 3, 4, 0, 0, 5, 6, 7, 8, 0, 0);
    elementwiseProduct(rows, sizes);
    expect([...rows]).toEqual([1, 2, 3, 4, 3, 8, 5, 6, 7, 8, 35, 48]);
  });

  it('hands each factor the gradient times the other factor, and adds', () => {
    const rows = Float64Array.of(1, 2, 3, 4, 3, 8, 5, 6, 7, 8, 35, 48);
    const dRows = Float64Array.of(1, 1, 1, 1, 10, 100, 0, 0, 0, 0, 2, 3);
    elementwiseProductBackward(dRows, rows, sizes);
    expect([...dRows]).toEqual([31, 401, 11, 201, 10, 100, 14, 24, 10, 18, 2, 3]);
  });
});

describe('probabilities', () => {
  it('are stable for logits of any size', () => {
    expect(sigmoid(0)).toBe(0.5);
    expect(sigmoid(1000)).toBe(1);
    expect(sigmoid(-1000)).toBe(0);
    expect(sigmoid(Math.log(3))).toBeCloseTo(0.75, 12);
    const out = new Float64Array(4);
    softmax(out, Float64Array.of(1000, 1000, 0, Math.log(3)), { B: 2, O: 2 });
    expect(out[0]).toBe(0.5);
    expect(out[3]).toBeCloseTo(0.75, 12);
    softmax(out, Float64Array.of(0, Math.log(9), 0, 0), { B: 2, O: 2, scale: 0.5 });
    expect(out[1]).toBeCloseTo(0.75, 12);
  });
});
