// The training loop's core: parameters, optimizer state and updates by batches. Which batches: `batch-source.ts`.
// Knows no files and no text. One thread of JavaScript; the layers' products use the session's threads.
import type { Optimizer, Session, TrainingStep } from '@bert2dnn/autodiff';
import {
  embeddingBag,
  embeddingName,
  type StudentDefinition,
  tableBlocks,
  tableOf,
} from '@bert2dnn/student';
import { createTrainedTable, type TrainedTable } from './embedding-adagrad.js';
import { type BatchBags, createBatchBags, type FeatureCache } from './feature-cache.js';
import type { Batch } from './feature-window.js';
import { createLayerOptimizer, type LayerOptimizer } from './layer-optimizer.js';
import type { Ranking } from './ranking-loss.js';
import { vectorName } from './student-graph.js';
import { TableDecay } from './table-decay.js';
import { updateTable } from './table-update.js';
import type { Targets } from './targets.js';

/** What a trainer runs on. */
export interface TrainerParts {
  definition: StudentDefinition;
  /** All parameters of the student by name; trained in place. */
  parameters: Record<string, Float32Array>;
  step: TrainingStep;
  /** The same layers forward only, with output `logits`. */
  session: Session;
}

/** Settings of a training. */
export interface TrainerSettings {
  batchSize: number;
  learningRate: number;
  embeddingLearningRate: number;
  /** Start of every accumulator of Adagrad. */
  initialAccumulator: number;
  seed: number;
  /** Of the layers; default `adagrad`. */
  optimizer?: LayerOptimizer;
  /** Decoupled decay of the layers' weights, times their rate; default 0. */
  weightDecay?: number;
  /** Decay of the table rows that a batch touches, times the tables' rate; default 0. */
  tableDecay?: number;
  /** Whether the loss wants groups; see `LossOptions`. */
  ranking?: Ranking;
}

/** One block while it is trained. */
interface BlockState {
  input: string;
  /** Shared by the blocks that share a table. */
  trained: TrainedTable;
  bags: BatchBags;
  /** [batchSize, D] */
  vectors: Float32Array;
}

type Feeds = Record<string, { data: Float32Array; shape: number[] }>;

/** Trains a student's parameters in place. */
export class Trainer {
  /** Updates so far. */
  numSteps = 0;
  private readonly tables = new Map<string, TrainedTable>();
  private readonly blocks: BlockState[];
  private readonly layers: Record<string, Float32Array>;
  private readonly optimizer: Optimizer;
  /** By name of the table; empty without decay. */
  private readonly decays = new Map<string, TableDecay>();

  constructor(
    private readonly parts: TrainerParts,
    private readonly settings: TrainerSettings,
  ) {
    const { definition, parameters } = parts;
    const D = definition.embeddingSize;
    this.optimizer = createLayerOptimizer(settings);
    for (const { name, size } of tableBlocks(definition)) {
      if (settings.tableDecay) this.decays.set(name, new TableDecay(size));
      const table = parameters[embeddingName(name)];
      this.tables.set(name, createTrainedTable(table, D, settings.initialAccumulator));
    }
    this.blocks = definition.blocks.map((block) => ({
      input: vectorName(block.name),
      trained: this.tables.get(tableOf(block))!,
      bags: createBatchBags(),
      vectors: new Float32Array(settings.batchSize * D),
    }));
    this.layers = Object.fromEntries(
      Object.entries(parameters).filter(([name]) => !name.startsWith('block.')),
    );
  }

  /** Logits [N, C] of all examples of a cache, in order. */
  async logits(cache: FeatureCache): Promise<Float32Array> {
    const { numOutputs } = this.parts.definition;
    const logits = new Float32Array(cache.numExamples * numOutputs);
    for (let start = 0; start < cache.numExamples; start += this.settings.batchSize) {
      const B = Math.min(this.settings.batchSize, cache.numExamples - start);
      const examples = Int32Array.from({ length: B }, (_, index) => start + index);
      const feeds = { ...this.forwardBags(cache, examples), ...this.layerFeeds() };
      const outputs = await this.parts.session.run(feeds);
      logits.set(outputs['logits'].data, start * numOutputs);
    }
    return logits;
  }

  /**
   * One update on a batch; gives its mean loss before the update.
   * @param rateFactor of both rates
   * @throws AutodiffError NOT_FINITE naming step and tensor.
   */
  async trainBatch(batch: Batch, targets: Targets, rateFactor = 1): Promise<number> {
    const { features, places, rows } = batch;
    const { definition, step } = this.parts;
    const { seed } = this.settings;
    const learningRate = this.settings.learningRate * rateFactor;
    const embeddingLearningRate = this.settings.embeddingLearningRate * rateFactor;
    const feeds = {
      ...this.forwardBags(features, places),
      ...targetFeeds(targets, rows, definition.numOutputs),
      ...(this.settings.ranking && groupFeed(batch)),
    };
    this.numSteps++;
    const result = await step.run(feeds, {
      parameters: this.layers,
      step: this.numSteps,
      seed,
    });
    this.optimizer.step(this.layers, result.gradients, { learningRate, step: this.numSteps });
    const options = {
      B: rows.length,
      D: definition.embeddingSize,
      combiner: definition.combiner,
      learningRate: embeddingLearningRate,
    };
    this.decayTables(rows.length, embeddingLearningRate);
    for (const table of this.tables.values()) {
      const uses = this.blocks
        .filter(({ trained }) => trained === table)
        .map(({ input, bags }) => ({ bags, dVectors: result.extra[input].data }));
      updateTable(table, uses, options);
    }
    return result.loss;
  }

  /** Accumulators by parameter name, after every update so far; live views. Beside them a resume needs `numSteps`. */
  state(): Record<string, Float32Array> {
    const tables = [...this.tables].map(([name, { accumulator }]) => [
      embeddingName(name),
      accumulator,
    ]);
    return { ...Object.fromEntries(tables), ...this.optimizer.state() };
  }

  /** Puts back copies of what `state` gave and of the parameters of that moment; the next update is then the one after. */
  restore(
    parameters: Readonly<Record<string, Float32Array>>,
    accumulators: Readonly<Record<string, Float32Array>>,
    numSteps: number,
  ): void {
    for (const [name, values] of Object.entries(parameters))
      this.parts.parameters[name].set(values);
    const isTable = (name: string) => name.startsWith('block.');
    const layers = Object.entries(accumulators).filter(([name]) => !isTable(name));
    this.optimizer.restore(Object.fromEntries(layers));
    for (const [name, { accumulator }] of this.tables) {
      accumulator.set(accumulators[embeddingName(name)]);
    }
    this.numSteps = numSteps;
  }

  private decayTables(B: number, learningRate: number): void {
    const { embeddingSize: D } = this.parts.definition;
    const keep = 1 - learningRate * (this.settings.tableDecay ?? 0);
    for (const [name, decay] of this.decays) {
      const trained = this.tables.get(name)!;
      const bags = this.blocks.filter((block) => block.trained === trained).map((own) => own.bags);
      decay.shrink(trained.table, bags, { B, D, keep });
    }
  }

  private forwardBags(features: Batch['features'], examples: Int32Array): Feeds {
    const { embeddingSize: D, combiner } = this.parts.definition;
    const B = examples.length;
    const feeds: Feeds = {};
    this.blocks.forEach(({ input, trained, bags, vectors }, blockIndex) => {
      features.gather(blockIndex, examples, bags);
      const data = vectors.subarray(0, B * D);
      embeddingBag(data, bags.ids, bags.offsets, trained.table, { B, D, combiner });
      feeds[input] = { data, shape: [B, D] };
    });
    return feeds;
  }

  private layerFeeds(): Feeds {
    const shapeOf = (name: string, values: Float32Array): number[] => {
      if (name.endsWith('.bias')) return [values.length];
      const outputs = this.layers[name.replace(/weight$/, 'bias')].length;
      return [values.length / outputs, outputs];
    };
    return Object.fromEntries(
      Object.entries(this.layers).map(([name, data]) => [
        name,
        { data, shape: shapeOf(name, data) },
      ]),
    );
  }
}

function targetFeeds(targets: Targets, examples: Int32Array, numOutputs: number): Feeds {
  const feeds: Feeds = { targets: takeRows(targets.targets, examples, numOutputs) };
  if (targets.hardLabels !== undefined && targets.hardShares !== undefined) {
    feeds['hardLabels'] = takeRows(targets.hardLabels, examples, 1);
    feeds['hardShares'] = takeRows(targets.hardShares, examples, 1);
  }
  if (targets.weights !== undefined) feeds['weights'] = takeRows(targets.weights, examples, 1);
  return feeds;
}

/** Numbers of the groups, counted from 0 in the batch: rows of a group stand together, and small numbers are exact. */
function groupFeed({ groups }: Batch): Feeds {
  if (groups === undefined) return {};
  const data = new Float32Array(groups.length);
  for (let row = 1; row < groups.length; row++) {
    data[row] = data[row - 1] + (groups[row] === groups[row - 1] ? 0 : 1);
  }
  return { groups: { data, shape: [groups.length, 1] } };
}

/** Rows of values [N, C] at `examples [B]`. */
function takeRows(
  values: Float32Array,
  examples: Int32Array,
  numColumns: number,
): { data: Float32Array; shape: number[] } {
  const B = examples.length;
  const data = new Float32Array(B * numColumns);
  for (let row = 0; row < B; row++) {
    for (let c = 0; c < numColumns; c++) {
      data[row * numColumns + c] = values[examples[row] * numColumns + c];
    }
  }
  return { data, shape: [B, numColumns] };
}
