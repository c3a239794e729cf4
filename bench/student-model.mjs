// The reference student and its batches: a table of 150,000 x 64, 60 Zipf ids an example, MLP 1024-512-128-64-1.
import { Session } from '@bert2dnn/autodiff';
import { FeatureBuffer, initializeParameters } from '@bert2dnn/student';
import { FeatureCache } from '../packages/bert2dnn/dist/distill/feature-cache.js';
import { LayerSteps } from '../packages/bert2dnn/dist/distill/layer-steps.js';
import { presetDefinition } from '../packages/bert2dnn/dist/distill/presets.js';
import { buildStudentGraph } from '../packages/bert2dnn/dist/distill/student-graph.js';
import { createRandom, shuffle } from '../packages/bert2dnn/dist/foundation/random.js';

export const V = 150_000;
export const D = 64;
/** Ids of an example. */
export const Z = 60;
export const B = 1024;
export const NUM_BATCHES = 8;

export const definition = presetDefinition('bag', ['text'], {
  vocabularySize: V,
  embeddingSize: D,
  hiddenLayers: [1024, 512, 128, 64],
});

/** Examples of `NUM_BATCHES` batches; ranks by Zipf's law, spread over the table's rows. */
export function createExamples() {
  const random = createRandom(1, 'zipf');
  const rows = Int32Array.from({ length: V }, (_, row) => row);
  shuffle(rows, random);
  const buffer = new FeatureBuffer(1);
  for (let example = 0; example < NUM_BATCHES * B; example++) {
    for (let index = 0; index < Z; index++) {
      const rank = Math.floor(Math.exp(random.next() * Math.log(V + 1)) - 1);
      buffer.blocks[0].push(rows[Math.min(rank, V - 1)]);
    }
    buffer.blocks[0].endExample();
  }
  const cache = new FeatureCache(1);
  cache.append(buffer);
  const targets = Float32Array.from({ length: cache.numExamples }, () => random.next());
  return { cache, targets };
}

/** The parts that a `Trainer` runs on, and how to release them. */
export async function createParts(threads) {
  const options = { loss: 'soft-cross-entropy' };
  const parameters = initializeParameters(definition, createRandom(1, 'start').next);
  const step = await LayerSteps.create(definition, options, threads);
  const { logits } = buildStudentGraph(definition, options);
  const session = await Session.create({ logits }, { threads });
  const release = async () => {
    await step.release();
    await session.release();
  };
  return { parts: { definition, parameters, step, session }, release };
}
