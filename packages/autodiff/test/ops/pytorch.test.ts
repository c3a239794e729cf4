// Values and gradients against PyTorch in float64; goldens by golden/make_operations.py.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { gradients } from '../../src/gradients.js';
import { Graph } from '../../src/graph/graph.js';
import type { Tensor } from '../../src/graph/tensor.js';
import { mul } from '../../src/ops/arithmetic.js';
import { gather } from '../../src/ops/gather.js';
import { gelu } from '../../src/ops/gelu.js';
import { layerNorm } from '../../src/ops/layer-norm.js';
import {
  meanSquaredError,
  sigmoidCrossEntropy,
  softmaxCrossEntropy,
} from '../../src/ops/losses.js';
import { linear } from '../../src/ops/matmul.js';
import { reduceMax } from '../../src/ops/reduce.js';
import { softmax } from '../../src/ops/softmax.js';
import { reduceSum } from '../../src/ops/sum.js';
import { evaluateReference } from '../../src/reference/evaluate.js';
import type { Values } from '../../src/reference/values.js';
import { encoderLayer } from '../encoder-layer.js';

interface GoldenArray {
  shape: number[];
  data: number[];
}

interface Golden {
  operations: Record<
    string,
    {
      inputs: Record<string, GoldenArray>;
      weights: GoldenArray;
      output: GoldenArray;
      gradients: Record<string, GoldenArray>;
    }
  >;
  encoder: {
    inputs: Record<string, GoldenArray>;
    loss: number;
    gradients: Record<string, GoldenArray>;
  };
}

const golden = JSON.parse(
  readFileSync(new URL('../golden/operations.json', import.meta.url), 'utf8'),
) as Golden;

type Build = (inputs: Record<string, Tensor>) => Tensor;

const builds: Record<string, Build> = {
  layerNorm: (t) => layerNorm(t.x, t.gamma, t.beta, { epsilon: 1e-5 }),
  gelu: (t) => gelu(t.x),
  geluTanh: (t) => gelu(t.x, { approximate: 'tanh' }),
  softmax: (t) => softmax(t.x, 1),
  softmaxCrossEntropy: (t) => softmaxCrossEntropy(t.x, t.y),
  weightedSigmoidCrossEntropy: (t) => sigmoidCrossEntropy(t.x, t.y, t.w),
  reduceMax: (t) => reduceMax(t.x, { axes: [1] }),
  gather: (t) => gather(t.table, t.ids),
  linear: (t) => linear(t.x, t.weight, t.bias, { transposeWeight: true }),
};

function expectEqual(actual: Values, expected: GoldenArray, name: string) {
  expect(actual.shape, name).toEqual(expected.shape);
  expected.data.forEach((value, index) => {
    expect(Math.abs(actual.data[index] - value), name).toBeLessThan(1e-12 * (1 + Math.abs(value)));
  });
}

describe('PyTorch gives the same values and gradients for', () => {
  it.each(Object.keys(golden.operations))('%s', (name) => {
    const { inputs, weights, output, gradients: expected } = golden.operations[name];
    const graph = new Graph();
    const tensors = Object.fromEntries(
      Object.entries(inputs).map(([key, { shape }]) => [
        key,
        graph.input(key, shape, key === 'ids' ? 'int64' : 'float32'),
      ]),
    );
    const result = builds[name](tensors);
    const objective = reduceSum(mul(result, graph.constant(weights.data, weights.shape)));
    const names = Object.keys(expected);
    const wrt = names.map((key) => tensors[key]);
    const [value, ...slopes] = evaluateReference([result, ...gradients(objective, wrt)], inputs);
    expectEqual(value, output, 'output');
    names.forEach((key, index) => {
      expectEqual(slopes[index], expected[key], `gradient of ${key}`);
    });
  });

  it('a whole encoder layer', () => {
    const { inputs, loss: expectedLoss, gradients: expected } = golden.encoder;
    const graph = new Graph();
    const x = graph.input('x', ['B', 'S', 4]);
    const target = graph.input('target', ['B', 'S', 4]);
    const mask = graph.input('mask', ['B', 'S'], 'int32');
    const sizes = { B: 'B', S: 'S', hidden: 4, heads: 2, inner: 6 };
    const { output, parameters } = encoderLayer(graph, x, mask, sizes);
    const loss = meanSquaredError(output, target);
    const wrt = [x, ...parameters];
    const [value, ...slopes] = evaluateReference([loss, ...gradients(loss, wrt)], inputs);
    expect(Math.abs(value.data[0] - expectedLoss)).toBeLessThan(1e-12);
    expect(wrt.length).toBe(Object.keys(expected).length);
    wrt.forEach(({ name }, index) => {
      expectEqual(slopes[index], expected[name], `gradient of ${name}`);
    });
  });
});
