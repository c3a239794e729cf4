// The figures that choose the best epoch of a pretraining: how well masked tokens of held-out rows are told.
import { Session } from '@bert2dnn/autodiff';
import { Bert2dnnError } from '../foundation/errors.js';
import { createRandom } from '../foundation/random.js';
import { planScoringBatches } from './batches.js';
import type { EncoderConfig } from './config.js';
import { lengthOfRow } from './encoded-texts.js';
import { pickInputs } from './encoder-body.js';
import { type Masker, maskBatch } from './masked-batch.js';
import { buildMaskedLanguageModel, maskedLanguageModelLoss } from './masked-language-model.js';
import type { Parameters } from './parameters.js';
import type { PretrainingSet } from './pretraining-set.js';

/** Metrics of one pass over held-out rows. */
export interface MaskedMetrics {
  /** Mean cross-entropy of the masked tokens, in nats. */
  loss: number;
  /** exp(loss): among how many equally likely tokens the model is as unsure. */
  perplexity: number;
  /** Share of the masked tokens that are the model's first choice. */
  accuracy: number;
}

/** What is measured. */
export interface MaskedMeasurement {
  encoder: EncoderConfig;
  parameters: Parameters;
  set: PretrainingSet;
  /** Rows of the set to measure on. */
  rows: Int32Array;
  masker: Masker;
  /** Seed of the masks, which are the same at every call. */
  seed: number;
  threads: number;
}

/** Tokens of a padded batch: its logits are [M, V], 10 MB for a seventh of 512 tokens and 30,000 pieces. */
const TOKEN_BUDGET = 512;
const MAX_BATCH_ROWS = 256;

/**
 * Measures a masked language model on rows with fixed masks; tokens are written over as in training.
 * @throws Bert2dnnError NOT_FINITE
 */
export async function measureMasked(job: MaskedMeasurement): Promise<MaskedMetrics> {
  const { encoder, parameters, set, rows, masker, seed, threads } = job;
  const model = buildMaskedLanguageModel(encoder);
  const outputs = { logits: model.logits, loss: maskedLanguageModelLoss(model) };
  const session = await Session.create(outputs, { threads, frozen: parameters });
  const lengths = Int32Array.from(rows, (row) => lengthOfRow(set.texts, row));
  const randomOf = (row: number) => createRandom(seed, `held-out-mask:${row}`);
  let lossSum = 0;
  let numRight = 0;
  let numMasked = 0;
  try {
    const plan = { tokenBudget: TOKEN_BUDGET, maxRows: MAX_BATCH_ROWS };
    for (const batch of planScoringBatches(lengths, plan)) {
      const batchRows = batch.map((index) => rows[index]);
      const masked = maskBatch(set, batchRows, { masker, randomOf });
      const { logits, loss } = await session.run(pickInputs(encoder, masked.feeds));
      lossSum += loss.data[0] * masked.numMasked;
      numRight += countRight(logits.data, masked.feeds['masked_labels'].data as Int32Array);
      numMasked += masked.numMasked;
    }
  } finally {
    await session.release();
  }
  const loss = lossSum / numMasked;
  if (!Number.isFinite(loss)) {
    throw new Bert2dnnError('NOT_FINITE', `pretrain: the held-out loss is ${loss}`);
  }
  return { loss, perplexity: Math.exp(loss), accuracy: numRight / numMasked };
}

/** Rows of logits [M, V] whose highest one is at the label; of equal ones the first counts. */
function countRight(logits: Float32Array, labels: Int32Array): number {
  const V = logits.length / labels.length;
  let numRight = 0;
  for (let index = 0; index < labels.length; index++) {
    let best = index * V;
    for (let at = best + 1; at < (index + 1) * V; at++) if (logits[at] > logits[best]) best = at;
    if (best - index * V === labels[index]) numRight++;
  }
  return numRight;
}
