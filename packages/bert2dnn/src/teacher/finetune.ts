// Fine-tuning: an encoder and labelled examples -> a teacher folder. The best epoch by dev metric is kept.
import { availableParallelism } from 'node:os';
import { type ExampleSet, readExamples, requireTwoSides } from '../data/index.js';
import { Bert2dnnError } from '../foundation/errors.js';
import { checkFolderPlace } from '../foundation/folders.js';
import { type Progress, SILENT } from '../foundation/progress.js';
import type { DevMetrics } from './dev-metrics.js';
import type { TeacherTask } from './folder-extra.js';
import { startMimetic } from './mimetic-start.js';
import { isTeacherFolder, openModelFolder, saveClassifier } from './model-folder.js';
import { startSpectral, tokenPairs } from './spectral-start.js';
import { completeParameters, type StartModel } from './start-model.js';
import { createTinyModel, type TinyOptions } from './tiny.js';
import { type EpochResult, type TrainerOptions, trainClassifier } from './trainer.js';
import { readTrainingSet, type TrainingSet, taskOf } from './training-set.js';

/** Options of `finetune`. Those of training have the defaults of `trainerDefaults`. */
export interface FinetuneOptions extends Partial<TrainerOptions> {
  /** Hugging Face folder, or `tiny` for a small encoder from scratch. */
  model: string;
  /** Labelled examples to train on. */
  train: ExampleSet;
  /** Labelled examples that choose the best epoch. */
  dev: ExampleSet;
  /** Folder to write. */
  out: string;
  /** Tokens of a row at most. Default 64, and never more than the model's positions. */
  maxTokens?: number;
  /** Sizes of `tiny`. */
  tiny?: TinyOptions;
  progress?: Progress;
}

/** What a fine-tuning gives. */
export interface FinetuneResult {
  out: string;
  numExamples: number;
  numParameters: number;
  /** Metrics of the epoch that was kept, counted from 1. */
  bestEpoch: number;
  dev: DevMetrics;
  epochs: EpochResult[];
  seconds: number;
}

const DEFAULT_MAX_TOKENS = 64;

/** Defaults of a training: Devlin et al.'s for a pretrained encoder; from scratch more and larger steps. */
export function trainerDefaults(isTiny: boolean): TrainerOptions {
  return {
    epochs: isTiny ? 8 : 3,
    batchSize: 32,
    learningRate: isTiny ? 5e-4 : 5e-5,
    weightDecay: 0.01,
    warmupShare: 0.06,
    clipNorm: 1,
    seed: 1,
    threads: availableParallelism(),
  };
}

/**
 * Fine-tunes a classifier and writes its folder, whole or not at all.
 * Equal data, options and seed give equal bytes on one machine.
 * @throws Bert2dnnError LABELS_ONE_SIDED, NOT_FINITE naming step and tensor, TEACHER_INVALID, DISK_FULL, INTERRUPTED.
 */
export async function finetune(options: FinetuneOptions): Promise<FinetuneResult> {
  const { train, dev, out, progress = SILENT } = options;
  const startMs = performance.now();
  const task = taskOf(train);
  checkSameTask(train, dev, task);
  requireTwoSides(train);
  await checkFolderPlace(out, isTeacherFolder);
  const settings = { ...trainerDefaults(options.model === 'tiny'), ...definedOf(options) };
  const start = await openStart(options, settings.seed);
  const { config, tokenizer } = start;
  const maxTokens = Math.min(options.maxTokens ?? DEFAULT_MAX_TOKENS, config.encoder.maxPositions);
  const trainRows = await readTrainingSet(train, { tokenizer, maxTokens });
  const devRows = await readTrainingSet(dev, { tokenizer, maxTokens });
  const numOutputs = chooseNumOutputs(task, start);
  if (start.source === 'tiny' && task.kind === 'graded')
    startFromPairs(start, trainRows, settings.seed);
  const { parameters } = completeParameters(start.parameters, {
    encoder: config.encoder,
    numOutputs,
    seed: settings.seed,
  });
  const trained = await trainClassifier({
    encoder: config.encoder,
    numOutputs,
    isGraded: task.kind === 'graded',
    parameters,
    train: trainRows,
    dev: devRows,
    padId: tokenizer.padId,
    settings,
    progress,
    signal: options.signal,
  });
  const { epochs, bestEpoch } = trained;
  const best = epochs[bestEpoch - 1];
  const { threads: _, signal: __, ...recorded } = settings;
  await saveClassifier(out, {
    config,
    head: describeHead(task, numOutputs, config.labels),
    parameters: trained.parameters,
    tokenizerFiles: start.tokenizerFiles,
    extra: {
      fields: Object.keys(train.fields),
      maxTokens,
      task,
      training: { ...recorded, numExamples: train.numRows, bestEpoch },
      metrics: { ...best.dev },
    },
  });
  return {
    out,
    numExamples: train.numRows,
    numParameters: Object.values(parameters).reduce((sum, values) => sum + values.length, 0),
    bestEpoch,
    dev: best.dev,
    epochs,
    seconds: Math.round(performance.now() - startMs) / 1000,
  };
}

/** The training options that are given, without the others' `undefined`. */
function definedOf(options: FinetuneOptions): Partial<TrainerOptions> {
  const names = Object.keys(trainerDefaults(false)) as (keyof TrainerOptions)[];
  const given = names.filter((name) => options[name] !== undefined);
  return Object.fromEntries(given.map((name) => [name, options[name]]));
}

async function openStart(options: FinetuneOptions, seed: number): Promise<StartModel> {
  if (options.model === 'tiny') {
    const texts: string[] = [];
    for await (const batch of readExamples(options.train)) texts.push(...batch.fields.flat());
    return createTinyModel({ texts, seed, options: options.tiny });
  }
  const { config, tokenizer, tokenizerFiles, weights } = await openModelFolder(options.model);
  return {
    config,
    tokenizer,
    tokenizerFiles,
    parameters: weights.parameters,
    source: options.model,
  };
}

/**
 * A new encoder for pairs: tokens that occur in texts that belong together start near each other, and attention starts
 * by looking for them. A new encoder for single texts keeps its small random values.
 */
function startFromPairs(
  { config, parameters, tokenizer }: StartModel,
  rows: TrainingSet,
  seed: number,
): void {
  if (!rows.texts.typeIds.includes(1)) return;
  startMimetic(parameters, config.encoder);
  const { vocabularySize, hiddenSize } = config.encoder;
  const isSpecial = (id: number): boolean => tokenizer.specialIds.has(id);
  startSpectral(parameters['embeddings.token'], tokenPairs(rows.texts, rows.labels, isSpecial), {
    vocabularySize,
    hiddenSize,
    seed,
  });
}

/** A graded task has one output, unless the start is a binary head with two, which then learns on. */
function chooseNumOutputs(task: TeacherTask, { config, parameters }: StartModel): number {
  if (task.kind === 'classes') return task.classes.length;
  return config.numOutputs === 2 && 'classifier.weight' in parameters ? 2 : 1;
}

function describeHead(task: TeacherTask, numOutputs: number, known: readonly string[]) {
  if (task.kind === 'classes') {
    return { labels: task.classes, problemType: 'single_label_classification' as const };
  }
  if (numOutputs === 2)
    return { labels: known, problemType: 'single_label_classification' as const };
  // One logit with a sigmoid is what transformers calls a multi-label problem of one label.
  return { labels: ['LABEL_0'], problemType: 'multi_label_classification' as const };
}

function checkSameTask(train: ExampleSet, dev: ExampleSet, task: TeacherTask): void {
  const devTask = taskOf(dev);
  const fieldsOf = (set: ExampleSet) => Object.keys(set.fields).join(', ');
  if (fieldsOf(train) !== fieldsOf(dev)) {
    throw new Bert2dnnError(
      'COLUMN_MISSING',
      `${dev.files[0]}: the fields are ${fieldsOf(dev)}, expected ${fieldsOf(train)} as in ${train.files[0]}`,
    );
  }
  const classesOf = (one: TeacherTask) =>
    one.kind === 'classes' ? one.classes.join(', ') : 'grades';
  if (classesOf(devTask) === classesOf(task)) return;
  throw new Bert2dnnError(
    'LABEL_INVALID',
    `${dev.files[0]}: the labels are ${classesOf(devTask)}, expected ${classesOf(task)} as in ${train.files[0]}`,
  );
}
