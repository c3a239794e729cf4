// Ranking titles for a query: the examples to score, and the best of their logits.
import { StudentError } from '../errors.js';
import type { Example } from './example.js';

/** A title's place in the list that was given, its calibrated score and its raw one. */
export interface Ranked {
  index: number;
  score: number;
  logit: number;
}

/**
 * The example of a query, the text of the first field, and a title.
 * @throws {StudentError} EXAMPLE_INVALID for a text where there are other than two fields.
 */
export function candidateTexts(
  query: string,
  title: string | Example,
  fields: readonly string[],
): Example {
  if (typeof title !== 'string') {
    return Array.isArray(title) ? [query, ...title] : { ...title, [fields[0]]: query };
  }
  if (fields.length === 2) return [query, title];
  const expected = fields.slice(1).join(', ') || 'a student of two fields or more';
  const message = `rank: got a text, expected ${expected}`;
  throw new StudentError('EXAMPLE_INVALID', message);
}

/** Indices of the `topK` largest logits, largest first; equal ones in their order. */
export function bestFirst(logits: Float32Array, topK: number): number[] {
  const isBefore = (left: number, right: number): boolean =>
    logits[left] > logits[right] || (logits[left] === logits[right] && left < right);
  const order = (left: number, right: number): number => (isBefore(left, right) ? -1 : 1);
  const best: number[] = [];
  // Twice as many as wanted at most: sorting half of them away each time costs each logit a constant.
  for (let index = 0; index < logits.length; index++) {
    if (topK > 0 && best.length === 2 * topK) {
      best.sort(order);
      best.length = topK;
    }
    best.push(index);
  }
  return best.sort(order).slice(0, topK);
}
