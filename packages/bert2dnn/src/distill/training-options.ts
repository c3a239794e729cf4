// Options of how a student is trained towards its labels: losses, rates, regularisation. Their meaning, defaults and limits.
import { Bert2dnnError, findNearestName } from '../foundation/errors.js';
import type { ClassWeights } from '../teacher/class-weights.js';
import { SCHEDULES, type ScheduleName } from '../teacher/loop-settings.js';
import { type LayerOptimizer, OPTIMIZERS } from './layer-optimizer.js';
import type { TrainingDefaults } from './presets.js';
import { RANKINGS, type Ranking } from './ranking-loss.js';
import type { StudentGraphOptions } from './student-graph.js';
import { LOSSES, type Loss } from './student-loss.js';

/** Options of the loss, the optimizers and what keeps a student from learning by heart. */
export interface TrainingOptions {
  /** Of single rows. Default `soft-cross-entropy`. */
  loss?: string;
  /** Share of the loss on gold labels, 0..1, on rows that have one. Default 0. */
  hardShare?: number;
  /**
   * `pairwise` or `listwise`: also compare the rows of a group (the group column, or the field `query`), which then stand
   * together in a batch. One output only. Default: none.
   */
  ranking?: string;
  /** Share of the ranking loss, above 0 and at most 1; with 1 scores are only an order. Default 0.5. */
  rankingShare?: number;
  /** Temperature of `listwise`, > 0: larger lets the lower rows of a list speak. Default 1. */
  rankingTemperature?: number;
  /** How much each class counts: `balanced` or by name; grades have `negative` and `positive`. Default: all the same. */
  classWeights?: ClassWeights;
  /**
   * Rate of the layers, > 0, or `auto`: the preset's, times the factor that learns fastest on the first batches; the
   * tables' rate has the same factor. Default: the preset's, 0.001 with `adamw`.
   */
  learningRate?: number | 'auto';
  /** Adagrad's rate for the tables, > 0. Default: the preset's, in the same ratio to an Adagrad `learningRate`. */
  embeddingLearningRate?: number;
  /**
   * Start of Adagrad's accumulators, > 0. Losses are means, so gradients shrink with the batch: a start that is large
   * against their squares keeps the first steps small. Default: the preset's.
   */
  initialAccumulator?: number;
  /**
   * First values of the n-grams' tables as a share of the fan-in scale, above 0. Smaller: n-grams that are hardly met add
   * less noise. Default: the preset's.
   */
  tableStart?: number;
  /** Of the layers: `adagrad` (default) or `adamw`. */
  optimizer?: string;
  /** How the rates go on after their warm-up: `constant` (default), `linear` or `cosine`, both down to 0. */
  schedule?: string;
  /** Share of the training over which the rates rise, 0 or more and below 1. Default 0. */
  warmupShare?: number;
  /** Dropout of the hidden layers, in [0, 1). Default 0. */
  dropout?: number;
  /** Dropout of the numbers of the blocks' vectors, in [0, 1). Default 0. */
  inputDropout?: number;
  /** Decoupled decay of the layers' weights, times their rate, 0 or more. Default 0. */
  weightDecay?: number;
  /** Decay of the table rows that a batch touches, times the tables' rate, 0 or more. Default 0. */
  tableDecay?: number;
}

/** Those settings, defaults filled in. */
export interface TrainingSettings {
  loss: Loss;
  hardShare: number;
  ranking?: Ranking;
  rankingShare: number;
  rankingTemperature: number;
  classWeights?: ClassWeights;
  /** With `isAutoRate` before the factor that is found. */
  learningRate: number;
  isAutoRate: boolean;
  embeddingLearningRate: number;
  initialAccumulator: number;
  tableStart: number;
  optimizer: LayerOptimizer;
  schedule: ScheduleName;
  warmupShare: number;
  dropout: number;
  inputDropout: number;
  weightDecay: number;
  tableDecay: number;
}

/** PyTorch's and Kingma and Ba's rate. */
const ADAMW_RATE = 0.001;

/** Fills in the defaults. @throws Bert2dnnError USAGE for a setting outside its range. */
export function resolveTraining(
  options: TrainingOptions,
  defaults: TrainingDefaults,
): TrainingSettings {
  const { ranking } = options;
  const optimizer = parseName('optimizer', options.optimizer ?? 'adagrad', OPTIMIZERS);
  const isAutoRate = options.learningRate === 'auto';
  const given = options.learningRate === 'auto' ? undefined : options.learningRate;
  const isAdagrad = optimizer === 'adagrad';
  // A rate of AdamW says nothing about Adagrad's of the tables.
  const factor = isAdagrad && given !== undefined ? given / defaults.learningRate : 1;
  const settings: TrainingSettings = {
    loss: parseName('loss', options.loss ?? 'soft-cross-entropy', LOSSES),
    hardShare: options.hardShare ?? 0,
    ...(ranking !== undefined && { ranking: parseName('ranking', ranking, RANKINGS) }),
    rankingShare: options.rankingShare ?? 0.5,
    rankingTemperature: options.rankingTemperature ?? 1,
    ...(options.classWeights !== undefined && { classWeights: options.classWeights }),
    learningRate: given ?? (isAdagrad ? defaults.learningRate : ADAMW_RATE),
    isAutoRate,
    embeddingLearningRate: options.embeddingLearningRate ?? defaults.embeddingLearningRate * factor,
    initialAccumulator: options.initialAccumulator ?? defaults.initialAccumulator,
    tableStart: options.tableStart ?? defaults.tableStart,
    optimizer,
    schedule: parseName('schedule', options.schedule ?? 'constant', SCHEDULES),
    warmupShare: options.warmupShare ?? 0,
    dropout: options.dropout ?? 0,
    inputDropout: options.inputDropout ?? 0,
    weightDecay: options.weightDecay ?? 0,
    tableDecay: options.tableDecay ?? 0,
  };
  checkRanges(settings);
  checkRanking(options);
  return settings;
}

/** What the graph of a training is built for. */
export function graphOptionsOf(
  settings: TrainingSettings,
  has: { hardLabels: boolean; weights: boolean },
): StudentGraphOptions {
  const { ranking, rankingShare: share, rankingTemperature: temperature } = settings;
  return {
    loss: settings.loss,
    hasHardLabels: has.hardLabels,
    hasWeights: has.weights,
    ranking: ranking && { ranking, share, temperature },
    dropout: settings.dropout,
    inputDropout: settings.inputDropout,
  };
}

type NumberName = {
  [Name in keyof TrainingSettings]-?: TrainingSettings[Name] extends number ? Name : never;
}[keyof TrainingSettings];

const RANGES: { names: NumberName[]; expected: string; accepts: (value: number) => boolean }[] = [
  {
    names: [
      'learningRate',
      'embeddingLearningRate',
      'initialAccumulator',
      'tableStart',
      'rankingTemperature',
    ],
    expected: 'a number > 0',
    accepts: (value) => value > 0 && Number.isFinite(value),
  },
  {
    names: ['weightDecay', 'tableDecay'],
    expected: 'a number of at least 0',
    accepts: (value) => value >= 0 && Number.isFinite(value),
  },
  { names: ['hardShare'], expected: '0..1', accepts: (value) => value >= 0 && value <= 1 },
  {
    names: ['rankingShare'],
    expected: 'above 0 and at most 1',
    accepts: (value) => value > 0 && value <= 1,
  },
  {
    names: ['dropout', 'inputDropout', 'warmupShare'],
    expected: 'at least 0 and below 1',
    accepts: (value) => value >= 0 && value < 1,
  },
];

function checkRanges(settings: TrainingSettings): void {
  for (const { names, expected, accepts } of RANGES) {
    const name = names.find((own) => !accepts(settings[own]));
    if (name === undefined) continue;
    throw new Bert2dnnError('USAGE', `distill: ${name} must be ${expected}, got ${settings[name]}`);
  }
  // A rate beyond this would turn weights around instead of shrinking them.
  const { learningRate, weightDecay, embeddingLearningRate, tableDecay } = settings;
  if (learningRate * weightDecay < 1 && embeddingLearningRate * tableDecay < 1) return;
  throw new Bert2dnnError('USAGE', 'distill: decay times its rate must be below 1', {
    hint: 'Lower weightDecay or tableDecay.',
  });
}

/** Options of a ranking loss without one are a mistake. */
function checkRanking(options: TrainingOptions): void {
  if (options.ranking !== undefined) return;
  for (const name of ['rankingShare', 'rankingTemperature'] as const) {
    if (options[name] === undefined) continue;
    throw new Bert2dnnError('USAGE', `distill: ${name} is ${options[name]} without a ranking`, {
      hint: `Give --ranking ${RANKINGS.join(' or ')}.`,
    });
  }
}

/** The name as one of the known ones. @throws Bert2dnnError USAGE for another. */
export function parseName<Name extends string>(
  option: string,
  name: string,
  names: readonly Name[],
): Name {
  const known = names.find((own) => own === name);
  if (known !== undefined) return known;
  const nearest = findNearestName(name, names);
  throw new Bert2dnnError('USAGE', `${option}: got "${name}", expected ${names.join(' or ')}`, {
    hint: nearest && `Did you mean "${nearest}"?`,
  });
}
