// A distillation in a process of its own, to be killed or starved: node distill-child.mjs <train> <dev> <out> <threads>
// Many shards, windows and dev figures, everything on that has a state or draws, a checkpoint after every update. One line on stdout for each piece of work.
import { openExamples } from '../../dist/data/index.js';
import { distill } from '../../dist/distill/distill.js';

const [train, dev, out, threads] = process.argv.slice(2);
const needs = { label: true };
const start = (name) => ({ advance: () => console.log(name), done: () => undefined });
const result = await distill({
  input: await openExamples([train], {}, needs),
  dev: await openExamples([dev], {}, needs),
  out,
  embeddingSize: 4,
  hiddenLayers: [8],
  crossSize: 64,
  matchSize: 1024,
  epochs: 3,
  batchSize: 16,
  evalEvery: 7,
  ranking: 'pairwise',
  optimizer: 'adamw',
  schedule: 'cosine',
  warmupShare: 0.1,
  dropout: 0.1,
  inputDropout: 0.1,
  weightDecay: 0.01,
  tableDecay: 0.01,
  shardExamples: 32,
  windowSize: 0.03,
  maxTokens: 200,
  checkpointSeconds: 0,
  threads: Number(threads),
  progress: { start, note: (message) => console.log(message) },
}).catch((error) => {
  console.log(JSON.stringify({ code: error.code, message: error.message }));
  process.exit(1);
});
console.log(JSON.stringify({ resumedFrom: result.resumedFrom }));
