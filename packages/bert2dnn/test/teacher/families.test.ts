// Every family against PyTorch on tiny random models: logits, gradients, AdamW's curve; masked language models too.
import {
  AdamW,
  clipByGlobalNorm,
  type Gradient,
  Session,
  softmaxCrossEntropy,
  TrainingStep,
} from '@bert2dnn/autodiff';
import { describe, expect, it } from 'vitest';
import { readJson } from '../../src/foundation/files.js';
import type { TeacherConfig } from '../../src/teacher/config.js';
import { readTeacherConfig } from '../../src/teacher/config.js';
import { buildEncoder } from '../../src/teacher/encoder.js';
import type { HeadKind } from '../../src/teacher/family.js';
import { readFolderTensors } from '../../src/teacher/folder-tensors.js';
import {
  buildMaskedLanguageModel,
  maskedLanguageModelLoss,
} from '../../src/teacher/masked-language-model.js';
import { isDecayFree, type Parameters } from '../../src/teacher/parameters.js';
import { placeWeights, tensorNames } from '../../src/teacher/weights.js';
import { expectNear, feedOf, goldenFolder, readGolden, toDense } from './golden-model.js';

const NO_DROPOUT = { hiddenDropout: 0, attentionDropout: 0, classifierDropout: 0 };

/** A model without dropout and its tokenizer, which has tests of its own. */
async function openModel(name: string, head: HeadKind) {
  const folder = goldenFolder(name);
  const read = readTeacherConfig(await readJson(`${folder}/config.json`), name);
  const config: TeacherConfig = { ...read, encoder: { ...read.encoder, ...NO_DROPOUT } };
  const { file, tensors } = await readFolderTensors(folder);
  return { config, weights: placeWeights(tensors, config, { file, head }) };
}

function expectGradients(
  gradients: Readonly<Record<string, Gradient>>,
  expected: Readonly<Record<string, number[]>>,
  names: ReadonlyMap<string, string>,
): void {
  for (const [place, name] of names) {
    const scale = Math.max(...expected[name].map(Math.abs), 1e-3);
    const got = toDense(gradients[place], expected[name].length);
    expectNear(got, expected[name], 1e-4 * scale, name);
  }
  // transformers counts a shared tensor once, under the name that is written.
  expect(Object.keys(expected).sort()).toEqual([...names.values()].sort());
}

const CLASSIFIERS = ['distilbert', 'roberta', 'xlm-roberta', 'ernie', 'electra'];

describe.each([...CLASSIFIERS, 'ernie-plain'])('%s as PyTorch computes it', (name) => {
  const golden = readGolden(name).classifier!;
  const inputs = Object.fromEntries(
    Object.entries(golden.inputs).map(([input, rows]) => [input, feedOf(rows)]),
  );

  it('has the logits', async () => {
    const { config, weights } = await openModel(name, 'classifier');
    expect([weights.hasHead, weights.hasPooler]).toEqual([true, true]);
    const { logits } = buildEncoder(config.encoder, 3);
    const session = await Session.create({ logits }, { frozen: weights.parameters });
    const declared = logits.graph.inputs.map((input) => input.name);
    const fed = Object.fromEntries(declared.map((input) => [input, inputs[input]]));
    const results = await session.run(fed);
    expectNear(results['logits'].data, golden.logits.flat(), 1e-5);
    await session.release();
  });
});

describe.each(CLASSIFIERS)('%s as PyTorch trains it', (name) => {
  const golden = readGolden(name).classifier!;

  async function createStep() {
    const { config, weights } = await openModel(name, 'classifier');
    const { graph, logits, parameters } = buildEncoder(config.encoder, 3);
    const inputs = graph.inputs.map((input) => [input.name, feedOf(golden.inputs[input.name])]);
    const feeds = {
      ...Object.fromEntries(inputs),
      targets: feedOf(golden.targets, 'float32'),
    };
    const loss = softmaxCrossEntropy(logits, graph.input('targets', ['B', 3]));
    const step = await TrainingStep.create({ loss, parameters: [...parameters.values()] });
    const values: Parameters = Object.fromEntries(
      [...parameters.keys()].map((place) => [place, weights.parameters[place].slice()]),
    );
    return { config, step, feeds, parameters: values };
  }

  it('has the gradient of every parameter to 1e-4 relative', async () => {
    const { config, step, feeds, parameters } = await createStep();
    const { loss, gradients } = await step.run(feeds, { parameters, step: 1, seed: 1 });
    expect(loss).toBeCloseTo(golden.loss, 5);
    const names = tensorNames(config, { head: 'classifier', isPrefixed: true });
    expectGradients(gradients, golden.gradients, names);
    await step.release();
  });

  it('follows 20 steps of AdamW with clipping', async () => {
    const { step, feeds, parameters } = await createStep();
    const optimizer = new AdamW({ weightDecay: 0.01, noDecay: isDecayFree });
    const { learningRate, losses } = golden.adamw;
    for (const [index, expected] of losses.entries()) {
      const { loss, gradients } = await step.run(feeds, { parameters, step: index + 1, seed: 1 });
      expect(Math.abs(loss - expected), `step ${index + 1}`).toBeLessThan(1e-3);
      clipByGlobalNorm(gradients, 1);
      optimizer.step(parameters, gradients, { learningRate, step: index + 1 });
    }
    await step.release();
  });
});

describe.each([
  ['bert-mlm', 'bert-mlm'],
  ['distilbert', 'distilbert/masked-lm'],
  ['roberta', 'roberta/masked-lm'],
  ['ernie', 'ernie/masked-lm'],
])('%s as masked language model', (name, folder) => {
  const golden = readGolden(name).maskedLm!;

  it('has the logits, the loss and the gradient of every parameter', async () => {
    const { config, weights } = await openModel(folder, 'masked-lm');
    expect([weights.hasHead, weights.hasMaskedLm]).toEqual([false, true]);
    const model = buildMaskedLanguageModel(config.encoder);
    const inputs = model.graph.inputs.filter(({ name }) => name in golden.inputs);
    const feeds = {
      ...Object.fromEntries(inputs.map(({ name }) => [name, feedOf(golden.inputs[name])])),
      masked_positions: { data: Int32Array.from(golden.positions), shape: [5] },
      masked_labels: { data: Int32Array.from(golden.labels), shape: [5] },
    };
    const step = await TrainingStep.create({
      loss: maskedLanguageModelLoss(model),
      parameters: [...model.parameters.values()],
      outputs: { logits: model.logits },
    });
    const { parameters } = weights;
    const result = await step.run(feeds, { parameters, step: 1, seed: 1 });
    expect(result.loss).toBeCloseTo(golden.loss, 5);
    expectNear(result.outputs['logits'].data, golden.logits.flat(), 1e-5);
    const names = tensorNames(config, { head: 'masked-lm', isPrefixed: true });
    expectGradients(result.gradients, golden.gradients, names);
    await step.release();
  });
});
