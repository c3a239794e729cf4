// The training of a classifier: loss, batches and dev metrics for the training loop. Reads no table and saves no model.
import {
  type Feed,
  sigmoidCrossEntropy,
  softmaxCrossEntropy,
  TrainingStep,
} from '@bert2dnn/autodiff';
import type { Json } from '../foundation/fingerprint.js';
import type { Progress } from '../foundation/progress.js';
import { createRandom } from '../foundation/random.js';
import { openEncoderModel, scoreTokens } from './batch-model.js';
import { planTrainingBatches } from './batches.js';
import type { EncoderConfig } from './config.js';
import { type DevMetrics, measureDev } from './dev-metrics.js';
import { lengthOfRow, padBatch, trainingLength } from './encoded-texts.js';
import { buildEncoder } from './encoder.js';
import { readsTypes } from './encoder-body.js';
import { isBetterEpoch, type SelectionRule } from './epoch-choice.js';
import type { LoopSettings } from './loop-settings.js';
import type { Parameters } from './parameters.js';
import { runTrainingLoop, type TrainingLoopResult } from './training-loop.js';
import { fingerprintSet, type TrainingSet, targetsOf } from './training-set.js';
import type { BatchFeeds } from './training-update.js';

/** A training to do. */
export interface TrainingJob {
  encoder: EncoderConfig;
  numOutputs: number;
  /** Labels are 0..1, not class indices. */
  isGraded: boolean;
  /** Changed in place. */
  parameters: Parameters;
  train: TrainingSet;
  dev: TrainingSet;
  padId: number;
  /** By which dev metric the epoch is chosen. Default `auto`. */
  selectBy?: SelectionRule;
  settings: LoopSettings;
  /** Folder of the checkpoints, see `checkpointFolderOf`; none are kept without it. */
  checkpointFolder?: string;
  progress: Progress;
  /** Stops between updates. */
  signal?: AbortSignal;
}

/**
 * Trains all epochs and gives the values after the one with the best dev metric.
 * @throws Bert2dnnError NOT_FINITE naming step and tensor, INTERRUPTED.
 */
export async function trainClassifier(job: TrainingJob): Promise<TrainingLoopResult<DevMetrics>> {
  const { parameters, train, settings, checkpointFolder: folder, progress, signal } = job;
  const { texts } = train;
  const lengths = Int32Array.from({ length: texts.numRows }, (_, row) => lengthOfRow(texts, row));
  const step = await compileStep(job);
  try {
    return await runTrainingLoop<DevMetrics>({
      name: 'finetune',
      step,
      parameters,
      settings,
      numRows: texts.numRows,
      planEpoch: (epoch) =>
        planTrainingBatches(lengths, {
          batchSize: settings.batchSize,
          random: createRandom(settings.seed, `epoch:${epoch}`),
        }),
      feedsOf: (rows) => feedsOf(job, rows),
      measure: () => measureEpoch(job),
      isBetter: (candidate, best) => isBetterEpoch(candidate, best, job.selectBy),
      describe: describeDev,
      checkpoint: folder === undefined ? undefined : { folder, identity: identityOf(job) },
      progress,
      signal,
    });
  } finally {
    await step.release();
  }
}

/** Loss and gradients of a batch; weights are an input only where rows have some. */
async function compileStep(job: TrainingJob): Promise<TrainingStep> {
  const { encoder, numOutputs, train, settings } = job;
  const { graph, logits, parameters } = buildEncoder(encoder, numOutputs);
  const targets = graph.input('targets', ['B', numOutputs]);
  const weights = train.weights && graph.input('weights', ['B', 1]);
  const loss =
    numOutputs === 1
      ? sigmoidCrossEntropy(logits, targets, weights)
      : softmaxCrossEntropy(logits, targets, weights);
  return TrainingStep.create({
    loss,
    parameters: [...parameters.values()],
    threads: settings.threads,
  });
}

function feedsOf(job: TrainingJob, rows: Int32Array): BatchFeeds {
  const { encoder, train, padId, numOutputs } = job;
  const length = trainingLength(rows.length, encoder);
  const { token_type_ids, ...tokens } = padBatch(train.texts, rows, padId, length);
  const feeds: Record<string, Feed> = {
    ...tokens,
    ...(readsTypes(encoder) && { token_type_ids }),
    targets: { data: targetsOf(train, rows, job), shape: [rows.length, numOutputs] },
  };
  const numTokens = rows.reduce((sum, row) => sum + lengthOfRow(train.texts, row), 0);
  const { weights } = train;
  if (weights === undefined) return { feeds, numTokens, weight: rows.length };
  const data = Float32Array.from(rows, (row) => weights[row]);
  feeds['weights'] = { data, shape: [rows.length, 1] };
  return { feeds, numTokens, weight: data.reduce((sum, weight) => sum + weight, 0) };
}

async function measureEpoch(job: TrainingJob): Promise<DevMetrics> {
  const { encoder, numOutputs, parameters, dev, padId, settings } = job;
  const { threads } = settings;
  const model = await openEncoderModel({ encoder, numOutputs, parameters, threads });
  try {
    return measureDev(await scoreTokens(model, dev.texts, { padId }), dev, job);
  } finally {
    await model.release();
  }
}

/** What the result depends on beside settings and first values. */
function identityOf(job: TrainingJob): Json {
  const { encoder, numOutputs, isGraded, train, dev, padId, selectBy } = job;
  return {
    encoder: { ...encoder, head: { ...encoder.head } },
    numOutputs,
    isGraded,
    padId,
    selectBy,
    train: fingerprintSet(train),
    dev: fingerprintSet(dev),
  };
}

function describeDev({ logLoss, auc, accuracy, spearman }: DevMetrics): string {
  const parts = [`dev log loss ${logLoss.toFixed(4)}`];
  if (auc !== undefined) parts.push(`AUC ${auc.toFixed(4)}`);
  if (spearman !== undefined) parts.push(`Spearman ${spearman.toFixed(4)}`);
  return [...parts, `accuracy ${accuracy.toFixed(4)}`].join(', ');
}
