// Which tokens a masked language model predicts, and what the encoder sees in their place. Two steps that know nothing
// of each other: a policy chooses, `corruptTokens` writes. Knows no text and no file.
import type { Random } from '../foundation/random.js';

/** In place of a word's index: a token of no word, which stands for no text or for none that is known. */
export const NO_WORD = -1;

/**
 * Chooses the tokens of a row to predict: their positions, ascending.
 * `tokens [n]` are ids; `words [n]` gives each token's word, counted from 0 in order, or `NO_WORD`: such a token is never
 * chosen. All randomness comes from `random`, so that a row is masked alike wherever and whenever it is.
 */
export type MaskingPolicy = (
  tokens: ArrayLike<number>,
  words: ArrayLike<number>,
  random: Random,
) => number[];

/** Options of `wholeWordMasking`. */
export interface WholeWordOptions {
  /** Share of the words of a row to predict, above 0 and at most 1. Default 0.15, as in BERT. */
  share?: number;
}

/** Share of words that are predicted unless another is asked for. Source: Devlin et al. 2019, section 3.1. */
export const DEFAULT_MASK_SHARE = 0.15;

/**
 * Whole words at random: all tokens of a word or none. `share x words` is rounded up or down at random, so that short rows
 * keep the share on average; a row gives one word at least, so that none is read in vain.
 * Source: whole word masking in google-research/bert, create_pretraining_data.py; there the share is of tokens.
 */
export function wholeWordMasking({ share = DEFAULT_MASK_SHARE }: WholeWordOptions): MaskingPolicy {
  return (tokens, words, random) => {
    const numWords = 1 + maxWord(words);
    const isChosen = chooseSome(
      numWords,
      Math.max(1, roundAtRandom(share * numWords, random)),
      random,
    );
    const positions: number[] = [];
    for (let position = 0; position < tokens.length; position++) {
      if (words[position] !== NO_WORD && isChosen[words[position]] === 1) positions.push(position);
    }
    return positions;
  };
}

function maxWord(words: ArrayLike<number>): number {
  let highest = NO_WORD;
  for (let position = 0; position < words.length; position++) {
    if (words[position] > highest) highest = words[position];
  }
  return highest;
}

/** `value` rounded up with the probability of its fraction, so that the mean stays. */
function roundAtRandom(value: number, random: Random): number {
  const floor = Math.floor(value);
  return floor + (random.next() < value - floor ? 1 : 0);
}

/** Marks [n] of `count` of n, each set of them equally likely. Source: Floyd, in Bentley, CACM 30(9), 1987. */
function chooseSome(n: number, count: number, random: Random): Uint8Array {
  const marks = new Uint8Array(n);
  for (let last = Math.max(0, n - count); last < n; last++) {
    const drawn = random.nextInt(last + 1);
    marks[marks[drawn] === 0 ? drawn : last] = 1;
  }
  return marks;
}

/** Options of `corruptTokens`. */
export interface CorruptOptions {
  /** The id of the mask token. */
  maskId: number;
  /** Gives the id that stands in for another: any token of the vocabulary that is not special. */
  drawToken: (random: Random) => number;
  random: Random;
}

/** Of the chosen tokens 80 % become the mask token, 10 % a random one and 10 % stay. Source: Devlin et al. 2019. */
const MASKED_SHARE = 0.8;
const RANDOM_SHARE = 0.1;

/**
 * Writes over chosen tokens in place and gives what stood there, in the order of `positions`: the labels.
 * Each token is drawn for by itself, in whole words too.
 */
export function corruptTokens(
  ids: Int32Array,
  positions: readonly number[],
  { maskId, drawToken, random }: CorruptOptions,
): number[] {
  return positions.map((position) => {
    const label = ids[position];
    const draw = random.next();
    if (draw < MASKED_SHARE) ids[position] = maskId;
    else if (draw < MASKED_SHARE + RANDOM_SHARE) ids[position] = drawToken(random);
    return label;
  });
}

/** A function that draws any id in [0, numIds) that is not special, each equally likely. */
export function ordinaryTokens(
  numIds: number,
  specialIds: ReadonlySet<number>,
): (random: Random) => number {
  const ordinary: number[] = [];
  for (let id = 0; id < numIds; id++) if (!specialIds.has(id)) ordinary.push(id);
  return (random) => ordinary[random.nextInt(ordinary.length)];
}
