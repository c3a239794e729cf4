// A model that scores padded batches of tokens, and the loop that feeds it texts of any number and length.
import { type Feed, Session } from '@bert2dnn/autodiff';
import { Bert2dnnError } from '../foundation/errors.js';
import { planScoringBatches } from './batches.js';
import type { EncoderConfig } from './config.js';
import { type EncodedTexts, lengthOfRow, padBatch } from './encoded-texts.js';
import { buildEncoder } from './encoder.js';
import { pickInputs } from './encoder-body.js';
import type { Parameters } from './parameters.js';

/** Feeds of a padded batch: int32 `input_ids`, `attention_mask`, `token_type_ids`, all [B, S]. */
export type BatchFeeds = Record<string, Feed>;

/** A loaded model. */
export interface BatchModel {
  /** Logits a row. */
  numOutputs: number;
  /** Logits [B, C] of a batch. */
  run(feeds: BatchFeeds): Promise<Float32Array>;
  release(): Promise<void>;
}

/** What an encoder model is compiled from. */
export interface EncoderModelOptions {
  encoder: EncoderConfig;
  numOutputs: number;
  parameters: Parameters;
  threads: number;
}

/** Compiles encoder and head with their weights for scoring. */
export async function openEncoderModel(options: EncoderModelOptions): Promise<BatchModel> {
  const { encoder, numOutputs, parameters, threads } = options;
  const { logits } = buildEncoder(encoder, numOutputs);
  const session = await Session.create({ logits }, { threads, frozen: parameters });
  return {
    numOutputs,
    run: async (feeds) => (await session.run(pickInputs(encoder, feeds)))['logits'].data,
    release: () => session.release(),
  };
}

/** Options of `scoreTokens`. */
export interface ScoreTokensOptions {
  /** The id that fills rows up. */
  padId: number;
  /** Tokens of a padded batch at most. Default 512: larger batches leave the cache. */
  tokenBudget?: number;
  /** Called with the numbers of rows and tokens (padding not counted) after each batch. */
  onBatch?: (numRows: number, numTokens: number) => void;
}

const MAX_BATCH_ROWS = 256;
const DEFAULT_TOKEN_BUDGET = 512;

/**
 * Logits [N, C] in input order; rows are sorted by length and batched inside.
 * @throws Bert2dnnError NOT_FINITE when the model gives a row no number.
 */
export async function scoreTokens(
  model: BatchModel,
  texts: EncodedTexts,
  options: ScoreTokensOptions,
): Promise<Float32Array> {
  const { padId, tokenBudget = DEFAULT_TOKEN_BUDGET, onBatch } = options;
  const C = model.numOutputs;
  const logits = new Float32Array(texts.numRows * C);
  const lengths = Int32Array.from({ length: texts.numRows }, (_, row) => lengthOfRow(texts, row));
  for (const rows of planScoringBatches(lengths, { tokenBudget, maxRows: MAX_BATCH_ROWS })) {
    const batch = await model.run(padBatch(texts, rows, padId));
    let numTokens = 0;
    for (let index = 0; index < rows.length; index++) {
      for (let output = 0; output < C; output++) {
        const logit = batch[index * C + output];
        if (!Number.isFinite(logit)) throw notFinite(rows[index], output, logit);
        logits[rows[index] * C + output] = logit;
      }
      numTokens += lengths[rows[index]];
    }
    onBatch?.(rows.length, numTokens);
  }
  return logits;
}

function notFinite(row: number, output: number, logit: number): Bert2dnnError {
  return new Bert2dnnError(
    'NOT_FINITE',
    `teacher: logit ${output} of row ${row} is ${logit}, expected a finite number`,
    { hint: 'The weights may be damaged, or too large for their precision.' },
  );
}
