// The training of a masked language model: batches with new masks each epoch, held-out metrics. Reads no text.
import { TrainingStep } from '@bert2dnn/autodiff';
import type { Progress } from '../foundation/progress.js';
import { createRandom } from '../foundation/random.js';
import { planTrainingBatches } from './batches.js';
import type { EncoderConfig } from './config.js';
import { lengthOfRow, trainingLength } from './encoded-texts.js';
import { pickInputs } from './encoder-body.js';
import { type LoopSettings, loopDefaults } from './loop-settings.js';
import { type Masker, maskBatch } from './masked-batch.js';
import { buildMaskedLanguageModel, maskedLanguageModelLoss } from './masked-language-model.js';
import { type MaskedMetrics, measureMasked } from './masked-metrics.js';
import type { Parameters } from './parameters.js';
import type { PretrainingSet } from './pretraining-set.js';
import { type CheckpointPlace, runTrainingLoop, type TrainingLoopResult } from './training-loop.js';

/** Defaults of a training: one careful pass over the texts for an encoder that knows a language, three bold ones for a new one. */
export function pretrainerDefaults(isTiny: boolean): LoopSettings {
  return loopDefaults({ isTiny, epochs: isTiny ? 3 : 1 });
}

/** Rows to learn from and to measure on, each by their numbers in a set. */
export interface PretrainingRows {
  trainSet: PretrainingSet;
  train: Int32Array;
  devSet: PretrainingSet;
  dev: Int32Array;
}

/** A training to do. */
export interface PretrainingJob {
  encoder: EncoderConfig;
  /** Changed in place. */
  parameters: Parameters;
  masker: Masker;
  settings: LoopSettings;
  rows: PretrainingRows;
  checkpoint?: CheckpointPlace;
  progress: Progress;
  signal?: AbortSignal;
}

/**
 * Trains all epochs and gives the values after the one with the lowest held-out loss.
 * @throws Bert2dnnError NOT_FINITE naming step and tensor, INTERRUPTED.
 */
export async function trainMaskedLanguageModel(
  job: PretrainingJob,
): Promise<TrainingLoopResult<MaskedMetrics>> {
  const { encoder, parameters, masker, settings, rows, checkpoint, progress, signal } = job;
  const { seed, threads, batchSize } = settings;
  const { trainSet, devSet } = rows;
  const model = buildMaskedLanguageModel(encoder);
  const step = await TrainingStep.create({
    loss: maskedLanguageModelLoss(model),
    parameters: [...model.parameters.values()],
    threads,
  });
  const lengths = Int32Array.from(rows.train, (row) => lengthOfRow(trainSet.texts, row));
  try {
    return await runTrainingLoop<MaskedMetrics>({
      name: 'pretrain',
      step,
      parameters,
      settings,
      numRows: rows.train.length,
      planEpoch: (epoch) =>
        planTrainingBatches(lengths, { batchSize, random: createRandom(seed, `epoch:${epoch}`) }),
      feedsOf: (batch, { epoch }) => {
        // New masks each epoch; a row's own, so that they are the same in whatever batch and run it comes.
        const randomOf = (row: number) => createRandom(seed, `mask:${epoch}:${row}`);
        const batchRows = batch.map((index) => rows.train[index]);
        const { feeds, numTokens, numMasked } = maskBatch(trainSet, batchRows, {
          masker,
          randomOf,
          minLength: trainingLength(batch.length, encoder),
        });
        return { feeds: pickInputs(encoder, feeds), numTokens, weight: numMasked };
      },
      measure: () =>
        measureMasked({ encoder, parameters, set: devSet, rows: rows.dev, masker, seed, threads }),
      isBetter: (candidate, best) => candidate.loss < best.loss,
      describe: describeMetrics,
      checkpoint,
      progress,
      signal,
    });
  } finally {
    await step.release();
  }
}

function describeMetrics({ loss, perplexity, accuracy }: MaskedMetrics): string {
  return `held-out loss ${loss.toFixed(4)}, perplexity ${perplexity.toFixed(1)}, accuracy ${accuracy.toFixed(4)}`;
}
