// Options of `distill`: their meaning, defaults and limits. Structure and presets are in `presets.ts`.
import { PRECISIONS, type Precision, type StudentDefinition } from '@bert2dnn/student';
import type { ExampleSet } from '../data/index.js';
import { Bert2dnnError } from '../foundation/errors.js';
import type { Progress } from '../foundation/progress.js';
import { SHARD_EXAMPLES } from './feature-store.js';
import {
  defaultPreset,
  type Preset,
  parsePreset,
  type StructureOptions,
  TRAINING_DEFAULTS,
} from './presets.js';
import { VOCABULARY_CRITERIA, type VocabularyCriterion } from './token-choice.js';
import {
  parseName,
  resolveTraining,
  type TrainingOptions,
  type TrainingSettings,
} from './training-options.js';

/** Options of `distill`. */
export interface DistillOptions
  extends TrainingOptions,
    Omit<StructureOptions, 'numOutputs' | 'classes' | 'labelRange'> {
  /** The transfer set; its own label column is used without `labels`, and by `hardShare`. */
  input: ExampleSet;
  /** Folder of soft labels that `stack` wrote for these inputs. Default: the label column. */
  labels?: string;
  /** Gold-labelled examples; the epoch that does best on them is kept. Default: the last epoch. */
  dev?: ExampleSet;
  out: string;
  /** `paper`, `bag`, `pair` or `tower`. Default: `pair` for two or more fields, else `bag`. */
  preset?: string;
  /** Passes over the input, 1 or more. Default: the preset's. */
  epochs?: number;
  /** Examples of an update, 1 or more. Larger is faster and less exact. Default: the preset's. */
  batchSize?: number;
  /** T of the soft labels, for the stored calibration. Default: what `labels` says, else 1. */
  temperature?: number;
  /** Occurrences that an n-gram needs for the vocabulary. Default: the preset's. */
  minCount?: number;
  /** `frequency` (default), or `information`: n-grams whose presence tells most of the soft label. */
  vocabularyBy?: string;
  /** Distinct n-grams counted in memory; see `VocabularyOptions`. */
  maxTokens?: number;
  /**
   * How the student's tables and weights are stored; they are trained in float32 always. Default `float32`, and `int8` where
   * `maxSize` is too small for that: more n-grams and wider layers in the same bytes are worth more than the rounding.
   */
  precision?: Precision;
  /** Most bytes of the folder: the student is made smaller until it fits, see `planSize`. Default: no limit. */
  maxSize?: number;
  /**
   * Leave out n-grams that no example has that was trained on, because only rows without a soft label or of weight 0 have
   * them. Default `true`. Never with `start`: what an earlier training learnt stays.
   */
  prune?: boolean;
  /** Folder of a student to go on from: its definition and vocabularies are kept. Default: a new one. */
  start?: string;
  /** Folder of soft labels that `stack` wrote for the dev examples, for agreement with the teacher. One output only. */
  devLabels?: string;
  /** Updates between dev figures, beside those at the end of an epoch; 0 (default): none between. */
  evalEvery?: number;
  /** Stop after so many dev figures without a better one; 0 (default): never. */
  patience?: number;
  /**
   * Folder for features, which stays, so that later trainings on the same texts need no text work. Default: a hidden folder
   * beside `out`, removed when the student is in place.
   */
  cache?: string;
  /**
   * MiB of features that are shuffled together, > 0. Two such windows are in memory. An input that fits into one is shuffled
   * as a whole. Default 128.
   */
  windowSize?: number;
  /** Examples of a shard of features, a power of two from 1 to 2^20. Default 32,768. */
  shardExamples?: number;
  /** Rows of a group (the group column or the field `query`) next to each other in a batch. Default: with `ranking`. */
  byGroup?: boolean;
  /** Least seconds between checkpoints, 0 or more. Changes no result. Default 60. */
  checkpointSeconds?: number;
  /** Seed of first values and shuffling. Default 1. */
  seed?: number;
  /** Threads of the layers' products, and those that count and featurise. Changes no result. Default 1. */
  threads?: number;
  progress?: Progress;
}

/** Every setting of a training, defaults filled in. */
export interface DistillSettings extends TrainingSettings {
  preset: Preset;
  epochs: number;
  batchSize: number;
  minCount: number;
  vocabularyBy: VocabularyCriterion;
  maxSize?: number;
  /** Absent: see `choosePrecision`. */
  precision?: Precision;
  prune: boolean;
  evalEvery: number;
  patience: number;
  windowSize: number;
  shardExamples: number;
  byGroup: boolean;
  checkpointSeconds: number;
  seed: number;
  threads: number;
}

/** Fills in the defaults: the preset's, and without one of the student to start from. @throws Bert2dnnError USAGE for a setting outside its range. */
export function resolveSettings(
  options: DistillOptions,
  start?: StudentDefinition,
): DistillSettings {
  const fields = Object.keys(options.input.fields);
  const name = options.preset ?? start?.preset;
  const preset = name === undefined ? defaultPreset(fields) : parsePreset(name);
  const defaults = TRAINING_DEFAULTS[preset];
  const training = resolveTraining(options, defaults);
  const { precision } = options;
  const settings: DistillSettings = {
    preset,
    ...training,
    epochs: options.epochs ?? defaults.epochs,
    batchSize: options.batchSize ?? defaults.batchSize,
    minCount: options.minCount ?? defaults.minCount,
    vocabularyBy: parseCriterion(options.vocabularyBy ?? 'frequency'),
    ...(options.maxSize !== undefined && { maxSize: options.maxSize }),
    ...(precision !== undefined && {
      precision: parseName('precision', precision, PRECISIONS),
    }),
    prune: options.prune ?? true,
    evalEvery: options.evalEvery ?? 0,
    patience: options.patience ?? 0,
    windowSize: options.windowSize ?? 128,
    shardExamples: options.shardExamples ?? SHARD_EXAMPLES,
    byGroup: options.byGroup ?? training.ranking !== undefined,
    checkpointSeconds: options.checkpointSeconds ?? 60,
    seed: options.seed ?? 1,
    threads: options.threads ?? 1,
  };
  checkSettings(options, settings);
  return settings;
}

function checkSettings(options: DistillOptions, settings: DistillSettings): void {
  for (const name of ['epochs', 'batchSize', 'minCount', 'threads'] as const) {
    if (Number.isInteger(settings[name]) && settings[name] >= 1) continue;
    throw outOfRange(name, settings[name], 'a whole number from 1');
  }
  if (settings.maxSize !== undefined && !(settings.maxSize > 0)) {
    throw outOfRange('maxSize', settings.maxSize, 'a number > 0');
  }
  if (settings.maxSize !== undefined && options.start !== undefined) {
    throw new Bert2dnnError('USAGE', 'distill: got both maxSize and start, expected one of them', {
      hint: 'The structure of a student to go on from is kept.',
    });
  }
  checkPath(options, settings);
  checkGroups(options, settings);
  if (options.temperature !== undefined && !(options.temperature > 0)) {
    throw outOfRange('temperature', options.temperature, 'a number > 0');
  }
}

/** Settings of how examples come and when figures are taken. */
function checkPath(options: DistillOptions, settings: DistillSettings): void {
  for (const name of ['evalEvery', 'patience'] as const) {
    const value = settings[name];
    if (!Number.isInteger(value) || value < 0)
      throw outOfRange(name, value, 'a whole number from 0');
    if (value === 0 || options.dev !== undefined) continue;
    throw new Bert2dnnError('USAGE', `distill: ${name} is ${value} but there are no dev examples`, {
      hint: 'Give --dev labelled rows, or leave the option out.',
    });
  }
  const { windowSize, shardExamples, checkpointSeconds } = settings;
  if (!(windowSize > 0)) throw outOfRange('windowSize', windowSize, 'a number > 0');
  if (!(checkpointSeconds >= 0)) {
    throw outOfRange('checkpointSeconds', checkpointSeconds, 'a number of at least 0');
  }
  const bits = Math.log2(shardExamples);
  if (!Number.isInteger(bits) || bits < 0 || bits > 20) {
    throw outOfRange('shardExamples', shardExamples, 'a power of two from 1 to 1048576');
  }
}

function checkGroups({ input }: DistillOptions, { ranking, byGroup }: DistillSettings): void {
  if (ranking !== undefined && !byGroup) {
    throw new Bert2dnnError('USAGE', `distill: ${ranking} ranking needs batches by group`, {
      hint: 'Leave byGroup out.',
    });
  }
  if (!byGroup || input.group !== undefined) return;
  throw new Bert2dnnError('USAGE', 'distill: batches by group need groups, got none', {
    hint: 'Name the column with --group, or call a field "query".',
  });
}

function parseCriterion(name: string): VocabularyCriterion {
  const known = VOCABULARY_CRITERIA.find((criterion) => criterion === name);
  if (known !== undefined) return known;
  throw new Bert2dnnError(
    'USAGE',
    `vocabularyBy: got "${name}", expected ${VOCABULARY_CRITERIA.join(' or ')}`,
  );
}

function outOfRange(name: string, value: number, expected: string): Bert2dnnError {
  return new Bert2dnnError('USAGE', `distill: ${name} must be ${expected}, got ${value}`);
}
