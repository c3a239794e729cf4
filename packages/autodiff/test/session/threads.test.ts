// The number of threads changes no bit of a loss or a gradient. Sizes are chosen so that ONNX Runtime really splits the
// work, and so that shares of a product have 64 columns or fewer, where its sums take blocks of another length.
import { describe, expect, it } from 'vitest';
import type { Dim } from '../../src/graph/dimension.js';
import { Graph } from '../../src/graph/graph.js';
import type { Tensor } from '../../src/graph/tensor.js';
import type { Waiting } from '../../src/onnx/runtime.js';
import { tanh } from '../../src/ops/elementwise.js';
import { sigmoidCrossEntropy } from '../../src/ops/losses.js';
import { linear } from '../../src/ops/matmul.js';
import { cast } from '../../src/ops/select.js';
import { slice } from '../../src/ops/slice.js';
import { TrainingStep, type TrainingStepResult } from '../../src/session/training-step.js';
import { encoderLayer } from '../encoder-layer.js';
import { makeFeed, seededStream } from '../graph-case.js';

const THREADS = [1, 2, 3];

interface Model {
  loss: Tensor;
  parameters: Tensor[];
}

/** rows [B, C] -> tanh of 128 outputs -> one logit. */
function buildFewRows(C: number, transposeWeight: boolean): Model {
  const graph = new Graph();
  const parameters = [
    graph.parameter('first', [C, C]),
    graph.parameter('weight', transposeWeight ? [128, C] : [C, 128]),
    graph.parameter('bias', [128]),
    graph.parameter('head', [1, 128]),
    graph.parameter('headBias', [1]),
  ];
  const [first, weight, bias, head, headBias] = parameters;
  const x = linear(graph.input('x', ['B', C]), first, graph.constant(new Float32Array(C)), {
    transposeWeight: true,
    fewRows: true,
  });
  const hidden = tanh(linear(x, weight, bias, { transposeWeight, fewRows: true }));
  const logits = linear(hidden, head, headBias, { transposeWeight: true, fewRows: true });
  return { loss: sigmoidCrossEntropy(logits, graph.input('y', ['B', 1])), parameters };
}

/** An encoder layer with dropout over x [B, S, 128], and a logit for the first token of each row. */
function buildEncoder(): Model {
  const graph = new Graph();
  const shape: Dim[] = ['B', 'S', 128];
  const mask = graph.input('mask', ['B', 'S'], 'int32');
  const sizes = { B: 'B', S: 'S', hidden: 128, heads: 4, inner: 320 };
  const { output, parameters } = encoderLayer(graph, graph.input('x', shape), mask, sizes);
  const first = slice(output, { axis: 1, start: 0, end: 1 });
  const head = graph.parameter('head', [1, 128]);
  const bias = graph.parameter('headBias', [1]);
  const logits = linear(first, head, bias, { transposeWeight: true, fewRows: true });
  const y = cast(graph.input('y', ['B', 1, 1], 'bool'), 'float32');
  return { loss: sigmoidCrossEntropy(logits, y), parameters: [...parameters, head, bias] };
}

/** One step with each number of threads. */
async function runAll(
  model: Model,
  sizes: Record<string, number>,
  waiting?: Waiting,
): Promise<TrainingStepResult[]> {
  const random = seededStream(3);
  const draw = ({ shape, dtype }: Tensor) =>
    makeFeed(
      { shape: shape.map((dim) => sizes[dim] ?? (dim as number)), dtype, low: -0.2, high: 0.2 },
      random,
    );
  const parameters = Object.fromEntries(
    model.parameters.map((tensor) => [tensor.name, draw(tensor).data as Float32Array]),
  );
  const { inputs } = model.loss.graph;
  const feeds = Object.fromEntries(inputs.map((tensor) => [tensor.name, draw(tensor)]));
  feeds['mask']?.data.fill(1 as never);
  const results: TrainingStepResult[] = [];
  for (const threads of THREADS) {
    const step = await TrainingStep.create({ ...model, threads, waiting });
    results.push(await step.run(feeds, { parameters, step: 1, seed: 1 }));
    await step.release();
  }
  return results;
}

/** Loss and gradients as bytes, so that a difference in one bit shows. */
function toBytes({ loss, gradients }: TrainingStepResult): Record<string, string> {
  const dense = Object.entries(gradients).map(([name, gradient]) => {
    const data = gradient.kind === 'dense' ? gradient.data : gradient.rows;
    return [name, Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64')];
  });
  return { ...Object.fromEntries(dense), loss: String(loss) };
}

function expectEqualBytes(results: readonly TrainingStepResult[]): void {
  const [one, ...others] = results.map(toBytes);
  for (const other of others) {
    const different = Object.keys(one).filter((name) => other[name] !== one[name]);
    expect(different).toEqual([]);
  }
}

describe('a training step on 1, 2 and 3 threads', () => {
  it.each([
    [32, 512, true],
    [31, 300, true],
    [32, 512, false],
  ])('has equal bits for %i rows of %i values (weights as in PyTorch: %s)', async (B, C, torch) => {
    expectEqualBytes(await runAll(buildFewRows(C, torch), { B }));
  });

  it('has equal bits with idle threads that sleep', async () => {
    const spinning = await runAll(buildFewRows(300, true), { B: 31 });
    const sleeping = await runAll(buildFewRows(300, true), { B: 31 }, 'sleep');
    expectEqualBytes([...spinning, ...sleeping]);
  });

  it.each([
    [32, 20],
    [16, 37],
  ])('has equal bits for an encoder layer with dropout, %i rows of %i tokens', async (B, S) => {
    expectEqualBytes(await runAll(buildEncoder(), { B, S }));
  });
});
