// The search for a rate: what it finds against trainings of its own for every factor, and that it leaves no trace.
import { Session, TrainingStep } from '@bert2dnn/autodiff';
import { FeatureBuffer, initializeParameters } from '@bert2dnn/student';
import { describe, expect, it } from 'vitest';
import { FeatureCache } from '../../src/distill/feature-cache.js';
import { presetDefinition } from '../../src/distill/presets.js';
import { RATE_FACTORS, searchRate } from '../../src/distill/rate-search.js';
import { buildStudentGraph } from '../../src/distill/student-graph.js';
import { Trainer, type TrainerSettings } from '../../src/distill/trainer.js';
import { createRandom } from '../../src/foundation/random.js';

const [N, B] = [96, 8];
const definition = presetDefinition('bag', ['text'], {
  vocabularySize: 20,
  embeddingSize: 4,
  hiddenLayers: [6],
});
const SETTINGS: TrainerSettings = {
  batchSize: B,
  learningRate: 0.2,
  embeddingLearningRate: 1,
  initialAccumulator: 1e-4,
  seed: 1,
};

/** Bags of four ids; the label says whether most of them are even. */
function makeData() {
  const random = createRandom(2, 'bags');
  const buffer = new FeatureBuffer(1);
  const targets = new Float32Array(N);
  for (let example = 0; example < N; example++) {
    let numEven = 0;
    for (let index = 0; index < 4; index++) {
      const id = random.nextInt(20);
      numEven += id % 2 === 0 ? 1 : 0;
      buffer.blocks[0].push(id);
    }
    buffer.blocks[0].endExample();
    targets[example] = numEven >= 2 ? 1 : 0;
  }
  const features = new FeatureCache(1);
  features.append(buffer);
  const batches = Array.from({ length: N / B }, (_, index) => {
    const rows = Int32Array.from({ length: B }, (_, row) => index * B + row);
    return { features, places: rows, rows };
  });
  return { batches, targets: { targets } };
}

const startParameters = () => initializeParameters(definition, createRandom(2, 'start').next);

async function withTrainer<T>(
  work: (trainer: Trainer, parameters: Record<string, Float32Array>) => Promise<T>,
  settings: Partial<TrainerSettings> = {},
): Promise<T> {
  const graph = buildStudentGraph(definition, { loss: 'soft-cross-entropy' });
  const parameters = startParameters();
  const step = await TrainingStep.create({
    loss: graph.loss,
    parameters: graph.parameters,
    extraGradients: graph.vectors,
  });
  const session = await Session.create({ logits: graph.logits });
  const parts = { definition, parameters, step, session };
  const trainer = new Trainer(parts, { ...SETTINGS, ...settings });
  try {
    return await work(trainer, parameters);
  } finally {
    await trainer.release();
    await step.release();
    await session.release();
  }
}

const factorOf = (batchIndex: number): number => 1 / (1 + batchIndex / 20);
const task = { advance: () => undefined, done: () => undefined };

describe('searchRate', () => {
  it('finds what a training of its own for every factor finds', async () => {
    const { batches, targets } = makeData();
    const found = await withTrainer((trainer, parameters) =>
      searchRate({ trainer, parameters, batches, targets, factorOf, task }),
    );
    const expected: number[] = [];
    for (const factor of RATE_FACTORS) {
      const rates = {
        learningRate: SETTINGS.learningRate * factor,
        embeddingLearningRate: SETTINGS.embeddingLearningRate * factor,
      };
      const losses = await withTrainer(async (trainer) => {
        const own: number[] = [];
        for (const [index, batch] of batches.entries()) {
          own.push(await trainer.trainBatch(batch, targets, factorOf(index)));
        }
        return own;
      }, rates);
      expected.push(losses.slice(6).reduce((sum, loss) => sum + loss / 6, 0));
    }
    found.trials.forEach(({ factor, loss }, index) => {
      expect(factor).toBe(RATE_FACTORS[index]);
      expect(loss).toBeCloseTo(expected[index], 5);
    });
    expect(found.factor).toBe(RATE_FACTORS[expected.indexOf(Math.min(...expected))]);
    // The range holds the answer here: it is no end of it.
    expect([RATE_FACTORS[0], RATE_FACTORS.at(-1)]).not.toContain(found.factor);
  });

  it('leaves parameters and optimizers as they were', async () => {
    const { batches, targets } = makeData();
    await withTrainer(async (trainer, parameters) => {
      await searchRate({ trainer, parameters, batches, targets, factorOf, task });
      expect(parameters).toEqual(startParameters());
      expect(trainer.numSteps).toBe(0);
      const after = await trainer.trainBatch(batches[0], targets);
      const [fresh, values] = await withTrainer(async (other, own) => [
        await other.trainBatch(batches[0], targets),
        own,
      ]);
      expect(after).toBe(fresh);
      expect(parameters).toEqual(values);
    });
  });

  it('takes no rate that diverges', async () => {
    const { batches, targets } = makeData();
    // 1e36 to 6e37 times a gradient is beyond float32 after a few layers.
    const { factor, trials } = await withTrainer(
      (trainer, parameters) =>
        searchRate({ trainer, parameters, batches, targets, factorOf, task }),
      { learningRate: 1e18, embeddingLearningRate: 1e19 },
    );
    expect(trials.at(-1)!.loss).toBe(Number.POSITIVE_INFINITY);
    expect(factor).toBeLessThan(8);
  });
});
