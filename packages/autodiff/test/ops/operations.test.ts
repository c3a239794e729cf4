// Every operation on every executor: reference gradients against central differences (relative error
// below 1e-6), ONNX Runtime against the reference, with static and with symbolic sizes.
import { describe, expect, it } from 'vitest';
import { gradients } from '../../src/gradients.js';
import { add, div, mul, neg, sub } from '../../src/ops/arithmetic.js';
import { dropout } from '../../src/ops/dropout.js';
import {
  erf,
  exp,
  log,
  relu,
  sigmoid,
  sign,
  softplus,
  sqrt,
  tanh,
} from '../../src/ops/elementwise.js';
import { gather } from '../../src/ops/gather.js';
import { gelu } from '../../src/ops/gelu.js';
import { layerNorm } from '../../src/ops/layer-norm.js';
import {
  meanSquaredError,
  sigmoidCrossEntropy,
  softmaxCrossEntropy,
} from '../../src/ops/losses.js';
import { linear, matmul } from '../../src/ops/matmul.js';
import { reduceMax, reduceMean, sizeOf } from '../../src/ops/reduce.js';
import { reshape, transpose } from '../../src/ops/reshape.js';
import { cast, where } from '../../src/ops/select.js';
import { concat, slice } from '../../src/ops/slice.js';
import { logSoftmax, softmax } from '../../src/ops/softmax.js';
import { broadcastTo, reduceSum } from '../../src/ops/sum.js';
import {
  buildCase,
  type CaseInput,
  differentiable,
  type GraphCase,
  largestGradientError,
  largestOnnxError,
  objectiveOf,
} from '../graph-case.js';

/** float32 has 24 bits; sums of a few dozen terms lose a few of them. */
const ONNX_TOLERANCE = 5e-6;
const MASKS = { seed: 3, step: 5 };

const x: CaseInput = { shape: ['B', 'S', 4] };
const positive: CaseInput = { shape: ['B', 'S', 4], low: 0.5, high: 2 };
const kinked: CaseInput = { shape: ['B', 'S', 4], awayFromZero: true };
const unit: CaseInput = { shape: ['B', 3], low: 0, high: 1 };

const cases: GraphCase[] = [
  { name: 'add', inputs: { x, y: x }, build: (t) => add(t.x, t.y) },
  { name: 'add, a row to each', inputs: { x, y: { shape: [4] } }, build: (t) => add(t.x, t.y) },
  { name: 'add, a number', inputs: { x }, build: (t) => add(1.5, t.x) },
  { name: 'add, to itself', inputs: { x }, build: (t) => add(t.x, t.x) },
  {
    name: 'sub, both broadcast',
    inputs: { x: { shape: ['B', 1, 4] }, y: { shape: ['S', 1] } },
    build: (t) => sub(t.x, t.y),
  },
  { name: 'mul', inputs: { x, y: { shape: ['S', 4] } }, build: (t) => mul(t.x, t.y) },
  { name: 'mul, with itself', inputs: { x }, build: (t) => mul(t.x, t.x) },
  { name: 'mul, scalar', inputs: { x, y: { shape: [] } }, build: (t) => mul(t.x, t.y) },
  { name: 'div', inputs: { x, y: positive }, build: (t) => div(t.x, t.y) },
  {
    name: 'div, by a column',
    inputs: { x, y: { shape: ['S', 1], low: 0.5, high: 2 } },
    build: (t) => div(t.x, t.y),
  },
  { name: 'neg', inputs: { x }, build: (t) => neg(t.x) },
  { name: 'exp', inputs: { x }, build: (t) => exp(t.x) },
  { name: 'log', inputs: { x: positive }, build: (t) => log(t.x) },
  { name: 'sqrt', inputs: { x: positive }, build: (t) => sqrt(t.x) },
  { name: 'erf', inputs: { x: { ...x, low: -4, high: 4 } }, build: (t) => erf(t.x) },
  { name: 'tanh', inputs: { x }, build: (t) => tanh(t.x) },
  { name: 'sigmoid', inputs: { x: { ...x, low: -9, high: 9 } }, build: (t) => sigmoid(t.x) },
  { name: 'softplus', inputs: { x: { ...x, low: -9, high: 9 } }, build: (t) => softplus(t.x) },
  { name: 'relu', inputs: { x: kinked }, build: (t) => relu(t.x) },
  { name: 'sign', inputs: { x: kinked }, build: (t) => sign(t.x) },
  { name: 'gelu, exact', inputs: { x: { ...x, low: -4, high: 4 } }, build: (t) => gelu(t.x) },
  {
    name: 'gelu, tanh',
    inputs: { x: { ...x, low: -4, high: 4 } },
    build: (t) => gelu(t.x, { approximate: 'tanh' }),
  },
  {
    name: 'matmul, 2-D',
    inputs: { x: { shape: ['B', 5] }, y: { shape: [5, 3] } },
    build: (t) => matmul(t.x, t.y),
  },
  {
    name: 'matmul, A transposed',
    inputs: { x: { shape: [5, 'B'] }, y: { shape: [5, 3] } },
    build: (t) => matmul(t.x, t.y, { transposeA: true }),
  },
  {
    name: 'matmul, B transposed and scaled',
    inputs: { x: { shape: ['B', 5] }, y: { shape: [3, 5] } },
    build: (t) => matmul(t.x, t.y, { transposeB: true, scale: 0.25 }),
  },
  {
    name: 'matmul, both transposed',
    inputs: { x: { shape: [5, 'B'] }, y: { shape: [3, 5] } },
    build: (t) => matmul(t.x, t.y, { transposeA: true, transposeB: true }),
  },
  {
    name: 'matmul, batches',
    inputs: { x: { shape: ['B', 2, 'S', 4] }, y: { shape: ['B', 2, 'S', 4] } },
    build: (t) => matmul(t.x, t.y, { transposeB: true, scale: 0.5 }),
  },
  {
    name: 'matmul, batches that broadcast',
    inputs: { x: { shape: ['B', 1, 3, 4] }, y: { shape: [2, 4, 3] } },
    build: (t) => matmul(t.x, t.y),
  },
  {
    name: 'matmul, one matrix for all batches',
    inputs: { x, y: { shape: [4, 5] } },
    build: (t) => matmul(t.x, t.y),
  },
  {
    name: 'matmul, one transposed matrix for all batches',
    inputs: { x, y: { shape: [5, 4] } },
    build: (t) => matmul(t.x, t.y, { transposeB: true }),
  },
  {
    name: 'matmul, A transposed with one matrix for all',
    inputs: { x: { shape: ['B', 4, 'S'] }, y: { shape: [4, 5] } },
    build: (t) => matmul(t.x, t.y, { transposeA: true }),
  },
  {
    name: 'linear, 2-D',
    inputs: { x: { shape: ['B', 4] }, weight: { shape: [4, 3] }, bias: { shape: [3] } },
    build: (t) => linear(t.x, t.weight, t.bias),
  },
  {
    name: 'linear, 3-D with a PyTorch weight',
    inputs: { x, weight: { shape: [3, 4] }, bias: { shape: [3] } },
    build: (t) => linear(t.x, t.weight, t.bias, { transposeWeight: true }),
  },
  {
    name: 'linear, few rows',
    inputs: { x: { shape: ['B', 4] }, weight: { shape: [4, 3] }, bias: { shape: [3] } },
    build: (t) => linear(t.x, t.weight, t.bias, { fewRows: true }),
  },
  {
    name: 'linear, few rows with a PyTorch weight',
    inputs: { x, weight: { shape: [3, 4] }, bias: { shape: [3] } },
    build: (t) => linear(t.x, t.weight, t.bias, { transposeWeight: true, fewRows: true }),
  },
  {
    name: 'linear, without bias',
    inputs: { x, weight: { shape: [4, 3] } },
    build: (t) => linear(t.x, t.weight),
  },
  {
    name: 'gather, repeated ids',
    inputs: {
      table: { shape: [4, 3] },
      ids: { shape: ['B', 'S'], dtype: 'int32', low: 0, high: 4 },
    },
    build: (t) => gather(t.table, t.ids),
  },
  {
    name: 'gather, int64 ids',
    inputs: { table: { shape: [9, 2] }, ids: { shape: ['S'], dtype: 'int64', low: 0, high: 9 } },
    build: (t) => gather(t.table, t.ids),
  },
  { name: 'softmax', inputs: { x }, build: (t) => softmax(t.x) },
  { name: 'softmax, middle axis', inputs: { x }, build: (t) => softmax(t.x, 1) },
  {
    name: 'softmax, large inputs',
    inputs: { x: { ...x, low: 90, high: 100 } },
    build: (t) => softmax(t.x),
  },
  { name: 'logSoftmax', inputs: { x }, build: (t) => logSoftmax(t.x) },
  { name: 'logSoftmax, first axis', inputs: { x }, build: (t) => logSoftmax(t.x, 0) },
  {
    name: 'layerNorm',
    inputs: { x, gamma: { shape: [4] }, beta: { shape: [4] } },
    build: (t) => layerNorm(t.x, t.gamma, t.beta, { epsilon: 1e-5 }),
  },
  {
    name: 'layerNorm, 2-D',
    inputs: { x: { shape: ['B', 6] }, gamma: { shape: [6] }, beta: { shape: [6] } },
    build: (t) => layerNorm(t.x, t.gamma, t.beta),
  },
  { name: 'dropout', inputs: { x }, build: (t) => dropout(t.x, { rate: 0.3, name: 'd' }) },
  { name: 'reduceSum, all', inputs: { x }, build: (t) => reduceSum(t.x) },
  {
    name: 'reduceSum, two axes',
    inputs: { x },
    build: (t) => reduceSum(t.x, { axes: [0, -1] }),
  },
  {
    name: 'reduceSum, kept',
    inputs: { x },
    build: (t) => reduceSum(t.x, { axes: [1], keepDims: true }),
  },
  { name: 'reduceMean, all', inputs: { x }, build: (t) => reduceMean(t.x) },
  {
    name: 'reduceMean, symbolic axes',
    inputs: { x },
    build: (t) => reduceMean(t.x, { axes: [0, 1] }),
  },
  {
    name: 'reduceMean, kept',
    inputs: { x },
    build: (t) => reduceMean(t.x, { axes: [-1], keepDims: true }),
  },
  { name: 'reduceMax', inputs: { x }, build: (t) => reduceMax(t.x, { axes: [1] }) },
  {
    name: 'reduceMax, kept',
    inputs: { x },
    build: (t) => reduceMax(t.x, { axes: [-1], keepDims: true }),
  },
  {
    name: 'sizeOf',
    inputs: { x },
    build: (t) => div(t.x, sizeOf(t.x.graph, t.x.shape[1])),
  },
  {
    name: 'broadcastTo',
    inputs: { x: { shape: ['S', 1] }, y: x },
    build: (t) => mul(broadcastTo(t.x, t.y.shape), t.y),
  },
  { name: 'reshape, inferred', inputs: { x }, build: (t) => reshape(t.x, [-1, 4]) },
  { name: 'reshape, copied', inputs: { x }, build: (t) => reshape(t.x, [0, 0, 2, 2]) },
  {
    name: 'reshape, two symbolic sizes from one',
    inputs: { x: { shape: ['B*S', 4] }, y: { shape: ['B', 'S', 4] } },
    build: (t) => mul(reshape(t.x, t.y.shape), t.y),
  },
  {
    name: 'transpose',
    inputs: { x: { shape: ['B', 'S', 2, 2] } },
    build: (t) => transpose(t.x, [0, 2, 1, 3]),
  },
  { name: 'transpose, default', inputs: { x }, build: (t) => transpose(t.x) },
  {
    name: 'slice, first token',
    inputs: { x },
    build: (t) => reshape(slice(t.x, { axis: 1, start: 0, end: 1 }), [0, 4]),
  },
  {
    name: 'slice, to before the end of a symbolic axis',
    inputs: { x },
    build: (t) => slice(t.x, { axis: 1, start: 1, end: -1 }),
  },
  {
    name: 'slice, from the end of the last axis',
    inputs: { x },
    build: (t) => slice(t.x, { axis: -1, start: -3 }),
  },
  {
    name: 'slice, symbolic end (positions)',
    inputs: { x, table: { shape: [7, 4] } },
    build: (t) => add(t.x, slice(t.table, { axis: 0, end: t.x.shape[1] })),
  },
  {
    name: 'concat, features',
    inputs: { x, y: { shape: ['B', 'S', 2] } },
    build: (t) => concat([t.x, t.y, t.x], -1),
  },
  {
    name: 'concat, symbolic axis',
    inputs: { x, y: { shape: ['B', 1, 4] } },
    build: (t) => concat([t.y, t.x], 1),
  },
  {
    name: 'where',
    inputs: { mask: { shape: ['B', 1, 4], dtype: 'bool' }, x, y: { shape: ['S', 4] } },
    build: (t) => where(t.mask, t.x, t.y),
  },
  {
    name: 'where, number',
    inputs: { mask: { shape: ['B', 'S', 1], dtype: 'bool' }, x },
    build: (t) => where(t.mask, t.x, -100),
  },
  {
    name: 'cast, ids to floats',
    inputs: { x, ids: { shape: ['B', 'S', 1], dtype: 'int32', low: 0, high: 5 } },
    build: (t) => mul(t.x, cast(t.ids, 'float32')),
  },
  {
    name: 'cast, ids to a mask',
    inputs: { x, ids: { shape: ['B', 'S', 1], dtype: 'int64', low: 0, high: 3 } },
    build: (t) => where(cast(t.ids, 'bool'), t.x, 0),
  },
  {
    name: 'sigmoidCrossEntropy',
    inputs: { x: { shape: ['B', 3], low: -9, high: 9 }, y: unit },
    build: (t) => sigmoidCrossEntropy(t.x, t.y),
  },
  {
    name: 'sigmoidCrossEntropy, weight per row',
    inputs: { x: { shape: ['B', 3] }, y: unit, weights: { shape: ['B'], low: 0.1, high: 1 } },
    build: (t) => sigmoidCrossEntropy(t.x, t.y, t.weights),
  },
  {
    name: 'sigmoidCrossEntropy, weight per element',
    inputs: { x: { shape: ['B', 3] }, y: unit, weights: { ...unit, low: 0.1 } },
    build: (t) => sigmoidCrossEntropy(t.x, t.y, t.weights),
  },
  {
    name: 'softmaxCrossEntropy',
    inputs: { x: { shape: ['B', 3] }, y: unit },
    build: (t) => softmaxCrossEntropy(t.x, t.y),
  },
  {
    name: 'softmaxCrossEntropy, weight per row',
    inputs: { x: { shape: ['B', 3] }, y: unit, weights: { shape: ['B'], low: 0.1, high: 1 } },
    build: (t) => softmaxCrossEntropy(t.x, t.y, t.weights),
  },
  {
    name: 'meanSquaredError',
    inputs: { x, y: x },
    build: (t) => meanSquaredError(t.x, t.y),
  },
  {
    name: 'meanSquaredError, weight per row',
    inputs: { x, y: x, weights: { shape: ['B'], low: 0.1, high: 1 } },
    build: (t) => meanSquaredError(t.x, t.y, t.weights),
  },
];

describe.each(['static', 'symbolic'] as const)('operations with %s sizes', (sizes) => {
  describe.each(cases)('$name', (testCase) => {
    it('has the gradient that central differences give', () => {
      const built = buildCase(testCase, sizes);
      const objective = objectiveOf(built);
      const error = largestGradientError(objective, differentiable(built), built.feeds, {
        training: MASKS,
      });
      expect(error).toBeLessThan(1e-6);
    });

    it('gives the same values and gradients in ONNX Runtime', async () => {
      const built = buildCase(testCase, sizes);
      const wrt = differentiable(built);
      const outputs = Object.fromEntries(
        gradients(objectiveOf(built), wrt).map((d, index) => [`d${wrt[index].name}`, d]),
      );
      const error = await largestOnnxError(
        { output: built.output, ...outputs },
        built.feeds,
        MASKS,
      );
      expect(error).toBeLessThan(ONNX_TOLERANCE);
    });
  });
});
