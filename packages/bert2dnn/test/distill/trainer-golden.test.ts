// A whole tiny training against NumPy in float64: bag, layers and Adagrad, twenty updates.
// Values and their source: test/golden/make_student_training.py.
import { readFileSync } from 'node:fs';
import { Session, TrainingStep } from '@bert2dnn/autodiff';
import { FeatureBuffer, type StudentDefinition } from '@bert2dnn/student';
import { describe, expect, it } from 'vitest';
import { FeatureCache } from '../../src/distill/feature-cache.js';
import { presetDefinition } from '../../src/distill/presets.js';
import { buildStudentGraph } from '../../src/distill/student-graph.js';
import { Trainer } from '../../src/distill/trainer.js';

/** What float32 loses against float64 in twenty updates of numbers around 1, with some room. */
const TOLERANCE = 1e-5;

interface Golden {
  sizes: { V: number; D: number; hidden: number[]; batch: number };
  learningRate: number;
  embeddingLearningRate: number;
  initialAccumulator: number;
  bags: number[][];
  targets: number[];
  batches: number[][];
  start: Record<string, number[]>;
  losses: number[];
  end: Record<string, number[]>;
}

const path = new URL('../golden/student-training.json', import.meta.url);
const golden: Golden = JSON.parse(readFileSync(path, 'utf8'));
const { V, D, hidden, batch } = golden.sizes;
const definition: StudentDefinition = presetDefinition('bag', ['text'], {
  vocabularySize: V,
  embeddingSize: D,
  hiddenLayers: hidden,
});

function makeCache(): FeatureCache {
  const buffer = new FeatureBuffer(1);
  for (const bag of golden.bags) {
    for (const id of bag) buffer.blocks[0].push(id);
    buffer.blocks[0].endExample();
  }
  const cache = new FeatureCache(1);
  cache.append(buffer);
  return cache;
}

async function train(threads: number) {
  const graph = buildStudentGraph(definition, { loss: 'soft-cross-entropy' });
  const parameters = Object.fromEntries(
    Object.entries(golden.start).map(([name, values]) => [name, Float32Array.from(values)]),
  );
  const step = await TrainingStep.create({
    loss: graph.loss,
    parameters: graph.parameters,
    extraGradients: graph.vectors,
  });
  const session = await Session.create({ logits: graph.logits });
  const { learningRate, embeddingLearningRate, initialAccumulator } = golden;
  const rates = { learningRate, embeddingLearningRate, initialAccumulator };
  const settings = { ...rates, batchSize: batch, seed: 1, threads };
  const trainer = new Trainer({ definition, parameters, step, session }, settings);
  const features = makeCache();
  const targets = { targets: Float32Array.from(golden.targets) };
  const losses: number[] = [];
  for (const batchRows of golden.batches) {
    const rows = Int32Array.from(batchRows);
    losses.push(await trainer.trainBatch({ features, places: rows, rows }, targets));
  }
  await trainer.release();
  await step.release();
  await session.release();
  return { losses, parameters };
}

describe('a whole training', () => {
  it.each([1, 2])('is the one of NumPy, %i threads', async (threads) => {
    const { losses, parameters } = await train(threads);
    losses.forEach((loss, index) => {
      expect(Math.abs(loss - golden.losses[index]), `loss of update ${index + 1}`).toBeLessThan(
        TOLERANCE,
      );
    });
    expect(Object.keys(parameters).sort()).toEqual(Object.keys(golden.end).sort());
    for (const [name, expected] of Object.entries(golden.end)) {
      const errors = expected.map((value, index) => Math.abs(value - parameters[name][index]));
      expect(errors.length, name).toBe(parameters[name].length);
      expect(Math.max(...errors), name).toBeLessThan(TOLERANCE);
    }
  });

  it('moves what it should: the losses fall and only the row without an example stays', () => {
    const moved = (row: number) =>
      golden.start['block.bag.embedding']
        .slice(row * D, (row + 1) * D)
        .some((value, index) => value !== golden.end['block.bag.embedding'][row * D + index]);
    expect(Array.from({ length: V }, (_, row) => moved(row))).toEqual([
      ...Array.from({ length: V - 1 }, () => true),
      false,
    ]);
    expect(golden.losses.at(-1)!).toBeLessThan(golden.losses[0]);
  });
});
