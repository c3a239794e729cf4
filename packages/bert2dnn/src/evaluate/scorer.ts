// A scorer: whatever turns texts into logits, be it a student, a teacher or a baseline; and logits as scores.
// How either is loaded and computed is theirs (open-scorer.ts, baselines.ts); here is what they have in common.

import { Bert2dnnError } from '../foundation/errors.js';
import { softmaxRows } from './metrics/classes.js';
import { sigmoid } from './metrics/metric.js';

/** What a scorer is, for tables and `/health`. */
export type ScorerKind = 'student' | 'teacher' | 'baseline';

/** Anything that scores rows of texts. */
export interface Scorer {
  name: string;
  kind: ScorerKind;
  /** The texts that a row has, in order: `['text']`, `['query', 'title']`, ... */
  fields: readonly string[];
  /** False when the folder does not say its fields (a foreign teacher): it then reads whatever fields the rows have. */
  statesFields?: boolean;
  /** 1 for a binary or graded task, C >= 3 for classes. (Two logits become their difference, one margin.) */
  numOutputs: number;
  classes?: readonly string[];
  /** probability = sigmoid(logit * temperature); softmax of it for classes. */
  temperature: number;
  /** False for scores that only rank (BM25). */
  calibrated: boolean;
  /** Logits `[N, numOutputs]` of N rows given per field: `texts[field][row]`. */
  logits(texts: readonly (readonly string[])[]): Promise<Float32Array> | Float32Array;
  /** Frees what it holds; it cannot be used afterwards. */
  release(): Promise<void>;
}

/** The score of one row of a binary or graded task: a probability and its raw logit. */
export interface BinaryScore {
  score: number;
  logit: number;
}

/** The score of one row of a task with classes: the best class, its probability, and all of both. */
export interface ClassScore {
  class: string;
  score: number;
  scores: Record<string, number>;
  logits: Record<string, number>;
}

export type Score = BinaryScore | ClassScore;

/** Names of the classes; the numbers 0.. where the model does not name them. */
export function classNames(scorer: Pick<Scorer, 'classes' | 'numOutputs'>): readonly string[] {
  return scorer.classes ?? Array.from({ length: scorer.numOutputs }, (_, index) => String(index));
}

/** Scores rows given per field. @throws Bert2dnnError NOT_FINITE when the model gives no number. */
export async function scoreTexts(
  scorer: Scorer,
  texts: readonly (readonly string[])[],
): Promise<Score[]> {
  const logits = await scorer.logits(texts);
  return describeLogits(scorer, logits);
}

/** Logits `[N, numOutputs]` as scores of N rows. @throws Bert2dnnError NOT_FINITE. */
export function describeLogits(scorer: Scorer, logits: Float32Array): Score[] {
  const wrong = logits.findIndex((logit) => !Number.isFinite(logit));
  if (wrong >= 0) {
    const row = Math.floor(wrong / scorer.numOutputs);
    throw new Bert2dnnError(
      'NOT_FINITE',
      `${scorer.name}: the logit of row ${row} is ${logits[wrong]}, expected a finite number`,
    );
  }
  if (scorer.numOutputs === 1) {
    return Array.from(logits, (logit) => ({ score: sigmoid(logit * scorer.temperature), logit }));
  }
  const names = classNames(scorer);
  const scaled = Float64Array.from(logits, (logit) => logit * scorer.temperature);
  const probabilities = softmaxRows(scaled, names.length);
  const scores: Score[] = [];
  for (let start = 0; start < logits.length; start += names.length) {
    let best = 0;
    for (let index = 1; index < names.length; index++) {
      if (logits[start + index] > logits[start + best]) best = index;
    }
    scores.push({
      class: names[best],
      score: probabilities[start + best],
      scores: Object.fromEntries(names.map((name, index) => [name, probabilities[start + index]])),
      logits: Object.fromEntries(names.map((name, index) => [name, logits[start + index]])),
    });
  }
  return scores;
}
