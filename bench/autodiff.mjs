// Training arithmetic: a square product, the MLP step of the reference student, an encoder layer, forward + backward.
// Beside PyTorch float32 on the same shapes where BERT2DNN_PYTHON names a Python with torch.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import {
  Adagrad,
  add,
  Graph,
  gelu,
  layerNorm,
  linear,
  matmul,
  mul,
  reduceSum,
  relu,
  reshape,
  Session,
  sigmoidCrossEntropy,
  softmax,
  TrainingStep,
  transpose,
} from '@bert2dnn/autodiff';
import { medianMs, printTable, uniform } from './measure.mjs';

const LAYERS = [64, 1024, 512, 128, 64, 1];
const SHAPES = [
  { B: 32, S: 20, H: 384, heads: 12, F: 1536 },
  { B: 32, S: 64, H: 384, heads: 12, F: 1536 },
  { B: 16, S: 64, H: 768, heads: 12, F: 3072 },
];

/** A parameter with seeded values; its tensor joins `tensors`, so that a gradient is asked for. */
function createParameter(graph, { values, tensors }, name, shape) {
  const size = shape.reduce((product, dim) => product * dim, 1);
  const isGain = name.endsWith('gamma');
  values[name] = isGain
    ? new Float32Array(size).fill(1)
    : uniform(size, shape.length > 1 ? Math.sqrt(3 / shape[0]) : 0.1, name);
  const tensor = graph.parameter(name, shape);
  tensors.push(tensor);
  return tensor;
}

async function timeProduct(size, threads) {
  const graph = new Graph();
  const product = matmul(graph.input('a', [size, size]), graph.input('b', [size, size]));
  // A sum as output, so that no matrix is copied out.
  const session = await Session.create({ sum: reduceSum(product) }, { threads });
  const feeds = {
    a: { data: uniform(size * size, 1, 'a'), shape: [size, size] },
    b: { data: uniform(size * size, 1, 'b'), shape: [size, size] },
  };
  const ms = await medianMs(() => session.run(feeds));
  await session.release();
  return { ms, flops: 2 * size ** 3 };
}

async function timeMlp(batch, threads) {
  const graph = new Graph();
  const made = { values: {}, tensors: [] };
  const { values: parameters, tensors } = made;
  const input = graph.input('x', ['B', LAYERS[0]]);
  let hidden = input;
  for (let index = 1; index < LAYERS.length; index++) {
    const weight = createParameter(graph, made, `w${index}`, [LAYERS[index - 1], LAYERS[index]]);
    const bias = createParameter(graph, made, `b${index}`, [LAYERS[index]]);
    hidden = linear(hidden, weight, bias);
    if (index < LAYERS.length - 1) hidden = relu(hidden);
  }
  const loss = sigmoidCrossEntropy(hidden, graph.input('y', ['B', 1]));
  const step = await TrainingStep.create({
    loss,
    parameters: tensors,
    extraGradients: [input],
    threads,
  });
  const optimizer = new Adagrad();
  const feeds = {
    x: { data: uniform(batch * 64, 1, 'x'), shape: [batch, 64] },
    y: { data: uniform(batch, 0.5, 'y').map((value) => value + 0.5), shape: [batch, 1] },
  };
  let count = 0;
  const ms = await medianMs(async () => {
    count += 1;
    const { gradients } = await step.run(feeds, { parameters, step: count, seed: 1 });
    optimizer.step(parameters, gradients, { learningRate: 0.01, step: count });
  });
  await step.release();
  const products = LAYERS.slice(1).reduce((sum, width, index) => sum + width * LAYERS[index], 0);
  return { ms, flops: 6 * products * batch };
}

/** One post-norm encoder layer, as BERT's. */
function encoderLayer(graph, made, input, { H, heads, F }) {
  const parameter = (name, shape) => createParameter(graph, made, name, shape);
  const project = (tensor, name, inputs, outputs) =>
    linear(
      tensor,
      parameter(`${name}.weight`, [inputs, outputs]),
      parameter(`${name}.bias`, [outputs]),
    );
  const normalise = (tensor, name) =>
    layerNorm(tensor, parameter(`${name}.gamma`, [H]), parameter(`${name}.beta`, [H]));
  const split = (tensor) => transpose(reshape(tensor, [0, 0, heads, H / heads]), [0, 2, 1, 3]);
  const [query, key, value] = ['query', 'key', 'value'].map((name) =>
    split(project(input, name, H, H)),
  );
  const weights = softmax(
    matmul(query, key, { transposeB: true, scale: 1 / Math.sqrt(H / heads) }),
  );
  const context = reshape(transpose(matmul(weights, value), [0, 2, 1, 3]), [0, 0, H]);
  const attended = normalise(add(project(context, 'output', H, H), input), 'norm1');
  const widened = gelu(project(attended, 'up', H, F));
  return normalise(add(project(widened, 'down', F, H), attended), 'norm2');
}

async function timeEncoder(shape, threads) {
  const { B, S, H, F } = shape;
  const graph = new Graph();
  const made = { values: {}, tensors: [] };
  const { values: parameters, tensors } = made;
  const input = graph.input('x', ['B', 'S', H]);
  const output = encoderLayer(graph, made, input, shape);
  const loss = reduceSum(mul(output, graph.input('dy', ['B', 'S', H])));
  const step = await TrainingStep.create({
    loss,
    parameters: tensors,
    threads,
  });
  const feeds = Object.fromEntries(
    ['x', 'dy'].map((name) => [name, { data: uniform(B * S * H, 1, name), shape: [B, S, H] }]),
  );
  let count = 0;
  const ms = await medianMs(() => step.run(feeds, { parameters, step: ++count, seed: 1 }));
  await step.release();
  return { ms, flops: 3 * (2 * B * S * (4 * H * H + 2 * H * F) + 4 * B * S * S * H) };
}

/** The same work in PyTorch: milliseconds by name, or `undefined` where there is none. */
function timeTorch(threads) {
  const python = process.env.BERT2DNN_PYTHON;
  if (python === undefined) return undefined;
  const script = fileURLToPath(new URL('autodiff_torch.py', import.meta.url));
  const { status, stdout, stderr } = spawnSync(python, [script, String(threads)], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`PyTorch's side failed: ${stderr}`);
  return JSON.parse(stdout);
}

/** Runs the benchmark. */
export async function run() {
  const rows = [];
  for (const threads of [1, 2]) {
    const torch = timeTorch(threads);
    const record = (name, { ms, flops }) => {
      const other = torch?.[name];
      rows.push([
        name,
        threads,
        ms.toFixed(2),
        (flops / ms / 1e6).toFixed(0),
        other === undefined ? '' : other.toFixed(2),
        other === undefined ? '' : (other / ms).toFixed(2),
      ]);
    };
    record('product 1024', await timeProduct(1024, threads));
    for (const batch of [128, 1024])
      record(`MLP step, batch ${batch}`, await timeMlp(batch, threads));
    for (const shape of SHAPES) {
      record(
        `encoder layer ${shape.B} x ${shape.S} x ${shape.H}`,
        await timeEncoder(shape, threads),
      );
    }
  }
  printTable(
    ['work, forward + backward', 'threads', 'ms', 'GFLOP/s', 'PyTorch ms', 'times as fast'],
    rows,
  );
}
