// Whole models through the training step: an MLP and an encoder layer, against central differences and
// the reference; gradients of rows; and what happens when numbers stop being numbers.
import { afterEach, describe, expect, it } from 'vitest';
import { gradients } from '../../src/gradients.js';
import type { Feed } from '../../src/graph/feeds.js';
import { Graph } from '../../src/graph/graph.js';
import type { Tensor } from '../../src/graph/tensor.js';
import { mul } from '../../src/ops/arithmetic.js';
import { log, relu } from '../../src/ops/elementwise.js';
import { gather } from '../../src/ops/gather.js';
import { meanSquaredError, sigmoidCrossEntropy } from '../../src/ops/losses.js';
import { linear } from '../../src/ops/matmul.js';
import { reduceMean } from '../../src/ops/reduce.js';
import { cast } from '../../src/ops/select.js';
import { reduceSum } from '../../src/ops/sum.js';
import type { Gradient } from '../../src/optimizers/optimizer.js';
import { Sgd } from '../../src/optimizers/sgd.js';
import { evaluateReference } from '../../src/reference/evaluate.js';
import type { TrainingStepOptions } from '../../src/session/gradient-plan.js';
import { TrainingStep } from '../../src/session/training-step.js';
import { encoderLayer } from '../encoder-layer.js';
import { largestGradientError, makeFeed, seededStream, toFloat64 } from '../graph-case.js';

const steps: TrainingStep[] = [];

async function compile(options: TrainingStepOptions): Promise<TrainingStep> {
  const step = await TrainingStep.create(options);
  steps.push(step);
  return step;
}

afterEach(async () => {
  for (const step of steps.splice(0)) await step.release();
});

function dense(gradient: Gradient): Float32Array {
  if (gradient.kind !== 'dense') throw new Error('expected a dense gradient');
  return gradient.data;
}

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number) {
  expect(actual.length).toBe(expected.length);
  const scale = Array.from(expected).reduce((max, value) => Math.max(max, Math.abs(value)), 1e-3);
  const error = Array.from(expected).reduce(
    (max, value, index) => Math.max(max, Math.abs(actual[index] - value) / scale),
    0,
  );
  expect(error).toBeLessThan(tolerance);
}

function makeFeeds(tensors: readonly Tensor[], bindings: Record<string, number>) {
  const random = seededStream(17);
  return Object.fromEntries(
    tensors.map((tensor) => {
      const shape = tensor.shape.map((dim) => (typeof dim === 'number' ? dim : bindings[dim]));
      return [tensor.name, makeFeed({ shape, low: -0.7, high: 0.7 }, random)];
    }),
  ) as Record<string, Feed & { data: Float32Array }>;
}

const dataOf = (feeds: Record<string, Feed & { data: Float32Array }>) =>
  Object.fromEntries(Object.entries(feeds).map(([name, { data }]) => [name, data]));

describe('an MLP', () => {
  const graph = new Graph();
  const x = graph.input('x', ['B', 6]);
  const labels = graph.input('labels', ['B', 1]);
  const parameters: Tensor[] = [];
  const layer = (input: Tensor, index: number, C: number, O: number) => {
    const weight = graph.parameter(`layer.${index}.weight`, [C, O]);
    const bias = graph.parameter(`layer.${index}.bias`, [O]);
    parameters.push(weight, bias);
    return linear(input, weight, bias);
  };
  const hidden = relu(layer(relu(layer(x, 0, 6, 8)), 1, 8, 4));
  const logits = layer(hidden, 2, 4, 1);
  const loss = sigmoidCrossEntropy(logits, labels);
  const feeds = { ...makeFeeds([x, labels, ...parameters], { B: 5 }) };
  feeds.labels.data.forEach((value, index) => {
    feeds.labels.data[index] = Math.abs(value);
  });
  const { x: xFeed, labels: labelFeed, ...parameterFeeds } = feeds;

  it('has the gradients that central differences give', () => {
    expect(largestGradientError(loss, [x, ...parameters], feeds)).toBeLessThan(1e-6);
  });

  it('gives loss, gradients and outputs of the reference', async () => {
    const step = await compile({ loss, parameters, extraGradients: [x], outputs: { logits } });
    const result = await step.run(
      { x: xFeed, labels: labelFeed },
      { parameters: dataOf(parameterFeeds), step: 1, seed: 1 },
    );
    const [expectedLoss, expectedLogits, dX, ...expected] = evaluateReference(
      [loss, logits, ...gradients(loss, [x, ...parameters])],
      toFloat64(feeds),
    );
    expectClose([result.loss], expectedLoss.data, 2e-6);
    expectClose(result.outputs.logits.data, expectedLogits.data, 2e-6);
    expectClose(result.extra.x.data, dX.data, 5e-6);
    expect(result.extra.x.shape).toEqual([5, 6]);
    parameters.forEach(({ name }, index) => {
      expectClose(dense(result.gradients[name]), expected[index].data, 5e-6);
    });
  });

  it('learns with an optimizer that changes the fed arrays in place', async () => {
    const step = await compile({ loss, parameters });
    const values = Object.fromEntries(
      Object.entries(dataOf(parameterFeeds)).map(([name, data]) => [name, data.slice()]),
    );
    const optimizer = new Sgd();
    const losses: number[] = [];
    for (let index = 1; index <= 30; index++) {
      const run = { parameters: values, step: index, seed: 1 };
      const result = await step.run({ x: xFeed, labels: labelFeed }, run);
      losses.push(result.loss);
      optimizer.step(values, result.gradients, { learningRate: 0.3, step: index });
    }
    for (let index = 1; index < losses.length; index++) {
      expect(losses[index]).toBeLessThan(losses[index - 1]);
    }
  });

  it('names step and tensor of the first NaN', async () => {
    const step = await compile({ loss, parameters });
    const broken = { ...dataOf(parameterFeeds), 'layer.2.bias': Float32Array.of(Number.NaN) };
    await expect(
      step.run({ x: xFeed, labels: labelFeed }, { parameters: broken, step: 41, seed: 1 }),
    ).rejects.toMatchObject({
      code: 'NOT_FINITE',
      message: expect.stringMatching(/^step 41: the loss is NaN at index 0/),
    });
  });

  it('names the gradient that is infinite where the loss is not', async () => {
    const other = new Graph();
    const a = other.parameter('a', [4]);
    const safe = other.parameter('safe', [4]);
    // log(a * 1e-45) is -103, but its derivative passes through 1 / 1e-45, which float32 cannot hold.
    const tiny = other.constant(1e-45);
    const objective = reduceSum(mul(log(mul(a, tiny)), safe));
    const step = await compile({ loss: objective, parameters: [safe, a] });
    const values = { a: Float32Array.of(1, 1, 1, 1), safe: Float32Array.of(1, 1, 1, 1) };
    await expect(step.run({}, { parameters: values, step: 7, seed: 1 })).rejects.toThrowError(
      /step 7: the gradient of 'a' is (NaN|-?Infinity) at index 0/,
    );
  });

  it('refuses parameters that are missing or that the loss does not use', async () => {
    const step = await compile({ loss, parameters });
    const { 'layer.0.bias': _, ...rest } = dataOf(parameterFeeds);
    await expect(
      step.run({ x: xFeed, labels: labelFeed }, { parameters: rest, step: 1, seed: 1 }),
    ).rejects.toThrowError(/'layer.0.bias' was not fed/);
    const unused = graph.parameter('unused', [2]);
    await expect(TrainingStep.create({ loss, parameters: [unused] })).rejects.toThrowError(
      /does not depend on 'unused'/,
    );
  });
});

describe('an encoder layer', () => {
  const B = 2;
  const S = 3;

  function build(sizes: 'static' | 'symbolic') {
    const graph = new Graph();
    const dims = sizes === 'static' ? { B, S } : { B: 'B', S: 'S' };
    const x = graph.input('x', [dims.B, dims.S, 4]);
    const target = graph.input('target', [dims.B, dims.S, 4]);
    const mask = graph.input('mask', [dims.B, dims.S], 'int32');
    const shape = { ...dims, hidden: 4, heads: 2, inner: 6 };
    const { output, parameters } = encoderLayer(graph, x, mask, shape);
    const loss = meanSquaredError(output, target);
    const feeds: Record<string, Feed> = {
      ...makeFeeds([x, target, ...parameters], { B, S }),
      mask: { data: Int32Array.of(1, 1, 1, 1, 1, 0), shape: [B, S] },
    };
    return { x, loss, parameters, feeds };
  }

  it.each(['static', 'symbolic'] as const)(
    'has the gradients that central differences give, %s sizes',
    (sizes) => {
      const { x, loss, parameters, feeds } = build(sizes);
      const error = largestGradientError(loss, [x, ...parameters], feeds, {
        training: { seed: 2, step: 9 },
      });
      expect(error).toBeLessThan(1e-6);
    },
  );

  it.each(['static', 'symbolic'] as const)(
    'gives the gradients of the reference, dropout included, %s sizes',
    async (sizes) => {
      const { x, loss, parameters, feeds } = build(sizes);
      const step = await compile({ loss, parameters, extraGradients: [x] });
      const { x: xFeed, target, mask } = feeds;
      const values = Object.fromEntries(
        parameters.map(({ name }) => [name, feeds[name].data as Float32Array]),
      );
      const run = { parameters: values, seed: 2, step: 9 };
      const result = await step.run({ x: xFeed, target, mask }, run);
      const [expectedLoss, dX, ...expected] = evaluateReference(
        [loss, ...gradients(loss, [x, ...parameters])],
        toFloat64(feeds),
        { training: { seed: 2, step: 9 } },
      );
      expectClose([result.loss], expectedLoss.data, 5e-6);
      expectClose(result.extra.x.data, dX.data, 2e-5);
      parameters.forEach(({ name }, index) => {
        expectClose(dense(result.gradients[name]), expected[index].data, 2e-5);
      });
    },
  );
});

describe('gradients of tables', () => {
  function build(idType: 'int32' | 'int64') {
    const graph = new Graph();
    const ids = graph.input('ids', ['B', 2], idType);
    const more = graph.input('more', ['B'], 'int32');
    const table = graph.parameter('table', [6, 3]);
    return { graph, ids, more, table };
  }

  const TABLE = Float32Array.from({ length: 18 }, (_, index) => Math.sin(index));

  function scatter(gradient: Gradient): Float32Array {
    if (gradient.kind !== 'rows') throw new Error('expected a gradient of rows');
    const sum = new Float32Array(18);
    gradient.rows.forEach((value, index) => {
      sum[gradient.ids[Math.floor(index / 3)] * 3 + (index % 3)] += value;
    });
    return sum;
  }

  it.each(['int32', 'int64'] as const)(
    'are rows for %s ids, equal to the dense ones',
    async (type) => {
      const { ids, more, table } = build(type);
      const first = gather(table, ids);
      const second = gather(table, more);
      const loss = reduceMean(mul(reduceSum(mul(first, first), { axes: [1] }), second));
      const step = await compile({ loss, parameters: [table] });
      const idValues = [0, 5, 5, 5, 1, 0];
      const data =
        type === 'int32' ? Int32Array.from(idValues) : BigInt64Array.from(idValues, BigInt);
      const feeds = {
        ids: { data, shape: [3, 2] },
        more: { data: Int32Array.of(5, 2, 0), shape: [3] },
      };
      const result = await step.run(feeds, { parameters: { table: TABLE }, step: 1, seed: 1 });
      const gradient = result.gradients.table;
      expect(gradient.kind === 'rows' && [...gradient.ids]).toEqual([...idValues, 5, 2, 0]);
      const [expected] = evaluateReference(gradients(loss, [table]), {
        ...feeds,
        table: { data: TABLE, shape: [6, 3] },
      });
      expectClose(scatter(gradient), expected.data, 2e-6);
    },
  );

  it('takes ids that the graph computes', async () => {
    const { ids, table, graph } = build('int64');
    const narrow = cast(ids, 'int32');
    const rows = gather(table, narrow);
    const step = await compile({
      loss: reduceSum(mul(rows, graph.constant([1, 2, 3]))),
      parameters: [table],
    });
    const feeds = { ids: { data: BigInt64Array.of(4n, 1n), shape: [1, 2] } };
    const { gradients: result } = await step.run(feeds, {
      parameters: { table: TABLE },
      step: 1,
      seed: 1,
    });
    expect(result.table).toEqual({
      kind: 'rows',
      ids: Int32Array.of(4, 1),
      rows: Float32Array.of(1, 2, 3, 1, 2, 3),
    });
  });

  it('are dense where the table is also used whole', async () => {
    const { ids, table } = build('int32');
    const loss = reduceSum(mul(reduceSum(gather(table, ids)), reduceSum(table)));
    const step = await compile({ loss, parameters: [table] });
    const feeds = { ids: { data: Int32Array.of(0, 0), shape: [1, 2] } };
    const result = await step.run(feeds, { parameters: { table: TABLE }, step: 1, seed: 1 });
    const [expected] = evaluateReference(gradients(loss, [table]), {
      ...feeds,
      table: { data: TABLE, shape: [6, 3] },
    });
    expectClose(dense(result.gradients.table), expected.data, 5e-6);
  });
});
