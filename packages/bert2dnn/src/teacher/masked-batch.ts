// Batches for masked language modelling: padded rows with some tokens written over, and what stood there.
import type { Feed } from '@bert2dnn/autodiff';
import { Bert2dnnError } from '../foundation/errors.js';
import type { Random } from '../foundation/random.js';
import { lengthOfRow, padBatch } from './encoded-texts.js';
import { corruptTokens, type MaskingPolicy, ordinaryTokens } from './masking.js';
import { idsOfNoWord, type PretrainingSet, wordsOfRow } from './pretraining-set.js';
import type { Tokenizer } from './tokenizer/tokenizer.js';

/** How rows are masked. */
export interface Masker {
  policy: MaskingPolicy;
  maskId: number;
  /** The id that fills rows up. */
  padId: number;
  /** Draws what stands in for a token. */
  drawToken: (random: Random) => number;
}

/**
 * A masker for the ids of a tokenizer; `place` names it in errors.
 * @throws Bert2dnnError TOKENIZER_INVALID when the tokenizer has no mask token.
 */
export function createMasker(tokenizer: Tokenizer, policy: MaskingPolicy, place: string): Masker {
  const { padId, maskId, numIds } = tokenizer;
  if (maskId === undefined) {
    throw new Bert2dnnError(
      'TOKENIZER_INVALID',
      `${place}: the tokenizer has no mask token, expected [MASK] or <mask>`,
      { hint: 'Only an encoder that was made by masked language modelling can go on with it.' },
    );
  }
  return { policy, maskId, padId, drawToken: ordinaryTokens(numIds, idsOfNoWord(tokenizer)) };
}

/** Feeds of a masked language model; B rows of S tokens, of which M are predicted. */
export interface MaskedBatch {
  /** Int32: `input_ids`, `attention_mask`, `token_type_ids` [B, S], `masked_positions`, `masked_labels` [M]. */
  feeds: Record<string, Feed>;
  /** M */
  numMasked: number;
  /** Tokens, padding not counted. */
  numTokens: number;
}

/** How rows are masked and padded. */
export interface MaskBatchOptions {
  masker: Masker;
  randomOf: (row: number) => Random;
  /** Tokens of a padded row at least. Default: as many as the longest row has. */
  minLength?: number;
}

/**
 * Masks and pads rows. `randomOf` gives each row its own random numbers, so that a row's masks do not depend on the
 * others of its batch.
 */
export function maskBatch(
  set: PretrainingSet,
  rows: ArrayLike<number>,
  { masker, randomOf, minLength }: MaskBatchOptions,
): MaskedBatch {
  const padded = padBatch(set.texts, rows, masker.padId, minLength);
  const ids = padded.input_ids.data as Int32Array;
  const S = padded.input_ids.shape[1];
  const positions: number[] = [];
  const labels: number[] = [];
  let numTokens = 0;
  for (let index = 0; index < rows.length; index++) {
    const numRowTokens = lengthOfRow(set.texts, rows[index]);
    const tokens = ids.subarray(index * S, index * S + numRowTokens);
    const random = randomOf(rows[index]);
    const chosen = masker.policy(tokens, wordsOfRow(set, rows[index]), random);
    labels.push(...corruptTokens(tokens, chosen, { ...masker, random }));
    for (const position of chosen) positions.push(index * S + position);
    numTokens += numRowTokens;
  }
  const shape = [positions.length];
  return {
    feeds: {
      ...padded,
      masked_positions: { data: Int32Array.from(positions), shape },
      masked_labels: { data: Int32Array.from(labels), shape },
    },
    numMasked: positions.length,
    numTokens,
  };
}
