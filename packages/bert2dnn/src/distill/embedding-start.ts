// First values of a student's tables from a teacher's token embeddings: n-grams that a teacher finds alike begin alike, and
// the tables of all fields share one space, so that products of their vectors mean something from the first batch on.
import { embeddingName, type StudentDefinition, TOKENIZERS } from '@bert2dnn/student';
import { createRandom } from '../foundation/random.js';
import { leadingEigenpairs } from '../teacher/symmetric-eigen.js';
import type { Vocabularies } from './featurize.js';

/** Token embeddings and what cuts a text into their ids. */
export interface TokenEmbeddings {
  /** [Vt, Ht] */
  table: Float32Array;
  /** Ht */
  width: number;
  /** Ids of a text, without special tokens. */
  encodeText(text: string): number[];
}

/** A student before its training. */
export interface NewStudent {
  definition: StudentDefinition;
  vocabularies: Vocabularies;
  /** Changed in place. */
  parameters: Record<string, Float32Array>;
}

/**
 * Puts into every table with a list vocabulary the mean of the word pieces' embeddings of each n-gram, centred, on its D
 * leading principal axes, all scaled by one number to the variance 1 / D of random first values. Rows without a word piece,
 * and columns beyond the teacher's width, keep what they have. Gives the number of rows that were set.
 */
export function startEmbeddings(
  student: NewStudent,
  source: TokenEmbeddings,
  seed: number,
): number {
  const { definition, vocabularies, parameters } = student;
  const D = definition.embeddingSize;
  const means = Object.entries(vocabularies).map(([name, { tokens }]) => ({
    parameter: parameters[embeddingName(name)],
    rows: tokens.map((token) => source.encodeText(withoutMarks(token, definition))),
  }));
  const { center, axes, count } = principalAxes(source, D, seed);
  const row = new Float64Array(source.width);
  let squares = 0;
  let numRows = 0;
  for (const { parameter, rows } of means) {
    rows.forEach((ids, id) => {
      if (ids.length === 0) return;
      numRows++;
      meanRow(row, source, ids);
      for (let k = 0; k < count; k++) {
        let value = 0;
        for (let h = 0; h < source.width; h++) value += (row[h] - center[h]) * axes[h * count + k];
        parameter[id * D + k] = value;
        squares += value * value;
      }
    });
  }
  const scale = squares === 0 ? 0 : Math.sqrt((numRows * count) / (D * squares));
  for (const { parameter, rows } of means) {
    rows.forEach((ids, id) => {
      if (ids.length === 0) return;
      for (let k = 0; k < count; k++) parameter[id * D + k] *= scale;
    });
  }
  return numRows;
}

/** An n-gram's words, without the marks of the text's ends. */
function withoutMarks(token: string, { text }: StudentDefinition): string {
  const { marks } = TOKENIZERS[text.tokenizer];
  const words = token.split(' ');
  if (words.length > 1 && words[0] === marks.start) words.shift();
  if (words.length > 1 && words[words.length - 1] === marks.end) words.pop();
  return words.join(' ');
}

/** out [Ht] = mean of the rows of the ids. */
function meanRow(out: Float64Array, { table, width }: TokenEmbeddings, ids: number[]): void {
  out.fill(0);
  for (const id of ids) {
    for (let h = 0; h < width; h++) out[h] += table[id * width + h] / ids.length;
  }
}

/** Mean row of the table, and the leading directions [Ht, count] of its rows about it. */
function principalAxes(
  { table, width }: TokenEmbeddings,
  D: number,
  seed: number,
): { center: Float64Array; axes: Float64Array; count: number } {
  const numRows = table.length / width;
  const center = new Float64Array(width);
  for (let at = 0; at < table.length; at++) center[at % width] += table[at] / numRows;
  const covariance = new Float64Array(width * width);
  const row = new Float64Array(width);
  for (let start = 0; start < table.length; start += width) {
    for (let h = 0; h < width; h++) row[h] = table[start + h] - center[h];
    for (let i = 0; i < width; i++) {
      const left = row[i];
      for (let j = 0; j <= i; j++) covariance[i * width + j] += left * row[j];
    }
  }
  for (let i = 0; i < width; i++) {
    for (let j = i + 1; j < width; j++) covariance[i * width + j] = covariance[j * width + i];
  }
  const count = Math.min(D, width);
  const matrix = {
    size: width,
    starts: Int32Array.from({ length: width + 1 }, (_, index) => index * width),
    columns: Int32Array.from({ length: width * width }, (_, index) => index % width),
    values: covariance,
  };
  const { vectors } = leadingEigenpairs(matrix, count, createRandom(seed, 'principal axes'));
  return { center, axes: vectors, count };
}
