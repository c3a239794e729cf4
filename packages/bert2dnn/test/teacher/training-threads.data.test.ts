// Training steps of the real MiniLM have the same bits for any number of threads.
// Needs the folder BERT2DNN_SHARED with teachers/minilm-l6.
import { join } from 'node:path';
import { sigmoidCrossEntropy, TrainingStep, type TrainingStepResult } from '@bert2dnn/autodiff';
import { describe, expect, it } from 'vitest';
import { buildEncoder } from '../../src/teacher/encoder.js';
import { openModelFolder } from '../../src/teacher/model-folder.js';
import { completeParameters } from '../../src/teacher/start-model.js';

const shared = process.env['BERT2DNN_SHARED'];
const reason = shared === undefined ? 'BERT2DNN_SHARED is not set' : '';

const THREADS = [1, 2, 3];

/** Padded texts of seeded ids; the first row is full. */
function makeBatch(B: number, S: number, vocabularySize: number) {
  const ids = new Int32Array(B * S);
  const mask = new Int32Array(B * S);
  const types = new Int32Array(B * S);
  for (let row = 0; row < B; row++) {
    const length = row === 0 ? S : 3 + ((row * 7) % Math.max(1, S - 3));
    for (let index = 0; index < length; index++) {
      const at = row * S + index;
      ids[at] = (at * 7919 + row) % vocabularySize;
      mask[at] = 1;
      types[at] = index * 3 > length ? 1 : 0;
    }
  }
  const shape = [B, S];
  const targets = Float32Array.from({ length: B }, (_, row) => (row % 4) / 3);
  return {
    input_ids: { data: ids, shape },
    attention_mask: { data: mask, shape },
    token_type_ids: { data: types, shape },
    targets: { data: targets, shape: [B, 1] },
  };
}

/** Places whose gradients differ in any bit, and the loss. */
function findDifferent(one: TrainingStepResult, other: TrainingStepResult): string[] {
  const bytesOf = ({ gradients }: TrainingStepResult, place: string) => {
    const gradient = gradients[place];
    const data = gradient.kind === 'dense' ? gradient.data : gradient.rows;
    return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  };
  const places = Object.keys(one.gradients).filter(
    (place) => !bytesOf(one, place).equals(bytesOf(other, place)),
  );
  return one.loss === other.loss ? places : ['loss', ...places];
}

describe.skipIf(shared === undefined)(`training steps on 1, 2 and 3 threads ${reason}`, () => {
  it('have equal losses and gradients, dropout included', async () => {
    const { config, weights } = await openModelFolder(join(shared!, 'teachers', 'minilm-l6'));
    const { encoder } = config;
    const options = { encoder, numOutputs: 1, seed: 1 };
    const { parameters } = completeParameters(weights.parameters, options);
    const { graph, logits, parameters: places } = buildEncoder(encoder, 1);
    const loss = sigmoidCrossEntropy(logits, graph.input('targets', ['B', 1]));
    const steps = await Promise.all(
      THREADS.map((threads) =>
        TrainingStep.create({ loss, parameters: [...places.values()], threads }),
      ),
    );
    let count = 0;
    for (const [B, S] of [
      [32, 20],
      [32, 64],
      [32, 13],
      [31, 17],
      [7, 61],
    ]) {
      count += 1;
      const feeds = makeBatch(B, S, encoder.vocabularySize);
      const run = (step: TrainingStep) => step.run(feeds, { parameters, step: count, seed: 7 });
      const results: TrainingStepResult[] = [];
      for (const step of steps) results.push(await run(step));
      for (const other of results.slice(1)) {
        expect(findDifferent(results[0], other), `${B} x ${S}`).toEqual([]);
      }
    }
    for (const step of steps) await step.release();
  });
});
