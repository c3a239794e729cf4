// Which of two epochs is the better one.
import { Bert2dnnError } from '../foundation/errors.js';
import type { DevMetrics } from './dev-metrics.js';

/** Names of the rules. */
export const SELECTION_RULES = ['auto', 'auc', 'accuracy', 'logLoss', 'spearman'] as const;

/** By which dev metric an epoch is chosen; `auto`: AUC, or accuracy where there is none. */
export type SelectionRule = (typeof SELECTION_RULES)[number];

/** Whether `candidate` is better than `best` under a rule; of equal ones the one with the lower log loss is. */
export function isBetterEpoch(
  candidate: DevMetrics,
  best: DevMetrics,
  rule: SelectionRule = 'auto',
): boolean {
  const [value, bestValue] = [figureOf(candidate, rule), figureOf(best, rule)];
  return value > bestValue || (value === bestValue && candidate.logLoss < best.logLoss);
}

/** A missing figure (all scores equal) is the worst. */
function figureOf(metrics: DevMetrics, rule: SelectionRule): number {
  if (rule === 'auto') return metrics.auc ?? metrics.accuracy;
  if (rule === 'logLoss') return -metrics.logLoss;
  return metrics[rule] ?? Number.NEGATIVE_INFINITY;
}

/**
 * Refuses a rule whose figure the dev set cannot have. `probe` are the metrics of any scores that differ.
 * @throws Bert2dnnError USAGE.
 */
export function checkSelectionRule(rule: SelectionRule, probe: DevMetrics, place: string): void {
  if (rule === 'auto' || probe[rule] !== undefined) return;
  const needs =
    rule === 'auc'
      ? 'two classes, or grades, and rows of both sides'
      : 'grades of more than two values';
  throw new Bert2dnnError(
    'USAGE',
    `${place}: no ${rule} to choose the epoch by: that needs ${needs}`,
    { hint: `Choose by another figure: --select-by ${SELECTION_RULES.join(' | ')}.` },
  );
}
