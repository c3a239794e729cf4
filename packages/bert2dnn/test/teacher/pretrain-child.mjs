// Pretrains in a process of its own, to be killed: node pretrain-child.mjs <input> <out>
// Prints a line for each note, so that the parent knows when to kill.
import { openExamples } from '../../dist/data/index.js';
import { pretrain } from '../../dist/teacher/pretrain.js';

const [input, out] = process.argv.slice(2);
await pretrain({
  model: 'tiny',
  tiny: { hiddenSize: 32, numHeads: 2, numLayers: 1, vocabularySize: 300 },
  input: await openExamples([input]),
  out,
  epochs: 3,
  batchSize: 16,
  learningRate: 5e-3,
  devShare: 0.1,
  threads: 1,
  checkpointSteps: 5,
  progress: {
    start: () => ({ advance: () => undefined, done: () => undefined }),
    note: (message) => process.stdout.write(`${message}\n`),
  },
});
