// The step of a student's layers: the same bits for any number of threads, at batches that ONNX Runtime splits otherwise.
import { initializeParameters, type StudentDefinition } from '@bert2dnn/student';
import { describe, expect, it } from 'vitest';
import { LayerSteps } from '../../src/distill/layer-steps.js';
import { presetDefinition } from '../../src/distill/presets.js';
import { vectorName } from '../../src/distill/student-graph.js';
import { createRandom } from '../../src/foundation/random.js';

const definition: StudentDefinition = presetDefinition('pair', ['query', 'title'], {
  vocabularySize: 8,
  crossSize: 8,
});
const D = definition.embeddingSize;

async function stepOnce(B: number, threads: number) {
  const random = createRandom(B, 'batch');
  const draw = (length: number) => Float32Array.from({ length }, () => random.next() - 0.5);
  const parameters = Object.fromEntries(
    Object.entries(initializeParameters(definition, createRandom(1, 'start').next)).filter(
      ([name]) => !name.startsWith('block.'),
    ),
  );
  const feeds = Object.fromEntries(
    definition.blocks.map(({ name }) => [vectorName(name), { data: draw(B * D), shape: [B, D] }]),
  );
  const targets = { data: draw(B).map(Math.abs), shape: [B, 1] };
  const steps = await LayerSteps.create(definition, { loss: 'soft-cross-entropy' }, threads);
  const { loss, gradients, extra } = await steps.run(
    { ...feeds, targets },
    { parameters, step: 1, seed: 1 },
  );
  await steps.release();
  return { loss, gradients, extra };
}

describe('LayerSteps', () => {
  it.each([1, 76, 512])('%i rows: the same bits for 1, 2 and 4 threads', async (B) => {
    const expected = await stepOnce(B, 1);
    for (const threads of [2, 4]) expect(await stepOnce(B, threads)).toEqual(expected);
  });
});
