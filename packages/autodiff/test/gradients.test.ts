import { describe, expect, it } from 'vitest';
import { gradients } from '../src/gradients.js';
import { Graph } from '../src/graph/graph.js';
import { mul } from '../src/ops/arithmetic.js';
import { exp, softplus, tanh } from '../src/ops/elementwise.js';
import { gather } from '../src/ops/gather.js';
import { layerNorm } from '../src/ops/layer-norm.js';
import { matmul } from '../src/ops/matmul.js';
import { softmax } from '../src/ops/softmax.js';
import { reduceSum } from '../src/ops/sum.js';
import { evaluateReference } from '../src/reference/evaluate.js';
import { largestGradientError, makeFeed, seededStream } from './graph-case.js';

describe('gradients', () => {
  it('sums over every path to a tensor', () => {
    const graph = new Graph();
    const x = graph.input('x', []);
    const square = mul(x, x);
    const loss = mul(square, square); // x^4
    const feeds = { x: { data: [3], shape: [] } };
    const values = evaluateReference(gradients(loss, [x, square, loss]), feeds);
    // 4 x^3, 2 x^2, 1
    expect(values.map(({ data }) => data[0])).toEqual([108, 18, 1]);
  });

  it('differentiates part of an objective from a seed', () => {
    const graph = new Graph();
    const x = graph.input('x', [2]);
    const seed = graph.input('seed', [2]);
    const [dX] = gradients(mul(x, x), [x], { seed });
    const feeds = { x: { data: [3, 4], shape: [2] }, seed: { data: [10, 100], shape: [2] } };
    expect([...evaluateReference([dX], feeds)[0].data]).toEqual([60, 800]);
    expect(() => gradients(mul(x, x), [x], { seed: graph.constant(1) })).toThrowError(
      /the seed is \[\], expected \[2\]/,
    );
  });

  it('can be differentiated again', () => {
    const graph = new Graph();
    const x = graph.input('x', [3, 4]);
    const weight = graph.parameter('weight', [4, 4]);
    const ids = graph.constant([0, 2, 2], [3], 'int32');
    const attention = softmax(
      matmul(x, tanh(matmul(gather(x, ids), weight)), { transposeB: true }),
    );
    const inner = reduceSum(softplus(matmul(attention, exp(x))));
    const [dWeight] = gradients(inner, [weight]);
    const loss = reduceSum(mul(dWeight, dWeight));
    const random = seededStream(23);
    const feeds = {
      x: makeFeed({ shape: [3, 4], low: -1, high: 1 }, random),
      weight: makeFeed({ shape: [4, 4], low: -1, high: 1 }, random),
    };
    expect(largestGradientError(loss, [x, weight], feeds)).toBeLessThan(1e-6);
  });

  it('refuses a second derivative that it does not have', () => {
    const graph = new Graph();
    const x = graph.input('x', [3, 4]);
    const ones = graph.constant([1, 1, 1, 1]);
    const normalized = layerNorm(x, ones, ones);
    const [dX] = gradients(reduceSum(mul(normalized, normalized)), [x]);
    expect(() => gradients(reduceSum(dX), [x])).toThrowError(
      expect.objectContaining({ code: 'NO_GRADIENT' }),
    );
  });
});
