// AdamW on as many values as MiniLM-L6 has, and clipping them: the WebAssembly kernel beside its plain reference.
import { AdamW, clipByGlobalNorm } from '@bert2dnn/autodiff';
import { adamwPlain } from '../packages/autodiff/dist/optimizers/adamw.js';
import { medianMs, printTable, uniform } from './measure.mjs';

const NUM_VALUES = 22_713_216;

/** Runs the benchmark. */
export async function run() {
  const parameters = { weight: uniform(NUM_VALUES, 0.1, 'weight') };
  const gradients = { weight: { kind: 'dense', data: uniform(NUM_VALUES, 0.1, 'gradient') } };
  const optimizer = new AdamW();
  let step = 0;
  const update = () => optimizer.step(parameters, gradients, { learningRate: 1e-5, step: ++step });
  const fastMs = await medianMs(update);
  const { 'first:weight': first, 'second:weight': second } = optimizer.state();
  const arrays = { parameter: parameters.weight, first, second, gradient: gradients.weight.data };
  const scalars = {
    keep: 1,
    beta1: 0.9,
    beta2: 0.999,
    stepSize: 1e-5,
    rootScale: 1,
    epsilon: 1e-8,
  };
  const plainMs = await medianMs(() => adamwPlain(arrays, scalars));
  const clipMs = await medianMs(() => clipByGlobalNorm(gradients, 1e9));
  const row = (name, ms) => [name, ms.toFixed(1), ((NUM_VALUES / ms) * 1e-6).toFixed(2)];
  printTable(
    ['work on 22.7 M values, one thread', 'ms', 'billion values a second'],
    [
      row('AdamW, plain TypeScript', plainMs),
      row('AdamW, WebAssembly', fastMs),
      row('global norm', clipMs),
    ],
  );
}
