// The table of gold metrics: what each one needs, which way is better, how it is prepared for the bootstrap.
// The formulas are in metrics/; agreement with a teacher is in agreement.ts and never mixed in here.

import type { Resample, Statistic } from './bootstrap.js';
import { prepareBrier, prepareEce, prepareLogLoss, prepareRmse } from './metrics/calibration.js';
import { prepareClassAccuracy, prepareClassLogLoss, prepareMacroF1 } from './metrics/classes.js';
import { prepareKendall, preparePearson, prepareSpearman } from './metrics/correlation.js';
import { prepareAccuracy, prepareAuc, preparePrAuc } from './metrics/decisions.js';
import { type PreparedMetric, weightedMean } from './metrics/metric.js';
import { type RankOrder, rankOrder } from './metrics/order.js';
import {
  type GroupIndex,
  gradedGains,
  ndcgByGroup,
  reciprocalRankByGroup,
} from './metrics/ranking.js';
import {
  decisionThreshold,
  type LabelledRows,
  type ScoredRows,
  toPositives,
} from './scored-rows.js';

/** Above this width of the label range 2^grade - 1 lets one grade drown all others: nDCG is left out. */
const WIDEST_GRADES = 30;

/** Labels in the forms that metrics take, prepared once for all models. */
export interface Truth {
  labels: Float64Array;
  labelRange: readonly [number, number];
  labelOrder: RankOrder;
  positives: Uint8Array;
  /** Probability at and above which a row is decided positive. */
  threshold: number;
  hasBothClasses: boolean;
  groups?: GroupIndex;
  classes?: readonly string[];
}

/** Prepares the labels of `rows`; `positive` is the cut in 0..1. */
export function prepareTruth(rows: LabelledRows, positive: number): Truth | undefined {
  const { labels, classes, groups, labelRange = [0, 1] } = rows;
  if (labels === undefined) return undefined;
  const positives = classes === undefined ? toPositives(labels, positive) : new Uint8Array(0);
  const numPositives = positives.reduce((sum, each) => sum + each, 0);
  return {
    labels,
    labelRange,
    labelOrder: rankOrder(classes === undefined ? labels : []),
    positives,
    threshold: decisionThreshold(labels, positives),
    hasBothClasses: numPositives > 0 && numPositives < positives.length,
    groups,
    classes,
  };
}

/** One gold metric. */
export interface MetricDefinition {
  name: string;
  /** Only a metric of which more is better has a retention. */
  better: 'higher' | 'lower';
  /** Takes the probability seriously, so scores that only rank do not have it. */
  ofProbability: boolean;
  /** What the rows must have, said when they do not. */
  needs: string;
  /** `undefined` when the rows lack what it needs. */
  prepare(scores: ScoredRows, truth: Truth): Statistic | undefined;
}

const BOTH_CLASSES = 'rows of both classes';
const VARIED = 'labels and scores that vary';
const RANKABLE_GROUPS = 'a group column, and a group of two rows or more with a positive label';

/** Metrics of a binary or graded label, in the order in which they are shown. */
export const BINARY_METRICS: readonly MetricDefinition[] = [
  define('accuracy', 'higher', 'probability', 'a row', ({ probabilities }, truth) =>
    byRow(prepareAccuracy(probabilities, truth.positives, truth.threshold)),
  ),
  define('auc', 'higher', 'order', BOTH_CLASSES, (scores, truth) =>
    truth.hasBothClasses
      ? byRow(prepareAuc(scores.logits, truth.positives, scores.order))
      : undefined,
  ),
  define('prAuc', 'higher', 'order', BOTH_CLASSES, (scores, truth) =>
    truth.hasBothClasses
      ? byRow(preparePrAuc(scores.logits, truth.positives, scores.order))
      : undefined,
  ),
  define('logLoss', 'lower', 'probability', 'a row', ({ logits }, { labels }) =>
    byRow(prepareLogLoss(logits, labels)),
  ),
  define('brier', 'lower', 'probability', 'a row', ({ probabilities }, { labels }) =>
    byRow(prepareBrier(probabilities, labels)),
  ),
  define('ece', 'lower', 'probability', 'a row', ({ probabilities }, { labels }) =>
    byRow(prepareEce(probabilities, labels)),
  ),
  define('rmse', 'lower', 'probability', 'a row', ({ probabilities }, { labels }) =>
    byRow(prepareRmse(probabilities, labels)),
  ),
  define(
    'rmseInGrades',
    'lower',
    'probability',
    'a label range other than 0..1',
    ({ probabilities }, { labels, labelRange: [low, high] }) =>
      low === 0 && high === 1 ? undefined : byRow(prepareRmse(probabilities, labels, high - low)),
  ),
  define('pearson', 'higher', 'order', VARIED, ({ logits }, { labels }) =>
    byRow(preparePearson(logits, labels)),
  ),
  define('spearman', 'higher', 'order', VARIED, ({ logits, order }, { labels, labelOrder }) =>
    byRow(prepareSpearman(logits, labels, order, labelOrder)),
  ),
  define('kendall', 'higher', 'order', VARIED, ({ logits, order }, { labels, labelOrder }) =>
    byRow(prepareKendall(logits, labels, order, labelOrder)),
  ),
  define('ndcg@10', 'higher', 'order', RANKABLE_GROUPS, ({ logits }, truth) => {
    const { groups, labelRange } = truth;
    if (groups === undefined || labelRange[1] - labelRange[0] > WIDEST_GRADES) return undefined;
    return byGroup(ndcgByGroup(logits, gradedGains(truth.labels, labelRange), groups));
  }),
  define('mrr', 'higher', 'order', RANKABLE_GROUPS, ({ logits }, { positives, groups }) =>
    groups === undefined ? undefined : byGroup(reciprocalRankByGroup(logits, positives, groups)),
  ),
];

/** Metrics of a choice among classes. */
export const CLASS_METRICS: readonly MetricDefinition[] = [
  define('accuracy', 'higher', 'probability', 'a row', ({ chosen }, { labels }) =>
    byRow(prepareClassAccuracy(chosen, labels)),
  ),
  define('logLoss', 'lower', 'probability', 'a row', ({ logits, numOutputs }, { labels }) =>
    byRow(prepareClassLogLoss(logits, labels, numOutputs)),
  ),
  define('macroF1', 'higher', 'probability', 'a row', ({ chosen, numOutputs }, { labels }) =>
    byRow(prepareMacroF1(chosen, labels, numOutputs)),
  ),
];

/** A metric over rows as a statistic of a draw. */
export function byRow(metric: PreparedMetric): Statistic {
  return (draw?: Resample) => metric(draw?.rows);
}

function byGroup(values: Float64Array): Statistic {
  return (draw?: Resample) => weightedMean(values, draw?.groups);
}

function define(
  name: string,
  better: MetricDefinition['better'],
  takes: 'probability' | 'order',
  needs: string,
  prepare: MetricDefinition['prepare'],
): MetricDefinition {
  return { name, better, ofProbability: takes === 'probability', needs, prepare };
}
