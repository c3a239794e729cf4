// A model that scores padded batches of tokens, and the loop that feeds it texts of any number and length.
import { type Feed, Session } from '@bert2dnn/autodiff';
import { Bert2dnnError, type ErrorDetail } from '../foundation/errors.js';
import { planScoringBatches } from './batches.js';
import type { EncoderConfig } from './config.js';
import type { Pooling } from './embedding.js';
import { type EncodedTexts, lengthOfRow, padBatch } from './encoded-texts.js';
import { buildEncoder } from './encoder.js';
import { pickInputs } from './encoder-body.js';
import { runIsolated } from './isolate-rows.js';
import type { Parameters } from './parameters.js';

/** Feeds of a padded batch: int32 `input_ids`, `attention_mask`, `token_type_ids`, all [B, S]. */
export type BatchFeeds = Record<string, Feed>;

/** A loaded model. */
export interface BatchModel {
  /** Logits a row; 0 without a head. */
  numOutputs: number;
  /** Width of a row's vector; absent where none was asked for. */
  embeddingSize?: number;
  /** Values [B, C + D] of a batch: the logits of a row, then its vector. */
  run(feeds: BatchFeeds): Promise<Float32Array>;
  release(): Promise<void>;
}

/** What an encoder model is compiled from. */
export interface EncoderModelOptions {
  encoder: EncoderConfig;
  numOutputs: number;
  parameters: Parameters;
  threads: number;
  /** Gives a vector a row beside the logits. */
  pooling?: Pooling;
  /** `false` leaves the logits out: for an encoder that has no head. Default `true`. */
  hasLogits?: boolean;
}

/** Compiles encoder and head with their weights for scoring. */
export async function openEncoderModel(options: EncoderModelOptions): Promise<BatchModel> {
  const { encoder, parameters, threads, pooling, hasLogits = true } = options;
  const { logits, embedding } = buildEncoder(encoder, options.numOutputs, { pooling });
  const outputs = { ...(hasLogits && { logits }), ...(embedding && { embedding }) };
  const session = await Session.create(outputs, { threads, frozen: parameters });
  const numOutputs = hasLogits ? options.numOutputs : 0;
  const embeddingSize = embedding && encoder.hiddenSize;
  return {
    numOutputs,
    embeddingSize,
    async run(feeds) {
      const results = await session.run(pickInputs(encoder, feeds));
      return joinColumns(results['logits']?.data, results['embedding']?.data, {
        numOutputs,
        embeddingSize,
      });
    },
    release: () => session.release(),
  };
}

/** Logits [B, C] and vectors [B, D], of which one may be absent, as one array [B, C + D]. */
export function joinColumns(
  logits: Float32Array | undefined,
  embeddings: Float32Array | undefined,
  { numOutputs: C, embeddingSize: D = 0 }: Pick<BatchModel, 'numOutputs' | 'embeddingSize'>,
): Float32Array {
  if (logits === undefined || embeddings === undefined) return (logits ?? embeddings)!;
  const B = embeddings.length / D;
  const joined = new Float32Array(B * (C + D));
  for (let row = 0; row < B; row++) {
    joined.set(logits.subarray(row * C, (row + 1) * C), row * (C + D));
    joined.set(embeddings.subarray(row * D, (row + 1) * D), row * (C + D) + C);
  }
  return joined;
}

/** Options of `scoreTokens`. */
export interface ScoreTokensOptions {
  /** The id that fills rows up. */
  padId: number;
  /** Tokens of a padded batch at most. Default 512: larger batches leave the cache. */
  tokenBudget?: number;
  /** Called with the numbers of rows and tokens (padding not counted) after each batch. */
  onBatch?: (numRows: number, numTokens: number) => void;
  /**
   * Called for a row that the model fails on even alone; its values are then NaN. Default: throws a `RowError`.
   */
  onFailedRow?: (row: number, reason: string) => void;
}

/** The model fails on a row, be it alone. */
export class RowError extends Bert2dnnError {
  constructor(
    readonly row: number,
    readonly reason: string,
    { place = `teacher: row ${row}`, ...detail }: ErrorDetail & { place?: string } = {},
  ) {
    super('NOT_FINITE', `${place}: ${reason}`, {
      hint: 'The weights may be damaged, or too large for their precision.',
      ...detail,
    });
  }
}

const MAX_BATCH_ROWS = 256;
const DEFAULT_TOKEN_BUDGET = 512;

/**
 * Values [N, C + D] in input order; rows are sorted by length and batched inside.
 * @throws RowError (NOT_FINITE) for a row that the model fails on, unless `onFailedRow` takes it.
 */
export async function scoreTokens(
  model: BatchModel,
  texts: EncodedTexts,
  options: ScoreTokensOptions,
): Promise<Float32Array> {
  const { padId, tokenBudget = DEFAULT_TOKEN_BUDGET, onBatch, onFailedRow = failRow } = options;
  const columns = columnsOf(model);
  const width = columns.length;
  const values = new Float32Array(texts.numRows * width);
  const lengths = Int32Array.from({ length: texts.numRows }, (_, row) => lengthOfRow(texts, row));
  for (const batch of planScoringBatches(lengths, { tokenBudget, maxRows: MAX_BATCH_ROWS })) {
    await runIsolated(batch, {
      columns,
      run: (rows) => model.run(padBatch(texts, rows, padId)),
      accept: (rows, found) =>
        rows.forEach((row, index) => {
          values.set(found.subarray(index * width, (index + 1) * width), row * width);
        }),
      reject(row, reason) {
        values.fill(Number.NaN, row * width, (row + 1) * width);
        onFailedRow(row, reason);
      },
    });
    onBatch?.(
      batch.length,
      batch.reduce((sum, row) => sum + lengths[row], 0),
    );
  }
  return values;
}

function columnsOf({ numOutputs, embeddingSize = 0 }: BatchModel): string[] {
  const logits = Array.from({ length: numOutputs }, (_, output) => `logit ${output}`);
  return [...logits, ...Array.from({ length: embeddingSize }, (_, unit) => `embedding ${unit}`)];
}

function failRow(row: number, reason: string): never {
  throw new RowError(row, reason);
}
