// What every rendering of an explanation says: its sentences and figures, without markup.
import type { Contribution, Explanation, WordContribution } from './explanation.js';

/** An explanation, ready to be written. */
export interface ExplanationFigures {
  /** `score 0.873, logit 1.934`. */
  headline: string;
  /** How the logit comes about. */
  sum: string;
  /** Words by field, in order, with their sum. */
  fields: { field: string; total: number; words: WordContribution[] }[];
  /** `query +0.55, query-in-title +1.08`: sums by block. */
  blocks: string;
  /** The largest features, and a sentence on the others. */
  top: Contribution[];
  rest: string | undefined;
  /** Largest absolute contributions: what bars are measured by. */
  largestWord: number;
  largestFeature: number;
}

/** The figures of an explanation with its `top` largest features. */
export function figuresOf(explanation: Explanation, top: number): ExplanationFigures {
  const { features, words, score, logit, label, base, residual, method } = explanation;
  const sum = features.reduce((total, { contribution }) => total + contribution, 0);
  const fields = [...new Set(words.map(({ field }) => field))].map((field) => {
    const ofField = words.filter((word) => word.field === field);
    const total = ofField.reduce((part, { contribution }) => part + contribution, 0);
    return { field, total, words: ofField };
  });
  const others = features.slice(top);
  const ofOthers = others.reduce((total, { contribution }) => total + contribution, 0);
  const rest = method === 'leave-one-out' ? 'together or twice' : 'by rounding';
  const isShown = method === 'leave-one-out' || formatSigned(residual) !== '0.00';
  const left = isShown ? `, ${formatSigned(residual)} ${rest}` : '';
  return {
    headline: `${label === undefined ? '' : `${label}: `}score ${score.toFixed(3)}, logit ${formatSigned(logit)}`,
    sum: `${formatSigned(base)} without any feature, ${formatSigned(sum)} by ${features.length} features${left} (${METHOD_NAMES[method]})`,
    fields,
    blocks: sumsByBlock(features),
    top: features.slice(0, top),
    rest:
      others.length === 0
        ? undefined
        : `${formatSigned(ofOthers)} by ${others.length} smaller features`,
    largestWord: largest(words),
    largestFeature: largest(features),
  };
}

function sumsByBlock(features: readonly Contribution[]): string {
  const sums = new Map<string, number>();
  for (const { block, contribution } of features) {
    sums.set(block, (sums.get(block) ?? 0) + contribution);
  }
  const largestFirst = [...sums].sort(([, left], [, right]) => Math.abs(right) - Math.abs(left));
  return largestFirst.map(([block, sum]) => `${block} ${formatSigned(sum)}`).join(', ');
}

const METHOD_NAMES = {
  'integrated-gradients': 'integrated gradients',
  'leave-one-out': 'leaving each one out',
} as const;

/** `+0.53`, `-1.20`, `0.00`: with a sign, two places. */
export function formatSigned(value: number): string {
  const text = value.toFixed(2);
  if (Number(text) === 0) return '0.00';
  return value > 0 ? `+${text}` : text;
}

function largest(items: readonly { contribution: number }[]): number {
  return items.reduce((most, { contribution }) => Math.max(most, Math.abs(contribution)), 0);
}
