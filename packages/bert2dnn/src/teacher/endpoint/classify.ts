// Classifiers as text-embeddings-inference serves them at /predict: a batch of texts or pairs, labels with scores back.
import { z } from 'zod';
import type { Json } from '../../foundation/fingerprint.js';
import type { ClassifyDescription } from './description.js';
import { classLogits, clippedLogit } from './margins.js';
import {
  AnswerError,
  chunk,
  type Protocol,
  parseResponse,
  type Row,
  secondText,
} from './protocol.js';

const rowSchema = z.array(z.object({ score: z.number(), label: z.string() })).min(1);
const responseSchema = z.array(rowSchema);

/**
 * The protocol of a classifier. Probabilities `p` become `ln max(p, clip)` a class, one label alone
 * `clippedLogit(p, clip)`; with `"scores": "logit"` the scores are the logits.
 */
export function createClassify(description: ClassifyDescription): Protocol {
  const { model, labels, scores, clip, batchRows, extra } = description;
  const raw = scores === 'logit';
  const inputOf = (row: Row): string[] => (row.length === 1 ? [row[0]] : [row[0], secondText(row)]);
  return {
    numOutputs: labels.length,
    classes: labels.length > 1 ? labels : undefined,
    margins: { labels, scores, clip },
    question: (row) => ({ kind: 'classify', model, raw, extra, texts: inputOf(row) }),
    group: (rows) => chunk([...rows.keys()], batchRows),
    request: (rows) => ({ inputs: rows.map(inputOf), raw_scores: raw, truncate: true, ...extra }),
    maxOutputTokens: () => 0,
    read: (response, numRows) => {
      const answers = parseResponse(responseSchema, response, '[[{score, label}, ...], ...]');
      if (answers.length === numRows) return { answers, usage: undefined };
      throw new AnswerError(`got ${answers.length} results, expected ${numRows}`);
    },
    logitsOf: (answer) => {
      const values = orderByLabel(answer, labels);
      if (raw) return values;
      const outside = values.find((value) => !(value >= 0 && value <= 1));
      if (outside !== undefined) throw new AnswerError(`got the score ${outside}, expected 0..1`);
      return labels.length === 1 ? [clippedLogit(values[0], clip)] : classLogits(values, clip);
    },
  };
}

/** Scores in the order of `labels`. @throws AnswerError for a label that is missing, unknown or there twice. */
function orderByLabel(answer: Json, labels: readonly string[]): number[] {
  const found = parseResponse(rowSchema, answer, '[{score, label}, ...]');
  const got = found.map(({ label }) => label).join(', ');
  const scores = new Map(found.map(({ label, score }) => [label, score]));
  const isSame = found.length === labels.length && labels.every((label) => scores.has(label));
  if (!isSame) {
    throw new AnswerError(`got the labels ${got}, expected ${labels.join(', ')} as "labels" says`);
  }
  return labels.map((label) => scores.get(label)!);
}
