// Many tokenised texts in three flat arrays, and batches of them padded for the encoder.
import type { Feed } from '@bert2dnn/autodiff';
import type { Tokenizer } from './tokenizer/tokenizer.js';

/** Token ids and type ids of N rows: `ids [Z]`, `typeIds [Z]`, `offsets [N+1]`. */
export interface EncodedTexts {
  ids: Int32Array;
  typeIds: Uint8Array;
  offsets: Int32Array;
  numRows: number;
}

/** How texts become tokens. */
export interface EncodeOptions {
  tokenizer: Tokenizer;
  /** Tokens of a row at most, special ones included. */
  maxTokens: number;
}

/**
 * Tokenises rows given per field. One field is a single text; of several the first is the first text
 * and the others, joined by a blank, are the second.
 */
export function encodeTexts(
  texts: readonly (readonly string[])[],
  { tokenizer, maxTokens }: EncodeOptions,
): EncodedTexts {
  const [first, ...others] = texts;
  const numRows = first.length;
  const offsets = new Int32Array(numRows + 1);
  const tokens = new TokenBuffer(numRows * 24);
  for (let row = 0; row < numRows; row++) {
    const { ids, typeIds } = tokenizer.encode(first[row], secondText(others, row), maxTokens);
    tokens.append(ids, typeIds);
    offsets[row + 1] = tokens.length;
  }
  return { ids: tokens.ids, typeIds: tokens.typeIds, offsets, numRows };
}

function secondText(others: readonly (readonly string[])[], row: number): string | undefined {
  return others.length === 0 ? undefined : others.map((field) => field[row]).join(' ');
}

/** How many rows of `encoded` lack tokens of their texts: those that are longer with room for one token more. */
export function countTruncated(
  encoded: EncodedTexts,
  [first, ...others]: readonly (readonly string[])[],
  { tokenizer, maxTokens }: EncodeOptions,
): number {
  let numTruncated = 0;
  for (let row = 0; row < encoded.numRows; row++) {
    if (lengthOfRow(encoded, row) < maxTokens) continue;
    const { ids } = tokenizer.encode(first[row], secondText(others, row), maxTokens + 1);
    if (ids.length > maxTokens) numTruncated++;
  }
  return numTruncated;
}

/** Joins encoded texts in order. */
export function concatEncoded(parts: readonly EncodedTexts[]): EncodedTexts {
  const numRows = parts.reduce((sum, part) => sum + part.numRows, 0);
  const numIds = parts.reduce((sum, part) => sum + part.offsets[part.numRows], 0);
  const joined: EncodedTexts = {
    ids: new Int32Array(numIds),
    typeIds: new Uint8Array(numIds),
    offsets: new Int32Array(numRows + 1),
    numRows,
  };
  let row = 0;
  let position = 0;
  for (const part of parts) {
    const length = part.offsets[part.numRows];
    joined.ids.set(part.ids.subarray(0, length), position);
    joined.typeIds.set(part.typeIds.subarray(0, length), position);
    for (let index = 1; index <= part.numRows; index++) {
      joined.offsets[row + index] = position + part.offsets[index];
    }
    row += part.numRows;
    position += length;
  }
  return joined;
}

/** Number of tokens of a row. */
export function lengthOfRow(texts: EncodedTexts, row: number): number {
  return texts.offsets[row + 1] - texts.offsets[row];
}

/** Feeds of some rows, padded to the longest, or to `minLength`: all int32 [B, S]. */
export function padBatch(
  texts: EncodedTexts,
  rows: ArrayLike<number>,
  padId: number,
  minLength = 1,
): Record<'input_ids' | 'attention_mask' | 'token_type_ids', Feed> {
  const B = rows.length;
  let S = minLength;
  for (let index = 0; index < B; index++) S = Math.max(S, lengthOfRow(texts, rows[index]));
  const ids = new Int32Array(B * S).fill(padId);
  const mask = new Int32Array(B * S);
  const typeIds = new Int32Array(B * S);
  for (let index = 0; index < B; index++) {
    const start = texts.offsets[rows[index]];
    const end = texts.offsets[rows[index] + 1];
    ids.set(texts.ids.subarray(start, end), index * S);
    typeIds.set(texts.typeIds.subarray(start, end), index * S);
    mask.fill(1, index * S, index * S + end - start);
  }
  const shape = [B, S];
  return {
    input_ids: { data: ids, shape },
    attention_mask: { data: mask, shape },
    token_type_ids: { data: typeIds, shape },
  };
}

/**
 * The length to which a training pads a batch at least, so that it has as many tokens as the encoder is wide, if its
 * positions allow: smaller products may be summed in another order on more threads.
 */
export function trainingLength(
  numRows: number,
  { hiddenSize, maxPositions }: EncoderWidth,
): number {
  return Math.min(maxPositions, Math.ceil(hiddenSize / numRows));
}

/** What `trainingLength` needs of an encoder. */
export interface EncoderWidth {
  hiddenSize: number;
  maxPositions: number;
}

/** Growing arrays of ids and type ids. */
class TokenBuffer {
  ids: Int32Array;
  typeIds: Uint8Array;
  length = 0;

  constructor(capacity: number) {
    this.ids = new Int32Array(Math.max(16, capacity));
    this.typeIds = new Uint8Array(this.ids.length);
  }

  append(ids: readonly number[], typeIds: readonly number[]): void {
    if (this.length + ids.length > this.ids.length) this.#grow(this.length + ids.length);
    this.ids.set(ids, this.length);
    this.typeIds.set(typeIds, this.length);
    this.length += ids.length;
  }

  #grow(needed: number): void {
    const capacity = Math.max(needed, this.ids.length * 2);
    const ids = new Int32Array(capacity);
    const typeIds = new Uint8Array(capacity);
    ids.set(this.ids);
    typeIds.set(this.typeIds);
    this.ids = ids;
    this.typeIds = typeIds;
  }
}
