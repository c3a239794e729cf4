// Teachers of MiniLM-L6's shape: whole training steps (dropout, clipping, AdamW) and scoring, tokens a second; the parts
// of a step; memory. Beside PyTorch float32 where BERT2DNN_PYTHON has torch and transformers: both sides take turns.
import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { fillDropoutMask } from '@bert2dnn/autodiff';
import { median, printTable } from './measure.mjs';
import { createBatch, createModel, createScoring, createTraining } from './teacher-model.mjs';

const BATCH = 32;
const LENGTHS = [20, 64];
const THREADS = [1, 2];
const ATTENTIONS = ['eager', 'sdpa'];
/** Turns of each side, and seconds of a turn. */
const ROUNDS = 3;
const SECONDS = 2;

const pathOf = (name) => fileURLToPath(new URL(name, import.meta.url));

/** Median wall and CPU milliseconds of `call`; CPU time says more where others use the machine. */
async function measure(call, seconds = SECONDS) {
  await call();
  const walls = [];
  const cpus = [];
  const startMs = performance.now();
  while (walls.length < 3 || performance.now() - startMs < seconds * 1000) {
    const wall = performance.now();
    const cpu = process.cpuUsage();
    await call();
    const { user, system } = process.cpuUsage(cpu);
    walls.push(performance.now() - wall);
    cpus.push((user + system) / 1000);
  }
  return { wallMs: median(walls), cpuMs: median(cpus) };
}

/** PyTorch in a process of its own that answers one request at a time, or `undefined`. */
async function openTorch(threads) {
  const python = process.env.BERT2DNN_PYTHON;
  if (python === undefined) return undefined;
  const child = spawn(python, [pathOf('teacher_torch.py'), String(threads)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const read = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error("PyTorch's side failed");
    return JSON.parse(value);
  };
  const versions = await read();
  return {
    versions,
    measure(work, attention, S) {
      child.stdin.write(`${work} ${attention} ${BATCH} ${S} ${SECONDS}\n`);
      return read();
    },
    close: () => child.stdin.end(),
  };
}

/** One row: our median over all rounds, and PyTorch's for each attention. */
async function compare(work, { call, torch, S, threads }) {
  const ours = [];
  const theirs = ATTENTIONS.map(() => []);
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(await measure(call));
    if (torch === undefined) continue;
    for (const [index, attention] of ATTENTIONS.entries()) {
      theirs[index].push(await torch.measure(work, attention, S));
    }
  }
  const pick = (results, name) => median(results.map((result) => result[name]));
  const tokensPerSecond = (ms) => ((BATCH * S * 1000) / ms).toFixed(0);
  const row = [`${work} ${BATCH} x ${S}`, threads, tokensPerSecond(pick(ours, 'wallMs'))];
  row.push(pick(ours, 'cpuMs').toFixed(0));
  for (const results of theirs) {
    if (results.length === 0) row.push('', '', '', '');
    else {
      row.push(tokensPerSecond(pick(results, 'wallMs')), pick(results, 'cpuMs').toFixed(0));
      row.push((pick(results, 'wallMs') / pick(ours, 'wallMs')).toFixed(2));
      row.push((pick(results, 'cpuMs') / pick(ours, 'cpuMs')).toFixed(2));
    }
  }
  return row;
}

async function compareAll(model) {
  const rows = [];
  for (const threads of THREADS) {
    const torch = await openTorch(threads);
    if (torch !== undefined) console.log(JSON.stringify(torch.versions));
    const training = await createTraining(model, threads);
    const scoring = await createScoring(model, threads);
    for (const S of LENGTHS) {
      const feeds = createBatch(BATCH, S);
      const options = { torch, S, threads };
      rows.push(await compare('train', { ...options, call: () => training.update(feeds) }));
      rows.push(await compare('score', { ...options, call: () => scoring.run(feeds) }));
    }
    await training.release();
    await scoring.release();
    torch?.close();
  }
  const columns = ATTENTIONS.flatMap((name) =>
    ['tokens/s', 'CPU ms', 'times as fast', 'by CPU'].map((what) => `PyTorch ${name}: ${what}`),
  );
  printTable(['work', 'threads', 'tokens/s', 'CPU ms', ...columns], rows);
}

/** Draws all dropout masks of a batch, as a training step does. */
function drawMasks(masks, S) {
  const sizes = { B: BATCH, S };
  masks.forEach(({ tensor, name, rate }, index) => {
    const size = tensor.shape.reduce((product, dim) => product * (sizes[dim] ?? dim), 1);
    fillDropoutMask(new Uint8Array(size), { seed: 1, step: index, name, rate });
  });
}

/** The parts of a step on one thread, CPU milliseconds. */
async function splitSteps(model) {
  const training = await createTraining(model, 1);
  const rows = [];
  for (const S of LENGTHS) {
    const feeds = createBatch(BATCH, S);
    let gradients;
    const differentiate = async () => {
      ({ gradients } = await training.differentiate(feeds));
    };
    const whole = await measure(() => training.update(feeds));
    const graph = await measure(differentiate);
    const masks = await measure(() => drawMasks(training.graph.dropoutMasks, S), 1);
    const clip = await measure(() => training.clip(gradients), 1);
    const adamw = await measure(() => training.apply(gradients), 1);
    const parts = [graph.cpuMs - masks.cpuMs, masks.cpuMs, clip.cpuMs, adamw.cpuMs];
    const rest = whole.cpuMs - parts.reduce((sum, ms) => sum + ms, 0);
    rows.push([
      `train ${BATCH} x ${S}`,
      ...[whole.cpuMs, ...parts, rest].map((ms) => ms.toFixed(1)),
    ]);
  }
  await training.release();
  console.log('\nParts of a step on one thread, CPU ms');
  printTable(['work', 'step', 'forward, backward', 'masks', 'clipping', 'AdamW', 'rest'], rows);
}

function printMemory() {
  const lengths = Array.from({ length: 60 }, (_, index) => String(64 - index));
  const rows = [
    [`train ${BATCH} x 20`, ['20']],
    [`train ${BATCH} x 64`, ['64']],
    [`train ${BATCH} x 5 to 64, each length once`, lengths],
  ].map(([name, list]) => {
    const child = spawnSync(process.execPath, [pathOf('teacher-memory.mjs'), `${BATCH}`, ...list], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return [name, (JSON.parse(child.stdout).bytes / 1e6).toFixed(0)];
  });
  console.log('\nMemory of the whole process at its highest');
  printTable(['work', 'MB'], rows);
}

/** Runs the benchmark; `--only speed|parts|memory` runs a part of it. */
export async function run(options = []) {
  const only = options[options.indexOf('--only') + 1];
  const wants = (name) => !options.includes('--only') || only === name;
  const model = createModel();
  if (wants('speed')) await compareAll(model);
  if (wants('parts')) await splitSteps(model);
  if (wants('memory')) printMemory();
}
