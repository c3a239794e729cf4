// Which tokens get a row of the table: the best by a figure, ties by their text, within memory of twice their number.
import { LABEL_UNITS } from './token-counts.js';

/** How a vocabulary is chosen: by occurrences, or by what a token tells of the label. */
export const VOCABULARY_CRITERIA = ['frequency', 'information'] as const;

export type VocabularyCriterion = (typeof VOCABULARY_CRITERIA)[number];

/** A token and what it is worth; larger is better. */
export interface RatedToken {
  token: string;
  worth: number;
}

/** Keeps the best `size` of the tokens that it is shown. */
export class TokenChoice {
  #kept: RatedToken[] = [];

  constructor(private readonly size: number) {}

  /** Shows a token. Each token once. */
  add(rated: RatedToken): void {
    this.#kept.push(rated);
    if (this.#kept.length >= 2 * this.size + 1024) this.#cut();
  }

  /** The best, best first; ties in UTF-16 order. */
  best(): RatedToken[] {
    this.#cut();
    return this.#kept;
  }

  #cut(): void {
    this.#kept.sort((left, right) =>
      left.worth !== right.worth ? right.worth - left.worth : left.token < right.token ? -1 : 1,
    );
    this.#kept.length = Math.min(this.#kept.length, this.size);
  }
}

/** What a token's figures are worth. @param totals needed by `information` */
export function worthOf(
  values: Float64Array,
  criterion: VocabularyCriterion,
  totals?: LabelTotals,
): number {
  return criterion === 'frequency' ? values[0] : labelInformation(values, totals!);
}

/** Label sums of a whole set, beside which those of a token are judged. */
export interface LabelTotals {
  /** Examples that have a label. */
  numExamples: number;
  /** In `LABEL_UNITS`, by output. */
  sums: Float64Array;
}

/**
 * Mutual information, in nats, of a token's presence in an example and the example's label, a soft label being the
 * probabilities of the classes: `sum p(x, y) log(p(x, y) / p(x) p(y))`.
 * @param values occurrences, examples that have the token, label sums by output; one output is the share of positives
 * Source: Cover and Thomas, Elements of Information Theory, 2.3.
 */
export function labelInformation(values: Float64Array, totals: LabelTotals): number {
  const { numExamples, sums } = totals;
  const numWith = values[1];
  if (numWith === 0 || numWith === numExamples) return 0;
  const total = numExamples * LABEL_UNITS;
  let information = 0;
  const addClass = (withToken: number, all: number): void => {
    information += term(withToken, numWith * LABEL_UNITS, all, total);
    information += term(all - withToken, (numExamples - numWith) * LABEL_UNITS, all, total);
  };
  for (let output = 0; output < sums.length; output++) addClass(values[2 + output], sums[output]);
  if (sums.length === 1) addClass(numWith * LABEL_UNITS - values[2], total - sums[0]);
  return information;
}

/** One summand: joint mass, the two margins and the whole in the same units. */
function term(joint: number, left: number, right: number, total: number): number {
  if (joint <= 0) return 0;
  return (joint / total) * Math.log((joint * total) / (left * right));
}
