// A fine-tuning in a process of its own, to be killed or starved: node finetune-child.mjs <train> <dev> <out>
// With accumulation, dropout, and a smaller last update. Notes go to stdout.
import { openExamples } from '../../dist/data/index.js';
import { finetune } from '../../dist/teacher/finetune.js';

const [train, dev, out] = process.argv.slice(2);
const needs = { label: true };
const task = { advance: () => undefined, done: () => undefined };
const result = await finetune({
  model: 'tiny',
  tiny: { hiddenSize: 64, numHeads: 2, numLayers: 2, vocabularySize: 300 },
  train: await openExamples([train], {}, needs),
  dev: await openExamples([dev], {}, needs),
  out,
  epochs: 3,
  batchSize: 8,
  accumulate: 2,
  learningRate: 3e-3,
  checkpointSteps: 2,
  threads: 1,
  progress: { start: () => task, note: (message) => console.log(message) },
});
console.log(JSON.stringify({ resumedFrom: result.resumedFrom, updates: result.updates }));
