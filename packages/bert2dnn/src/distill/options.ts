// Options of `distill`: their meaning, defaults and limits. Structure and presets are in `presets.ts`.
import type { ExampleSet } from '../data/index.js';
import { Bert2dnnError, findNearestName } from '../foundation/errors.js';
import type { Progress } from '../foundation/progress.js';
import {
  defaultPreset,
  type Preset,
  parsePreset,
  type StructureOptions,
  TRAINING_DEFAULTS,
} from './presets.js';
import { LOSSES, type Loss } from './student-graph.js';

/** Options of `distill`. */
export interface DistillOptions
  extends Omit<StructureOptions, 'numOutputs' | 'classes' | 'labelRange'> {
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
  /** Adagrad's rate for the layers, > 0. Default: the preset's. */
  learningRate?: number;
  /** Adagrad's rate for the tables, > 0. Default: the preset's, in the same ratio to `learningRate`. */
  embeddingLearningRate?: number;
  /**
   * Start of Adagrad's accumulators, > 0. Losses are means, so gradients shrink with the batch: a start that is large
   * against their squares keeps the first steps small. Default: the preset's.
   */
  initialAccumulator?: number;
  /** Default `soft-cross-entropy`. */
  loss?: string;
  /** Share of the loss on gold labels, 0..1, on rows that have one. Default 0. */
  hardShare?: number;
  /** T of the soft labels, for the stored calibration. Default: what `labels` says, else 1. */
  temperature?: number;
  /** Occurrences that an n-gram needs for the vocabulary. Default: the preset's. */
  minCount?: number;
  /** Distinct n-grams counted at once; see `TokenCountsOptions`. */
  maxTokens?: number;
  /** Seed of first values and shuffling. Default 1. */
  seed?: number;
  /** Threads of the layers' products. Default 1. */
  threads?: number;
  progress?: Progress;
}

/** Every setting of a training, defaults filled in. */
export interface DistillSettings {
  preset: Preset;
  epochs: number;
  batchSize: number;
  learningRate: number;
  embeddingLearningRate: number;
  initialAccumulator: number;
  loss: Loss;
  hardShare: number;
  minCount: number;
  seed: number;
  threads: number;
}

/** Fills in the defaults. @throws Bert2dnnError USAGE for a setting outside its range. */
export function resolveSettings(options: DistillOptions): DistillSettings {
  const fields = Object.keys(options.input.fields);
  const preset = options.preset === undefined ? defaultPreset(fields) : parsePreset(options.preset);
  const defaults = TRAINING_DEFAULTS[preset];
  const learningRate = options.learningRate ?? defaults.learningRate;
  const ratio = defaults.embeddingLearningRate / defaults.learningRate;
  const settings: DistillSettings = {
    preset,
    epochs: options.epochs ?? defaults.epochs,
    batchSize: options.batchSize ?? defaults.batchSize,
    learningRate,
    embeddingLearningRate: options.embeddingLearningRate ?? learningRate * ratio,
    initialAccumulator: options.initialAccumulator ?? defaults.initialAccumulator,
    loss: parseLoss(options.loss ?? 'soft-cross-entropy'),
    hardShare: options.hardShare ?? 0,
    minCount: options.minCount ?? defaults.minCount,
    seed: options.seed ?? 1,
    threads: options.threads ?? 1,
  };
  for (const name of ['epochs', 'batchSize', 'minCount', 'threads'] as const) {
    if (Number.isInteger(settings[name]) && settings[name] >= 1) continue;
    throw outOfRange(name, settings[name], 'a whole number from 1');
  }
  for (const name of ['learningRate', 'embeddingLearningRate', 'initialAccumulator'] as const) {
    if (settings[name] > 0 && Number.isFinite(settings[name])) continue;
    throw outOfRange(name, settings[name], 'a number > 0');
  }
  if (!(settings.hardShare >= 0 && settings.hardShare <= 1)) {
    throw outOfRange('hardShare', settings.hardShare, '0..1');
  }
  if (options.temperature !== undefined && !(options.temperature > 0)) {
    throw outOfRange('temperature', options.temperature, 'a number > 0');
  }
  return settings;
}

function parseLoss(name: string): Loss {
  const known = LOSSES.find((loss) => loss === name);
  if (known !== undefined) return known;
  const nearest = findNearestName(name, LOSSES);
  throw new Bert2dnnError('USAGE', `loss: got "${name}", expected ${LOSSES.join(' or ')}`, {
    hint: nearest && `Did you mean "${nearest}"?`,
  });
}

function outOfRange(name: string, value: number, expected: string): Bert2dnnError {
  return new Bert2dnnError('USAGE', `distill: ${name} must be ${expected}, got ${value}`);
}
