// The encoder against PyTorch on a tiny random BERT (test/golden/make_tiny_bert.py): logits, gradients, AdamW's curve.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  AdamW,
  clipByGlobalNorm,
  evaluateReference,
  softmaxCrossEntropy,
  TrainingStep,
} from '@bert2dnn/autodiff';
import { beforeAll, describe, expect, it } from 'vitest';
import type { EncoderConfig } from '../../src/teacher/config.js';
import { type EncodedTexts, encodeTexts, padBatch } from '../../src/teacher/encoded-texts.js';
import { buildEncoder } from '../../src/teacher/encoder.js';
import { type ModelFolder, openModelFolder } from '../../src/teacher/model-folder.js';
import { isDecayFree, type Parameters } from '../../src/teacher/parameters.js';
import { loadTeacher } from '../../src/teacher/teacher.js';
import { tensorNames } from '../../src/teacher/weights.js';
import { expectNear, toDense } from './golden-model.js';

const DIR = fileURLToPath(new URL('../golden/tiny-bert', import.meta.url));

const golden = JSON.parse(readFileSync(`${DIR}/golden.json`, 'utf8')) as {
  rows: [string, string][];
  ids: number[][];
  targets: number[][];
  loss: number;
  logits: number[][];
  gradients: Record<string, number[]>;
  adamw: { learningRate: number; losses: number[] };
};
const fieldTexts = [golden.rows.map(([first]) => first), golden.rows.map(([, second]) => second)];
const NO_DROPOUT = { hiddenDropout: 0, attentionDropout: 0, classifierDropout: 0 };

describe('tiny BERT as PyTorch computes it', () => {
  let folder: ModelFolder;
  let encoder: EncoderConfig;
  let texts: EncodedTexts;

  beforeAll(async () => {
    folder = await openModelFolder(DIR);
    encoder = { ...folder.config.encoder, ...NO_DROPOUT };
    texts = encodeTexts(fieldTexts, { tokenizer: folder.tokenizer, maxTokens: 16 });
  });

  const batch = () => ({
    ...padBatch(texts, [0, 1, 2, 3, 4], folder.tokenizer.padId),
    targets: { data: Float32Array.from(golden.targets.flat()), shape: [5, 3] },
  });

  it('has the token ids', () => {
    const ids = golden.rows.map((_, row) => [
      ...texts.ids.subarray(texts.offsets[row], texts.offsets[row + 1]),
    ]);
    expect(ids).toEqual(golden.ids);
  });

  it('has the logits, batched or row by row', async () => {
    const teacher = await loadTeacher(DIR, { fields: ['query', 'title'] });
    const logits = await teacher.logits(fieldTexts);
    expectNear(logits, golden.logits.flat(), 1e-4);
    const alone = await teacher.logits(fieldTexts.map((field) => [field[2]]));
    expectNear(alone, golden.logits[2], 1e-4);
    await teacher.release();
  });

  it('has the logits in the float64 reference', () => {
    const { logits } = buildEncoder(encoder, 3);
    const feeds: ReferenceFeeds = Object.fromEntries(
      Object.entries(folder.weights.parameters).map(([place, values]) => [
        place,
        { data: values, shape: shapeOf(encoder, place) },
      ]),
    );
    const { targets: _, ...inputs } = batch();
    for (const [name, feed] of Object.entries(inputs)) {
      feeds[name] = { data: feed.data as Int32Array, shape: [...feed.shape] };
    }
    expectNear(evaluateReference([logits], feeds)[0].data, golden.logits.flat(), 1e-5);
  });

  it('has the gradient of every parameter to 1e-4 relative', async () => {
    const { step, parameters } = await createStep(encoder, folder);
    const { loss, gradients } = await step.run(batch(), { parameters, step: 1, seed: 1 });
    expect(loss).toBeCloseTo(golden.loss, 5);
    for (const [place, name] of tensorNames(folder.config, {
      head: 'classifier',
      isPrefixed: true,
    })) {
      const expected = golden.gradients[name];
      const got = toDense(gradients[place], parameters[place].length);
      const scale = Math.max(...expected.map(Math.abs), 1e-3);
      expectNear(got, expected, 1e-4 * scale, name);
    }
    await step.release();
  });

  it('follows 20 steps of AdamW with clipping', async () => {
    const { step, parameters } = await createStep(encoder, folder);
    const optimizer = new AdamW({ weightDecay: 0.01, noDecay: isDecayFree });
    const { learningRate, losses } = golden.adamw;
    for (const [index, expected] of losses.entries()) {
      const options = { parameters, step: index + 1, seed: 1 };
      const { loss, gradients } = await step.run(batch(), options);
      expect(Math.abs(loss - expected), `step ${index + 1}`).toBeLessThan(1e-3);
      clipByGlobalNorm(gradients, 1);
      optimizer.step(parameters, gradients, { learningRate, step: index + 1 });
    }
    await step.release();
  });
});

type ReferenceFeeds = Record<string, { data: ArrayLike<number>; shape: number[] }>;

function shapeOf(encoder: EncoderConfig, place: string): number[] {
  return [...(buildEncoder(encoder, 3).parameters.get(place)!.shape as number[])];
}

async function createStep(encoder: EncoderConfig, folder: ModelFolder) {
  const { graph, logits, parameters } = buildEncoder(encoder, 3);
  const loss = softmaxCrossEntropy(logits, graph.input('targets', ['B', 3]));
  const step = await TrainingStep.create({ loss, parameters: [...parameters.values()] });
  const values: Parameters = Object.fromEntries(
    Object.entries(folder.weights.parameters).map(([place, array]) => [place, array.slice()]),
  );
  return { step, parameters: values };
}
