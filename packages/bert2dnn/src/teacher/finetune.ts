// Fine-tuning: an encoder and labelled examples -> a teacher folder. The best epoch by dev metric is kept.
import type { ExampleSet } from '../data/index.js';
import { checkFolderPlace } from '../foundation/folders.js';
import { type Progress, SILENT } from '../foundation/progress.js';
import type { ClassWeights } from './class-weights.js';
import type { EncoderConfig, HeadDescription } from './config.js';
import type { DevMetrics } from './dev-metrics.js';
import type { SelectionRule } from './epoch-choice.js';
import { checkTask, chooseMaxTokens, readRows } from './finetune-rows.js';
import type { FolderExtra, ModelProvenance, TeacherTask } from './folder-extra.js';
import { chooseHead, type HeadRule, withoutHead } from './head-choice.js';
import { givenSettings, type LoopSettings, loopDefaults } from './loop-settings.js';
import { startMimetic } from './mimetic-start.js';
import { openModelFolder } from './model-folder.js';
import { describeProvenance } from './provenance.js';
import { encodeQuantized, measureQuantized, type QuantizedMetrics } from './quantized-model.js';
import { isTeacherFolder, saveClassifier } from './save-folder.js';
import { startSpectral, tokenPairs } from './spectral-start.js';
import { completeParameters, type StartModel } from './start-model.js';
import { countWords, createTinyModel, type TinyOptions } from './tiny.js';
import { trainClassifier } from './trainer.js';
import { checkpointFolderOf, removeCheckpoints } from './training-checkpoint.js';
import type { EpochResult, TrainingLoopResult } from './training-loop.js';
import type { TrainingSet } from './training-set.js';

/** Options of `finetune`. Those of the training loop have the defaults of `trainerDefaults`. */
export interface FinetuneOptions extends Partial<LoopSettings> {
  /** Hugging Face folder, or `tiny` for a small encoder from scratch. */
  model: string;
  /** Labelled examples to train on. A weight column says how much each row counts. */
  train: ExampleSet;
  /** Labelled examples that choose the best epoch; each counts the same. */
  dev: ExampleSet;
  /** Folder to write. Until it is there, checkpoints are kept in a hidden folder beside it. */
  out: string;
  /** Tokens of a row at most. Default 64, and never more than the model's positions. */
  maxTokens?: number;
  /** How much each class counts. Default: all the same. */
  classWeights?: ClassWeights;
  /** By which dev metric the epoch is chosen. Default `auto`: AUC, or accuracy where there is none. */
  selectBy?: SelectionRule;
  /** Whether a start's head is trained on or thrown away. Default `keep`. */
  head?: HeadRule;
  /** Dropout of the training, everywhere where the encoder has some. Default: the encoder's own rates. */
  dropout?: number;
  /** Sizes of `tiny`. */
  tiny?: TinyOptions;
  progress?: Progress;
  /** Stops between updates; what was done is kept for a later run with equal options. */
  signal?: AbortSignal;
}

/** What a fine-tuning gives. */
export interface FinetuneResult {
  out: string;
  numExamples: number;
  numParameters: number;
  /** Metrics of the epoch that was kept, counted from 1. */
  bestEpoch: number;
  dev: DevMetrics;
  /** The same metrics of the int8 model, and how far its logits are from those of float32. */
  int8: QuantizedMetrics;
  epochs: EpochResult<DevMetrics>[];
  /** Updates of the weights, those of an earlier run included. */
  updates: number;
  /** Tokens a second while training, the mean of the epochs. */
  tokensPerSecond: number;
  /** Whether `patience` ended the training before its last epoch. */
  stoppedEarly: boolean;
  /** Updates that an earlier, broken off run had done; 0 for none. */
  resumedFrom: number;
  seconds: number;
}

const DEFAULT_MAX_TOKENS = 64;

/** Defaults of a training: Devlin et al.'s for a pretrained encoder; from scratch more and larger steps. */
export function trainerDefaults(isTiny: boolean): LoopSettings {
  return loopDefaults({ isTiny, epochs: isTiny ? 8 : 3 });
}

/**
 * Fine-tunes a classifier and writes its folder, whole or not at all. A run that was broken off goes on from its last
 * checkpoint. Equal data, options and seed give equal bytes on one machine.
 * @throws Bert2dnnError LABELS_ONE_SIDED, LABEL_INVALID, NOT_FINITE naming step and tensor, TEACHER_INVALID, DISK_FULL,
 *   INTERRUPTED.
 */
export async function finetune(options: FinetuneOptions): Promise<FinetuneResult> {
  const { train, dev, out, selectBy, classWeights, progress = SILENT } = options;
  const startMs = performance.now();
  const task = checkTask(train, dev);
  await checkFolderPlace(out, isTeacherFolder);
  const settings = { ...trainerDefaults(options.model === 'tiny'), ...givenSettings(options) };
  const { seed } = settings;
  const start = await openStart(options, seed);
  const { config, tokenizer } = start;
  const { numOutputs, description } = chooseHead(task, start);
  const maxTokens = chooseMaxTokens(options.maxTokens ?? DEFAULT_MAX_TOKENS, start, progress);
  const reading = { train, dev, task, tokenizer, maxTokens, classWeights, selectBy, progress };
  const rows = await readRows(reading);
  if (start.source === 'tiny' && task.kind === 'graded') startFromPairs(start, rows.train, seed);
  const encoder = withDropout(config.encoder, options.dropout);
  const { parameters } = completeParameters(start.parameters, { encoder, numOutputs, seed });
  const checkpointFolder = checkpointFolderOf(out);
  const trained = await trainClassifier({
    encoder,
    numOutputs,
    isGraded: task.kind === 'graded',
    parameters,
    ...rows,
    padId: tokenizer.padId,
    selectBy,
    settings,
    checkpointFolder,
    progress,
    signal: options.signal,
  });
  const done = { settings, task, maxTokens, trained };
  const int8 = await save(options, { ...done, start, head: description, dev: rows.dev });
  await removeCheckpoints(checkpointFolder);
  return describeResult(options, { trained, int8, startMs });
}

type Trained = TrainingLoopResult<DevMetrics>;

interface TrainingDone {
  settings: LoopSettings;
  task: TeacherTask;
  maxTokens: number;
  trained: Trained;
}

/** Measures the int8 model and writes the folder. */
async function save(
  options: FinetuneOptions,
  {
    start,
    head,
    dev,
    ...done
  }: TrainingDone & { start: StartModel; head: HeadDescription; dev: TrainingSet },
): Promise<QuantizedMetrics> {
  const { config, tokenizer, tokenizerFiles } = start;
  const { parameters } = done.trained;
  const model = { encoder: config.encoder, numOutputs: head.labels.length, parameters };
  const quantized = encodeQuantized(model);
  const int8 = await measureQuantized({
    ...model,
    quantized,
    isGraded: done.task.kind === 'graded',
    dev,
    padId: tokenizer.padId,
    threads: done.settings.threads,
  });
  const { model: base, train, dev: devSet, out } = options;
  const provenance = await describeProvenance({ base, train, dev: devSet });
  const extra = describeTraining(options, { ...done, int8, provenance });
  await saveClassifier(out, { config, head, parameters, tokenizerFiles, extra, quantized });
  return int8;
}

/** The bert2dnn.json; of the options it holds those that a result depends on. */
function describeTraining(
  options: FinetuneOptions,
  {
    settings,
    task,
    maxTokens,
    trained,
    int8,
    provenance,
  }: TrainingDone & { int8: QuantizedMetrics; provenance: ModelProvenance },
): FolderExtra {
  const { train, classWeights, selectBy, head, dropout } = options;
  const { threads: _, checkpointSteps: __, ...recorded } = settings;
  const { epochs, bestEpoch } = trained;
  return {
    fields: Object.keys(train.fields),
    maxTokens,
    task,
    training: {
      ...recorded,
      classWeights,
      weight: train.weight,
      selectBy,
      head,
      dropout,
      numExamples: train.numRows,
      bestEpoch,
    },
    metrics: {
      ...epochs[bestEpoch - 1].dev,
      int8: { ...int8 },
      epochs: epochs.map(({ trainLoss, dev }) => ({ trainLoss, ...dev })),
    },
    provenance,
  };
}

function describeResult(
  { out, train }: FinetuneOptions,
  { trained, int8, startMs }: { trained: Trained; int8: QuantizedMetrics; startMs: number },
): FinetuneResult {
  const { epochs, bestEpoch, parameters, updates, stoppedEarly, resumedFrom } = trained;
  return {
    out,
    numExamples: train.numRows,
    numParameters: Object.values(parameters).reduce((sum, values) => sum + values.length, 0),
    bestEpoch,
    dev: epochs[bestEpoch - 1].dev,
    int8,
    epochs,
    updates,
    tokensPerSecond: meanSpeed(epochs),
    stoppedEarly,
    resumedFrom,
    seconds: Math.round(performance.now() - startMs) / 1000,
  };
}

async function openStart(options: FinetuneOptions, seed: number): Promise<StartModel> {
  if (options.model === 'tiny') {
    const texts = await countWords(options.train);
    return createTinyModel({ texts, seed, options: options.tiny });
  }
  const { config, tokenizer, tokenizerFiles, weights } = await openModelFolder(options.model);
  const { parameters } = weights;
  const start = { config, tokenizer, tokenizerFiles, parameters, source: options.model };
  return options.head === 'new' ? withoutHead(start) : start;
}

function withDropout(encoder: EncoderConfig, rate: number | undefined): EncoderConfig {
  if (rate === undefined) return encoder;
  return { ...encoder, hiddenDropout: rate, attentionDropout: rate, classifierDropout: rate };
}

function meanSpeed(epochs: readonly EpochResult<DevMetrics>[]): number {
  const sum = epochs.reduce((total, { tokensPerSecond }) => total + tokensPerSecond, 0);
  return Math.round(sum / epochs.length);
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
