// The training loop's core: parameters, optimizer state and updates by batches. Which batches: `batch-source.ts`.
// Knows no files and no text. The layers' products use the session's threads, the tables those of `tables/`.
import type { Optimizer, Session } from '@bert2dnn/autodiff';
import { embeddingName, type StudentDefinition, tableOf } from '@bert2dnn/student';
import { type BatchBags, createBatchBags, type FeatureCache } from './feature-cache.js';
import type { Batch } from './feature-window.js';
import { createLayerOptimizer, type LayerOptimizer } from './layer-optimizer.js';
import type { LayerStep } from './layer-steps.js';
import type { Ranking } from './ranking-loss.js';
import { vectorName } from './student-graph.js';
import { TableDecay } from './table-decay.js';
import { type JoinedBags, TableUses } from './tables/table-uses.js';
import { TrainedTables } from './tables/trained-tables.js';
import type { Targets } from './targets.js';

/** What a trainer runs on. */
export interface TrainerParts {
  definition: StudentDefinition;
  /** All parameters of the student by name; trained in place. A trainer replaces the tables by views of shared memory. */
  parameters: Record<string, Float32Array>;
  step: LayerStep;
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
  /** Threads that work on the tables, the caller's included; default 1. */
  threads?: number;
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
  /** Name of its parameter. */
  table: string;
  /** Name of the graph's input for its vectors. */
  input: string;
  bags: BatchBags;
}

type Feeds = Record<string, { data: Float32Array; shape: number[] }>;

/** Trains a student's parameters in place. The caller must `release` it. */
export class Trainer {
  /** Updates so far. */
  numSteps = 0;
  private readonly blocks: BlockState[];
  private readonly tables: TrainedTables;
  private readonly uses: TableUses;
  private readonly layers: Record<string, Float32Array>;
  private readonly optimizer: Optimizer;
  /** By table; empty without decay. */
  private readonly decays: TableDecay[] = [];

  constructor(
    private readonly parts: TrainerParts,
    private readonly settings: TrainerSettings,
  ) {
    const { definition, parameters } = parts;
    const { initialAccumulator, threads } = settings;
    this.optimizer = createLayerOptimizer(settings);
    this.blocks = definition.blocks.map((block) => ({
      table: embeddingName(tableOf(block)),
      input: vectorName(block.name),
      bags: createBatchBags(),
    }));
    this.uses = new TableUses(
      this.blocks.map(({ table }) => table),
      definition.embeddingSize,
    );
    this.tables = new TrainedTables({
      tables: this.uses.tables.map((name) => ({ name, rows: parameters[name] })),
      D: definition.embeddingSize,
      combiner: definition.combiner,
      initialAccumulator,
      threads,
    });
    for (const table of this.uses.tables) parameters[table] = this.tables.rows(table);
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

  /** Ends the threads of the tables and gives the parameters arrays of their own again. */
  async release(): Promise<void> {
    await this.tables.release();
    const { parameters } = this.parts;
    for (const table of this.uses.tables) parameters[table] = this.tables.rows(table).slice();
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
    const B = rows.length;
    const dVectors = this.blocks.map(({ input }) => result.extra[input].data);
    const { bags, numBags } = this.uses.joinBags(this.blocks, B);
    this.decayTables({ bags, numBags }, embeddingLearningRate);
    this.tables.update(this.uses.joinGradients(dVectors, B), bags, {
      B: numBags,
      learningRate: embeddingLearningRate,
    });
    return result.loss;
  }

  /** Accumulators by parameter name, after every update so far; live views. Beside them a resume needs `numSteps`. */
  state(): Record<string, Float32Array> {
    const tables = this.uses.tables.map((name) => [name, this.tables.accumulator(name)]);
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
    for (const name of this.uses.tables) this.tables.accumulator(name).set(accumulators[name]);
    this.numSteps = numSteps;
  }

  /** Before the update, of every table's own bags. */
  private decayTables({ bags, numBags }: JoinedBags, rate: number): void {
    const { tableDecay = 0 } = this.settings;
    if (tableDecay === 0) return;
    const { embeddingSize: D } = this.parts.definition;
    this.uses.tables.forEach((name, index) => {
      const rows = this.tables.rows(name);
      this.decays[index] ??= new TableDecay(rows.length / D);
      const sizes = { B: numBags, D, keep: 1 - rate * tableDecay };
      this.decays[index].shrink(rows, bags[index], sizes);
    });
  }

  private forwardBags(features: Batch['features'], examples: Int32Array): Feeds {
    const { embeddingSize: D } = this.parts.definition;
    const B = examples.length;
    this.blocks.forEach(({ bags }, blockIndex) => {
      features.gather(blockIndex, examples, bags);
    });
    const { bags, numBags } = this.uses.joinBags(this.blocks, B);
    const vectors = this.uses.splitVectors(this.tables.forward(bags, numBags), B);
    return Object.fromEntries(
      this.blocks.map(({ input }, index) => [input, { data: vectors[index], shape: [B, D] }]),
    );
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
