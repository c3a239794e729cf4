// Which rows go together: batches of like length, so that little is padding. Sees lengths, not tokens.
import { type Random, shuffle } from '../foundation/random.js';

/** Options of scoring batches. */
export interface ScoringBatchOptions {
  /** Tokens of a padded batch at most; one row may have more. */
  tokenBudget: number;
  /** Rows of a batch at most. */
  maxRows: number;
}

/** Batches for scoring: rows sorted by length (ties in input order), the longest first. */
export function planScoringBatches(
  lengths: ArrayLike<number>,
  { tokenBudget, maxRows }: ScoringBatchOptions,
): Int32Array[] {
  const order = Int32Array.from({ length: lengths.length }, (_, row) => row);
  order.sort((left, right) => lengths[right] - lengths[left] || left - right);
  const batches: Int32Array[] = [];
  for (let start = 0; start < order.length; ) {
    const longest = Math.max(1, lengths[order[start]]);
    const numRows = Math.max(1, Math.min(maxRows, Math.floor(tokenBudget / longest)));
    batches.push(order.slice(start, start + numRows));
    start += numRows;
  }
  return batches;
}

/** Options of training batches. */
export interface TrainingBatchOptions {
  batchSize: number;
  /** Batches whose rows are sorted together: more of them pad less and mix less. Default 50. */
  blockBatches?: number;
  random: Random;
}

/**
 * Batches of one epoch: rows shuffled, sorted by length inside blocks of batches, the batches shuffled.
 * Every row comes once; the last batch of the last block may be smaller.
 */
export function planTrainingBatches(
  lengths: ArrayLike<number>,
  { batchSize, blockBatches = 50, random }: TrainingBatchOptions,
): Int32Array[] {
  const order = Int32Array.from({ length: lengths.length }, (_, row) => row);
  shuffle(order, random);
  const batches: Int32Array[] = [];
  const blockRows = batchSize * blockBatches;
  for (let blockStart = 0; blockStart < order.length; blockStart += blockRows) {
    const block = order.slice(blockStart, blockStart + blockRows);
    // The sort is stable: rows of one length keep their shuffled order.
    block.sort((left, right) => lengths[right] - lengths[left]);
    for (let start = 0; start < block.length; start += batchSize) {
      batches.push(block.slice(start, start + batchSize));
    }
  }
  shuffle(batches, random);
  return batches;
}
