// The training loop against a naive twin: reference gradients in float64, embeddingBagBackward, Adagrad by rows.
import {
  Adagrad,
  AdamW,
  evaluateReference,
  type Gradient,
  gradients,
  type Optimizer,
  Session,
  TrainingStep,
} from '@bert2dnn/autodiff';
import {
  embeddingBag,
  embeddingBagBackward,
  FeatureBuffer,
  initializeParameters,
  type StudentDefinition,
} from '@bert2dnn/student';
import { describe, expect, it } from 'vitest';
import { createBatchBags, FeatureCache } from '../../src/distill/feature-cache.js';
import { presetDefinition } from '../../src/distill/presets.js';
import {
  buildStudentGraph,
  type StudentGraphOptions,
  vectorName,
} from '../../src/distill/student-graph.js';
import type { Targets } from '../../src/distill/targets.js';
import { Trainer, type TrainerSettings } from '../../src/distill/trainer.js';
import { createRandom } from '../../src/foundation/random.js';

const B = 12;
const D = 4;
const SETTINGS: TrainerSettings = {
  batchSize: B,
  learningRate: 0.05,
  embeddingLearningRate: 0.1,
  initialAccumulator: 0.01,
  seed: 1,
};
const options = { vocabularySize: 9, crossSize: 7, matchSize: 900, embeddingSize: D };
const definition: StudentDefinition = {
  ...presetDefinition('pair', ['query', 'title'], { ...options, hiddenLayers: [5, 3] }),
};

function makeCache(): FeatureCache {
  const random = createRandom(8, 'bags');
  const buffer = new FeatureBuffer(definition.blocks.length);
  for (let example = 0; example < B; example++) {
    definition.blocks.forEach(({ size }, block) => {
      const count = random.nextInt(5);
      for (let index = 0; index < count; index++) buffer.blocks[block].push(random.nextInt(size));
      buffer.blocks[block].endExample();
    });
  }
  const cache = new FeatureCache(definition.blocks.length);
  cache.append(buffer);
  return cache;
}

type Parameters = Record<string, Float32Array>;

/** Groups as a batch has them: rows of a group together, numbers in no order. */
const GROUPS = Int32Array.of(7, 7, 7, 2, 2, 9, 4, 4, 4, 4, 0, 0);

interface NaiveParts {
  cache: FeatureCache;
  targets: Targets;
  settings: TrainerSettings;
  layers: Optimizer;
  tables: Adagrad;
  step: number;
  rateFactor: number;
}

/** One update by the slow, readable parts. */
function naiveUpdate(
  graph: ReturnType<typeof buildStudentGraph>,
  parameters: Parameters,
  parts: NaiveParts,
): number {
  const examples = Int32Array.from({ length: B }, (_, index) => index);
  const feeds: Record<string, { data: ArrayLike<number>; shape: number[] }> = {
    targets: { data: parts.targets.targets, shape: [B, 1] },
  };
  for (const name of ['hardLabels', 'hardShares', 'weights'] as const) {
    const data = parts.targets[name];
    if (data !== undefined) feeds[name] = { data, shape: [B, 1] };
  }
  if (parts.settings.ranking) feeds['groups'] = { data: GROUPS, shape: [B, 1] };
  const bags = definition.blocks.map((block, index) => {
    const into = createBatchBags();
    parts.cache.gather(index, examples, into);
    const out = new Float64Array(B * D);
    const table = parameters[`block.${block.name}.embedding`];
    embeddingBag(out, into.ids, into.offsets, table, { B, D, combiner: 'sqrtn' });
    feeds[vectorName(block.name)] = { data: out, shape: [B, D] };
    return into;
  });
  for (const tensor of graph.parameters) {
    feeds[tensor.name] = { data: parameters[tensor.name], shape: [...tensor.shape] as number[] };
  }
  const wrt = [...graph.parameters, ...graph.vectors];
  const { settings, step, rateFactor } = parts;
  const [loss, ...values] = evaluateReference([graph.loss, ...gradients(graph.loss, wrt)], feeds, {
    training: { seed: settings.seed, step },
  });
  const dense: Record<string, Gradient> = {};
  const rows: Record<string, Gradient> = {};
  graph.parameters.forEach(({ name }, index) => {
    dense[name] = { kind: 'dense', data: Float32Array.from(values[index].data) };
  });
  definition.blocks.forEach(({ name }, index) => {
    const { ids, offsets } = bags[index];
    const dRows = new Float64Array(offsets[B] * D);
    const dVectors = values[graph.parameters.length + index].data;
    embeddingBagBackward(dRows, dVectors, offsets, { B, D, combiner: 'sqrtn' });
    const used = ids.slice(0, offsets[B]);
    rows[`block.${name}.embedding`] = { kind: 'rows', ids: used, rows: Float32Array.from(dRows) };
  });
  const learningRate = settings.learningRate * rateFactor;
  if (settings.optimizer !== 'adamw') {
    for (const name of Object.keys(dense).filter((own) => own.endsWith('weight'))) {
      const keep = 1 - learningRate * (settings.weightDecay ?? 0);
      parameters[name].forEach((value, index) => {
        parameters[name][index] = value * keep;
      });
    }
  }
  parts.layers.step(parameters, dense, { learningRate, step });
  const tableRate = settings.embeddingLearningRate * rateFactor;
  for (const [name, gradient] of Object.entries(rows)) {
    const touched = new Set(gradient.kind === 'rows' ? gradient.ids : []);
    parameters[name].forEach((value, index) => {
      if (!touched.has(Math.floor(index / D))) return;
      parameters[name][index] = value * (1 - tableRate * (settings.tableDecay ?? 0));
    });
  }
  parts.tables.step(parameters, rows, { learningRate: tableRate, step });
  return loss.data[0];
}

async function trainBoth(
  graphOptions: StudentGraphOptions,
  targets: Targets,
  more: Partial<TrainerSettings> = {},
): Promise<void> {
  const settings = { ...SETTINGS, ...more };
  const cache = makeCache();
  const rows = Int32Array.from({ length: B }, (_, index) => index);
  const graph = buildStudentGraph(definition, graphOptions);
  const parameters = initializeParameters(definition, createRandom(2, 'start').next);
  // Tables that start at zero would hide their products' gradients.
  for (const values of Object.values(parameters))
    values.forEach((_, i) => {
      values[i] += 0.1 * Math.sin(i);
    });
  const naive = structuredClone(parameters);
  const step = await TrainingStep.create({
    loss: graph.loss,
    parameters: graph.parameters,
    extraGradients: graph.vectors,
  });
  const session = await Session.create({ logits: graph.logits });
  const trainer = new Trainer({ definition, parameters, step, session }, settings);
  const { initialAccumulator, weightDecay = 0 } = settings;
  const layers =
    settings.optimizer === 'adamw'
      ? new AdamW({ weightDecay, noDecay: (name) => name.endsWith('bias') })
      : new Adagrad({ initialAccumulator });
  const tables = new Adagrad({ initialAccumulator });
  for (let epoch = 1; epoch <= 4; epoch++) {
    const rateFactor = 1 / epoch;
    const batch = { features: cache, places: rows, rows, groups: GROUPS };
    const trained = await trainer.trainBatch(batch, targets, rateFactor);
    const parts = { cache, targets, settings, layers, tables, step: epoch, rateFactor };
    const expected = naiveUpdate(graph, naive, parts);
    expect(trained).toBeCloseTo(expected, 4);
  }
  await trainer.release();
  for (const [name, values] of Object.entries(naive)) {
    let largest = 0;
    values.forEach((value, index) => {
      largest = Math.max(largest, Math.abs(value - parameters[name][index]));
    });
    expect(largest, name).toBeLessThan(2e-4);
  }
  await step.release();
  await session.release();
}

/** Copies of live views, out of the memory that threads share. */
function copied(values: Readonly<Record<string, Float32Array>>): Record<string, Float32Array> {
  return Object.fromEntries(
    Object.entries(values).map(([name, array]) => [name, Float32Array.from(array)]),
  );
}

describe('Trainer.restore', () => {
  it('goes on as if nothing had happened', async () => {
    const features = makeCache();
    const rows = Int32Array.from({ length: B }, (_, index) => index);
    const draws = createRandom(5, 'targets');
    const targets = { targets: Float32Array.from({ length: B }, () => draws.next()) };
    const graph = buildStudentGraph(definition, { loss: 'soft-cross-entropy' });
    const parameters = initializeParameters(definition, createRandom(2, 'start').next);
    const { loss, parameters: layers, vectors: extraGradients } = graph;
    const step = await TrainingStep.create({ loss, parameters: layers, extraGradients });
    const session = await Session.create({ logits: graph.logits });
    const parts = { definition, parameters, step, session };
    const trainer = new Trainer(parts, SETTINGS);
    const train = (places: Int32Array) =>
      trainer.trainBatch({ features, places, rows: places }, targets);
    await train(rows.subarray(0, 7));
    const copy = () => ({ parameters: copied(parameters), accumulators: copied(trainer.state()) });
    const kept = copy();
    const losses = [await train(rows), await train(rows.subarray(3))];
    const expected = copy();
    expect(expected.parameters).not.toEqual(kept.parameters);
    trainer.restore(kept.parameters, kept.accumulators, 1);
    expect([await train(rows), await train(rows.subarray(3))]).toEqual(losses);
    expect(copy()).toEqual(expected);
    expect(trainer.numSteps).toBe(3);
    await trainer.release();
    await step.release();
    await session.release();
  });
});

describe('Trainer', () => {
  const random = createRandom(4, 'targets');
  const draw = () => Float32Array.from({ length: B }, () => random.next());
  const weights = Float32Array.from({ length: B }, (_, row) => (row % 3) + 0.5);
  const ranked = (ranking: 'pairwise' | 'listwise') => ({ ranking, share: 0.4, temperature: 2 });
  it('is the naive training, soft cross-entropy', () =>
    trainBoth({ loss: 'soft-cross-entropy' }, { targets: draw() }));
  it('is the naive training, margin-mse', () =>
    trainBoth({ loss: 'margin-mse' }, { targets: draw() }));
  it('is the naive training, margin-mse with gold labels on some rows', () =>
    trainBoth(
      { loss: 'margin-mse', hasHardLabels: true },
      {
        targets: draw(),
        hardLabels: Float32Array.from({ length: B }, (_, index) => index % 2),
        hardShares: Float32Array.from({ length: B }, (_, index) => (index < 5 ? 0.3 : 0)),
      },
    ));
  it('is the naive training, pairwise with weights, decay of layers and tables', () =>
    trainBoth(
      { loss: 'soft-cross-entropy', hasWeights: true, ranking: ranked('pairwise') },
      { targets: draw(), weights },
      { ranking: 'pairwise', weightDecay: 0.5, tableDecay: 0.3 },
    ));
  it('is the naive training, listwise with AdamW and its decay', () =>
    trainBoth(
      { loss: 'margin-mse', ranking: ranked('listwise') },
      { targets: draw() },
      { ranking: 'listwise', optimizer: 'adamw', weightDecay: 0.5, learningRate: 0.01 },
    ));
  it('is the naive training, dropout of layers and vectors', () =>
    trainBoth(
      { loss: 'soft-cross-entropy', dropout: 0.25, inputDropout: 0.5 },
      { targets: draw() },
    ));
});
