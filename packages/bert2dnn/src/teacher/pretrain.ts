// Pretraining: an encoder and unlabelled texts -> an encoder that knows their language, by telling masked words.
// The start of a fine-tuning, not a teacher yet.
import { join } from 'node:path';
import type { ExampleSet } from '../data/index.js';
import { Bert2dnnError } from '../foundation/errors.js';
import { fingerprintArrays, type Json } from '../foundation/fingerprint.js';
import { checkFolderPlace } from '../foundation/folders.js';
import { type Progress, SILENT } from '../foundation/progress.js';
import { type EncoderConfig, requireMaskedLm } from './config.js';
import { lengthOfRow } from './encoded-texts.js';
import { holdOut } from './held-out.js';
import { givenSettings, type LoopSettings } from './loop-settings.js';
import { createMasker } from './masked-batch.js';
import type { MaskedMetrics } from './masked-metrics.js';
import { DEFAULT_MASK_SHARE, wholeWordMasking } from './masking.js';
import { openModelFolder } from './model-folder.js';
import { initializeParameter, maskedLanguageModelShapes, type Parameters } from './parameters.js';
import {
  type PretrainingRows,
  pretrainerDefaults,
  trainMaskedLanguageModel,
} from './pretrainer.js';
import { type PretrainingSet, readPretrainingSet } from './pretraining-set.js';
import { describeProvenance } from './provenance.js';
import { isTeacherFolder, saveMaskedLanguageModel } from './save-folder.js';
import type { StartModel } from './start-model.js';
import { countWords, createTinyModel, type TinyOptions } from './tiny.js';
import { checkpointFolderOf, removeCheckpoints } from './training-checkpoint.js';
import type { EpochResult, TrainingLoopResult } from './training-loop.js';

/** Options of `pretrain`. Those of the training have the defaults of `pretrainerDefaults`. */
export interface PretrainOptions extends Partial<LoopSettings> {
  /** Hugging Face folder to go on from, or `tiny` for a small encoder from scratch. */
  model: string;
  /** Texts to learn from; labels are not read. */
  input: ExampleSet;
  /** Texts that choose the best epoch. Default: `devShare` of the input's rows. */
  dev?: ExampleSet;
  /** Folder to write. */
  out: string;
  /** Tokens of a row at most; longer single texts become several rows. Default 64, and never more than the positions. */
  maxTokens?: number;
  /** Share of the words of a row that are masked. Default 0.15. */
  maskShare?: number;
  /** Share of the rows that is held out without `dev`. Default 0.02. */
  devShare?: number;
  /** Sizes of `tiny`. */
  tiny?: TinyOptions;
  progress?: Progress;
  /** Stops between steps; what was done is kept for a later run. */
  signal?: AbortSignal;
}

/** What a pretraining gives. */
export interface PretrainResult {
  out: string;
  /** Rows learnt from, and the tokens of one pass over them. */
  numRows: number;
  numTokens: number;
  /** Rows measured on. */
  numHeldOut: number;
  numParameters: number;
  /** The epoch that was kept, counted from 1, and its metrics. */
  bestEpoch: number;
  dev: MaskedMetrics;
  epochs: EpochResult<MaskedMetrics>[];
  seconds: number;
}

const DEFAULT_MAX_TOKENS = 64;
const DEFAULT_DEV_SHARE = 0.02;
/** Positions of a new encoder, unless the rows are longer. */
const TINY_POSITIONS = 128;

/**
 * Pretrains an encoder with whole-word masking and writes its folder, whole or not at all. A run that was broken off goes
 * on from its last checkpoint. Equal texts, options and seed give equal bytes on one machine.
 * @throws Bert2dnnError TOO_FEW_EXAMPLES, TOKENIZER_INVALID without a mask token, TEACHER_INVALID, NOT_FINITE naming step
 *   and tensor, DISK_FULL, INTERRUPTED.
 */
export async function pretrain(options: PretrainOptions): Promise<PretrainResult> {
  const { input, out, progress = SILENT } = options;
  const startMs = performance.now();
  if (options.dev !== undefined) checkSameFields(input, options.dev);
  await checkFolderPlace(out, isTeacherFolder);
  const settings = { ...pretrainerDefaults(options.model === 'tiny'), ...givenSettings(options) };
  const start = await openStart(options, settings.seed);
  const { encoder } = start.config;
  const policy = wholeWordMasking({ share: options.maskShare });
  const masker = createMasker(start.tokenizer, policy, options.model);
  const maxTokens = Math.min(options.maxTokens ?? DEFAULT_MAX_TOKENS, encoder.maxPositions);
  const rows = await readRows(options, { start, maxTokens, seed: settings.seed });
  noteRows(progress, rows);
  const checkpoint = {
    folder: checkpointFolderOf(out),
    identity: identityOf(options, encoder, rows),
  };
  const parameters = firstValues(start.parameters, encoder, settings.seed);
  const { signal } = options;
  const job = { encoder, parameters, masker, settings, rows, checkpoint, progress, signal };
  const trained = await trainMaskedLanguageModel(job);
  await save(options, { start, maxTokens, rows, settings, trained });
  await removeCheckpoints(checkpoint.folder);
  const { epochs, bestEpoch } = trained;
  return {
    out,
    numRows: rows.train.length,
    numTokens: countTokens(rows.trainSet, rows.train),
    numHeldOut: rows.dev.length,
    numParameters: Object.values(parameters).reduce((sum, values) => sum + values.length, 0),
    bestEpoch,
    dev: epochs[bestEpoch - 1].dev,
    epochs,
    seconds: Math.round(performance.now() - startMs) / 1000,
  };
}

interface Pretraining {
  start: StartModel;
  maxTokens: number;
  rows: PretrainingRows;
  settings: LoopSettings;
  trained: TrainingLoopResult<MaskedMetrics>;
}

async function save(
  { model: base, input, dev, out, maskShare }: PretrainOptions,
  { start, maxTokens, rows, settings, trained }: Pretraining,
): Promise<void> {
  const { epochs, bestEpoch, parameters } = trained;
  const { threads: _, checkpointSteps: __, ...recorded } = settings;
  const shares = { maskShare: maskShare ?? DEFAULT_MASK_SHARE };
  await saveMaskedLanguageModel(out, {
    config: start.config,
    parameters,
    tokenizerFiles: start.tokenizerFiles,
    extra: {
      fields: Object.keys(input.fields),
      maxTokens,
      task: { kind: 'masked-lm' },
      training: { ...recorded, ...shares, numExamples: rows.train.length, bestEpoch },
      metrics: {
        ...epochs[bestEpoch - 1].dev,
        epochs: epochs.map(({ trainLoss, dev }) => ({ trainLoss, ...dev })),
      },
      provenance: await describeProvenance({ base, train: input, dev }),
    },
  });
}

async function openStart(options: PretrainOptions, seed: number): Promise<StartModel> {
  const { model, input, maxTokens = DEFAULT_MAX_TOKENS } = options;
  if (model === 'tiny') {
    const maxPositions = Math.max(TINY_POSITIONS, maxTokens);
    const texts = await countWords(input);
    return createTinyModel({ texts, seed, options: { maxPositions, ...options.tiny } });
  }
  const { config, tokenizer, tokenizerFiles, weights } = await openModelFolder(model, {
    head: 'masked-lm',
  });
  requireMaskedLm(config, join(model, 'config.json'));
  return { config, tokenizer, tokenizerFiles, parameters: weights.parameters, source: model };
}

/** The values that are known, and new ones for a head that is absent: the dense layer at random, biases zeros. */
function firstValues(known: Parameters, encoder: EncoderConfig, seed: number): Parameters {
  const parameters: Parameters = {};
  for (const [place, shape] of maskedLanguageModelShapes(encoder)) {
    const fresh = { seed, deviation: encoder.initializerRange };
    parameters[place] = known[place] ?? initializeParameter(place, shape, fresh);
  }
  return parameters;
}

async function readRows(
  { input, dev, devShare = DEFAULT_DEV_SHARE }: PretrainOptions,
  { start, maxTokens, seed }: { start: StartModel; maxTokens: number; seed: number },
): Promise<PretrainingRows> {
  const { tokenizer } = start;
  const trainSet = await readPretrainingSet(input, { tokenizer, maxTokens });
  if (dev === undefined) {
    return {
      trainSet,
      devSet: trainSet,
      ...holdOut(trainSet.textHashes, { share: devShare, seed }),
    };
  }
  const devSet = await readPretrainingSet(dev, { tokenizer, maxTokens });
  for (const [set, { texts }] of [
    [input, trainSet],
    [dev, devSet],
  ] as const) {
    if (texts.numRows > 0) continue;
    throw new Bert2dnnError(
      'TOO_FEW_EXAMPLES',
      `${set.files[0]}: none of the ${set.numRows} rows has a known word`,
    );
  }
  return { trainSet, train: allRows(trainSet), devSet, dev: allRows(devSet) };
}

function allRows({ texts }: PretrainingSet): Int32Array {
  return Int32Array.from({ length: texts.numRows }, (_, row) => row);
}

function noteRows(progress: Progress, { trainSet, train, dev }: PretrainingRows): void {
  const { numSkipped, numSplit } = trainSet;
  const skipped = numSkipped === 0 ? '' : `; ${numSkipped} texts without a known word left out`;
  const split = numSplit === 0 ? '' : `; ${numSplit} long texts split`;
  progress.note(`${train.length} rows to learn from, ${dev.length} held out${skipped}${split}`);
}

/** What the training depends on beside settings and first values. */
function identityOf(
  { maskShare }: PretrainOptions,
  encoder: EncoderConfig,
  { trainSet, devSet, dev }: PretrainingRows,
): Json {
  const arraysOf = ({ texts, marks }: PretrainingSet) => {
    const { ids, typeIds, offsets } = texts;
    return { ids, typeIds, offsets, marks };
  };
  return {
    encoder: { ...encoder, head: { ...encoder.head } },
    maskShare: maskShare ?? DEFAULT_MASK_SHARE,
    train: fingerprintArrays(arraysOf(trainSet)),
    dev: fingerprintArrays({ rows: dev, ...(devSet === trainSet ? {} : arraysOf(devSet)) }),
  };
}

function countTokens({ texts }: PretrainingSet, rows: Int32Array): number {
  return rows.reduce((sum, row) => sum + lengthOfRow(texts, row), 0);
}

function checkSameFields(input: ExampleSet, dev: ExampleSet): void {
  const fieldsOf = (set: ExampleSet) => Object.keys(set.fields).join(', ');
  if (fieldsOf(input) === fieldsOf(dev)) return;
  throw new Bert2dnnError(
    'COLUMN_MISSING',
    `${dev.files[0]}: the fields are ${fieldsOf(dev)}, expected ${fieldsOf(input)} as in ${input.files[0]}`,
  );
}
