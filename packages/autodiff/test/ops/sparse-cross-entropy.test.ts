// Cross-entropy against class indices: gradient by central differences, ONNX Runtime against the reference, and both
// against the loss with one-hot labels.
import { describe, expect, it } from 'vitest';
import { gradients } from '../../src/gradients.js';
import { Graph } from '../../src/graph/graph.js';
import { softplus } from '../../src/ops/elementwise.js';
import { softmaxCrossEntropy } from '../../src/ops/losses.js';
import { sparseCrossEntropy } from '../../src/ops/sparse-cross-entropy.js';
import { reduceSum } from '../../src/ops/sum.js';
import { evaluateReference } from '../../src/reference/evaluate.js';
import { Session } from '../../src/session/session.js';
import {
  buildCase,
  type GraphCase,
  largestGradientError,
  largestOnnxError,
  objectiveOf,
} from '../graph-case.js';

/** float32 has 24 bits; sums of a few dozen terms lose a few of them. */
const ONNX_TOLERANCE = 5e-6;

const cases: GraphCase[] = [
  {
    name: 'int32 labels',
    inputs: {
      logits: { shape: ['B', 5], low: -9, high: 9 },
      labels: { shape: ['B'], dtype: 'int32', low: 0, high: 5 },
    },
    build: (t) => sparseCrossEntropy(t.logits, t.labels),
  },
  {
    name: 'int64 labels, scaled loss',
    inputs: {
      logits: { shape: ['S', 4] },
      labels: { shape: ['S'], dtype: 'int64', low: 0, high: 4 },
    },
    build: (t) => softplus(sparseCrossEntropy(t.logits, t.labels)),
  },
];

describe.each(['static', 'symbolic'] as const)('sparseCrossEntropy with %s sizes', (sizes) => {
  it.each(cases)('$name', async (testCase) => {
    const built = buildCase(testCase, sizes);
    const objective = objectiveOf(built);
    const { logits } = built.inputs;
    expect(largestGradientError(objective, [logits], built.feeds)).toBeLessThan(1e-6);
    const [d] = gradients(objective, [logits]);
    const outputs = { output: built.output, d };
    expect(await largestOnnxError(outputs, built.feeds)).toBeLessThan(ONNX_TOLERANCE);
  });
});

describe('sparseCrossEntropy', () => {
  const logits = { data: Float32Array.of(1, -2, 0.5, 3, 0, -1), shape: [2, 3] };

  it('is the loss with one-hot labels, with its gradient', () => {
    const graph = new Graph();
    const x = graph.input('logits', ['M', 3]);
    const sparse = sparseCrossEntropy(x, graph.input('labels', ['M'], 'int32'));
    const dense = softmaxCrossEntropy(x, graph.input('oneHot', ['M', 3]));
    const [one, two, dOne, dTwo] = evaluateReference(
      [sparse, dense, ...gradients(sparse, [x]), ...gradients(dense, [x])],
      {
        logits,
        labels: { data: [2, 0], shape: [2] },
        oneHot: { data: [0, 0, 1, 1, 0, 0], shape: [2, 3] },
      },
    );
    // Row losses: log(e^1 + e^-2 + e^0.5) - 0.5 and log(e^3 + e^0 + e^-1) - 3.
    const first = Math.log(Math.exp(1) + Math.exp(-2) + Math.exp(0.5)) - 0.5;
    const second = Math.log(Math.exp(3) + 1 + Math.exp(-1)) - 3;
    expect(one.data[0]).toBeCloseTo((first + second) / 2, 12);
    expect(two.data[0]).toBeCloseTo(one.data[0], 12);
    dTwo.data.forEach((value, index) => {
      expect(dOne.data[index]).toBeCloseTo(value, 12);
    });
  });

  it('refuses labels outside the classes', async () => {
    const graph = new Graph();
    const x = graph.input('logits', ['M', 3]);
    const loss = sparseCrossEntropy(x, graph.input('labels', ['M'], 'int32'));
    const labels = { data: Int32Array.of(0, 3), shape: [2] };
    expect(() => evaluateReference([loss], { logits, labels })).toThrow(
      /label 3 at 1, expected 0\.\.2/,
    );
    const session = await Session.create({ loss });
    await expect(session.run({ logits, labels })).rejects.toMatchObject({ code: 'RUN_FAILED' });
    await session.release();
  });

  it('refuses shapes that are not [M, V] and [M], float labels, and a second derivative', () => {
    const graph = new Graph();
    const x = graph.input('logits', ['M', 3]);
    const labels = graph.input('labels', ['M'], 'int32');
    const others = graph.input('others', ['N'], 'int32');
    expect(() => sparseCrossEntropy(x, others)).toThrow(
      /'others' \[N\], expected \[M, V\] and \[M\]/,
    );
    expect(() => sparseCrossEntropy(x, x)).toThrow(/is float32, expected int32 or int64/);
    const [d] = gradients(sparseCrossEntropy(x, labels), [x]);
    expect(() => gradients(reduceSum(d), [x])).toThrow(/has no derivative here/);
  });
});
