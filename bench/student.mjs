// Training a student: examples a second of the reference step beside PyTorch (both sides take turns), the parts of a step,
// the layers against the matrix rate that ONNX Runtime reaches here, and words a second from text to ids.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Adagrad, Graph, matmul, reduceSum, Session } from '@bert2dnn/autodiff';
import { embeddingBag, Featurizer, splitWords, textTokens, Vocabulary } from '@bert2dnn/student';
import { generateShop } from '../packages/bert2dnn/dist/data/shop/shop.js';
import {
  createTrainedTable,
  embeddingBagAdagrad,
} from '../packages/bert2dnn/dist/distill/embedding-adagrad.js';
import { createBatchBags } from '../packages/bert2dnn/dist/distill/feature-cache.js';
import { presetDefinition } from '../packages/bert2dnn/dist/distill/presets.js';
import { TrainedTables } from '../packages/bert2dnn/dist/distill/tables/trained-tables.js';
import { Trainer } from '../packages/bert2dnn/dist/distill/trainer.js';
import { createRandom, shuffle } from '../packages/bert2dnn/dist/foundation/random.js';
import { median, medianMs, printTable, uniform } from './measure.mjs';
import { B, createExamples, createParts, D, definition, NUM_BATCHES } from './student-model.mjs';

const THREADS = [1, 2];
/** Turns of each side; a turn is `NUM_BATCHES` steps. */
const ROUNDS = 7;
const SETTINGS = {
  batchSize: B,
  learningRate: 0.01,
  embeddingLearningRate: 0.05,
  initialAccumulator: 0.1,
  seed: 1,
};
/** Multiplications and additions of the layers, forward and backward, of a batch. */
const LAYER_FLOPS = 6 * B * (64 * 1024 + 1024 * 512 + 512 * 128 + 128 * 64 + 64);

/** PyTorch in a process of its own, or `undefined`. */
async function openTorch(threads) {
  const python = process.env.BERT2DNN_PYTHON;
  if (python === undefined) return undefined;
  const script = fileURLToPath(new URL('student_torch.py', import.meta.url));
  const child = spawn(python, [script, String(threads)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const read = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error("PyTorch's side failed");
    return JSON.parse(value);
  };
  const { torch: version } = await read();
  return {
    version,
    measure(steps) {
      child.stdin.write(`${steps}\n`);
      return read();
    },
    close: () => child.stdin.end(),
  };
}

/** Wall and CPU milliseconds of 1024 examples, over an epoch: of a step, where that is the batch. */
async function measureEpoch(trainer, { cache, targets }, epoch, batchSize = B) {
  const order = Int32Array.from({ length: cache.numExamples }, (_, index) => index);
  shuffle(order, createRandom(1, `shuffle:${epoch}`));
  const wall = performance.now();
  const cpu = process.cpuUsage();
  for (let start = 0; start < order.length; start += batchSize) {
    const rows = order.subarray(start, start + batchSize);
    await trainer.trainBatch({ features: cache, places: rows, rows }, { targets });
  }
  const { user, system } = process.cpuUsage(cpu);
  const wallMs = (performance.now() - wall) / NUM_BATCHES;
  return { wallMs, cpuMs: (user + system) / 1000 / NUM_BATCHES };
}

async function compareSteps(examples, threads) {
  const { parts, release } = await createParts(threads);
  const trainer = new Trainer(parts, { ...SETTINGS, threads });
  const torch = await openTorch(threads);
  await measureEpoch(trainer, examples, 0);
  const ours = [];
  const theirs = [];
  for (let round = 1; round <= ROUNDS; round++) {
    ours.push(await measureEpoch(trainer, examples, round));
    if (torch !== undefined) theirs.push(await torch.measure(NUM_BATCHES));
  }
  torch?.close();
  await trainer.release();
  await release();
  return [`${threads}`, ...describeSteps(ours, theirs)];
}

function describeSteps(ours, theirs) {
  const pick = (list, name) => median(list.map((each) => each[name]));
  const rate = (list) => ((B * 1000) / pick(list, 'wallMs')).toFixed(0);
  const row = [rate(ours), pick(ours, 'wallMs').toFixed(1), pick(ours, 'cpuMs').toFixed(1)];
  if (theirs.length === 0) return [...row, '', '', '', '', ''];
  const ratio = (name) => (pick(theirs, name) / pick(ours, name)).toFixed(2);
  row.push(rate(theirs), pick(theirs, 'wallMs').toFixed(1), pick(theirs, 'cpuMs').toFixed(1));
  return [...row, ratio('wallMs'), ratio('cpuMs')];
}

/** Examples a second with other batches, one thread. */
async function printBatches(examples) {
  const rows = [];
  for (const batchSize of [256, B, 4096]) {
    const { parts, release } = await createParts(1);
    const trainer = new Trainer(parts, { ...SETTINGS, batchSize });
    const epochs = [];
    for (let epoch = 0; epoch <= ROUNDS; epoch++) {
      epochs.push(await measureEpoch(trainer, examples, epoch, batchSize));
    }
    await trainer.release();
    await release();
    const rate = (name) =>
      ((B * 1000) / median(epochs.slice(1).map((each) => each[name]))).toFixed(0);
    rows.push([batchSize, rate('wallMs'), rate('cpuMs')]);
  }
  console.log('\nOther batches, one thread');
  printTable(['batch', 'examples/s', 'examples a CPU second'], rows);
}

/** A product of 1024 x 1024 matrices. */
async function createProduct(threads) {
  const graph = new Graph();
  const shape = [1024, 1024];
  const product = matmul(graph.input('a', shape), graph.input('b', shape));
  // A sum as output, so that no matrix is copied out.
  const session = await Session.create({ sum: reduceSum(product) }, { threads });
  const feed = (name) => ({ data: uniform(1024 ** 2, 1, name), shape });
  const feeds = { a: feed('a'), b: feed('b') };
  return { call: () => session.run(feeds), release: () => session.release() };
}

/** Median milliseconds of each call, made in turn, so that all meet the same machine and caches as in a step. */
async function alternate(calls, rounds) {
  const times = Object.fromEntries(Object.keys(calls).map((name) => [name, []]));
  for (let round = -2; round < rounds; round++) {
    for (const [name, call] of Object.entries(calls)) {
      const startMs = performance.now();
      await call();
      if (round >= 0) times[name].push(performance.now() - startMs);
    }
  }
  return Object.fromEntries(Object.entries(times).map(([name, list]) => [name, median(list)]));
}

/** The bags of all batches. */
function gatherBatches(cache) {
  return Array.from({ length: NUM_BATCHES }, (_, batch) => {
    const bags = createBatchBags();
    const examples = Int32Array.from({ length: B }, (_, index) => batch * B + index);
    cache.gather(0, examples, bags);
    return bags;
  });
}

/** Milliseconds of the parts of a step, and of a product. */
async function measureParts({ cache, targets }, threads) {
  const { parts, release } = await createParts(threads);
  const layers = Object.fromEntries(
    Object.entries(parts.parameters).filter(([name]) => name.startsWith('layer.')),
  );
  const rows = parts.parameters['block.bag.embedding'];
  const options = { D, combiner: 'sqrtn', initialAccumulator: 0.1, threads };
  const tables = new TrainedTables({ tables: [{ name: 'bag', rows }], ...options });
  const batches = gatherBatches(cache);
  const product = await createProduct(threads);
  const optimizer = new Adagrad();
  const shape = [B, D];
  let step = 0;
  let [vectors] = tables.forward([batches[0]], B);
  let result;
  const bags = () => [batches[step % NUM_BATCHES]];
  const times = await alternate(
    {
      gather() {
        step += 1;
        [vectors] = tables.forward(bags(), B);
      },
      async run() {
        const feed = { data: targets.subarray(0, B), shape: [B, 1] };
        const feeds = { 'vector.bag': { data: vectors, shape }, targets: feed };
        result = await parts.step.run(feeds, { parameters: layers, step, seed: 1 });
      },
      layerUpdate: () => optimizer.step(layers, result.gradients, { learningRate: 0.01, step }),
      update: () =>
        tables.update([result.extra['vector.bag'].data], bags(), { B, learningRate: 0.05 }),
      product: product.call,
    },
    40,
  );
  await tables.release();
  await product.release();
  await release();
  return times;
}

/** Milliseconds of gather and update in plain TypeScript. */
async function measurePlain({ cache }) {
  const batches = gatherBatches(cache);
  const trained = createTrainedTable(uniform(150_000 * D, 0.1, 'plain'), D, 0.1);
  const vectors = new Float32Array(B * D);
  const gradient = uniform(B * D, 1e-3, 'gradient');
  const sizes = { B, D, combiner: definition.combiner };
  const options = { ...sizes, learningRate: 1e-4 };
  let step = 0;
  return alternate(
    {
      gather() {
        const { ids, offsets } = batches[++step % NUM_BATCHES];
        embeddingBag(vectors, ids, offsets, trained.table, sizes);
      },
      update() {
        const { ids, offsets } = batches[step % NUM_BATCHES];
        embeddingBagAdagrad(trained, gradient.slice(), ids, offsets, options);
      },
    },
    20,
  );
}

async function printParts(examples) {
  const plain = await measurePlain(examples);
  const rows = [['plain', '1', plain.gather.toFixed(2), '', plain.update.toFixed(2), '', '', '']];
  for (const threads of THREADS) {
    const parts = await measureParts(examples, threads);
    const rate = (2 * 1024 ** 3) / parts.product / 1e6;
    const layerRate = LAYER_FLOPS / parts.run / 1e6;
    const times = [parts.gather, parts.run, parts.update, parts.layerUpdate];
    rows.push([
      'trainer',
      `${threads}`,
      ...times.map((ms) => ms.toFixed(2)),
      `${layerRate.toFixed(0)} of ${rate.toFixed(0)}`,
      (layerRate / rate).toFixed(2),
    ]);
  }
  console.log('\nParts of a step, ms');
  printTable(
    ['', 'threads', 'gather', 'layers', 'table update', 'layer update', 'layers: GFLOP/s', 'share'],
    rows,
  );
}

/** Words a second from text to ids, one thread: n-grams of a counted vocabulary, and by hash. */
async function printWords() {
  const { products } = generateShop({ numProducts: 20_000, numLabels: 0, numLogRows: 0 });
  const texts = products.map(({ title }) => title);
  const numWords = texts.reduce((sum, text) => sum + splitWords(text).length, 0);
  const { text } = presetDefinition('bag', ['text']);
  const counts = new Map();
  for (const each of texts) {
    for (const token of textTokens(each, text)) counts.set(token, (counts.get(token) ?? 0) + 1);
  }
  const tokens = [...counts.keys()]
    .sort((left, right) => counts.get(right) - counts.get(left))
    .slice(0, 150_000);
  const rows = [];
  for (const vocabulary of ['list', 'hash']) {
    const [block] = definition.blocks;
    const size = vocabulary === 'list' ? tokens.length : 150_000;
    const featurizer = new Featurizer(
      { fields: ['text'], text, blocks: [{ ...block, vocabulary, size }] },
      vocabulary === 'list' ? { [block.name]: Vocabulary.fromTokens(tokens) } : {},
    );
    const buffer = featurizer.createBuffer();
    const ms = await medianMs(() => {
      buffer.clear();
      for (const each of texts) featurizer.featurize([each], buffer);
    });
    rows.push([vocabulary, ((numWords / ms) * 1e-3).toFixed(2)]);
  }
  console.log(`\nText to ids, ${texts.length} titles, ${numWords} words, one thread`);
  printTable(['vocabulary', 'million words a second'], rows);
}

/** Runs the benchmark; `--only step|parts|batches|words` runs a part of it. */
export async function run(options = []) {
  const only = options[options.indexOf('--only') + 1];
  const wants = (name) => !options.includes('--only') || only === name;
  const examples = createExamples();
  if (wants('step')) {
    const rows = [];
    for (const threads of THREADS) rows.push(await compareSteps(examples, threads));
    const ours = ['examples/s', 'ms', 'CPU ms'];
    const theirs = ours.map((name) => `PyTorch: ${name}`);
    printTable(['threads', ...ours, ...theirs, 'times as fast', 'by CPU'], rows);
  }
  if (wants('parts')) await printParts(examples);
  if (wants('batches')) await printBatches(examples);
  if (wants('words')) await printWords();
}
