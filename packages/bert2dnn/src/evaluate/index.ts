// The stage of evaluation: what other folders may use of it.
export { createBm25Scorer, createMajorityScorer, fitBm25, fitMajority } from './baselines.js';
export {
  type BootstrapOptions,
  type Interval,
  percentileInterval,
  quantile,
  type Resample,
  resampleStatistics,
  type Statistic,
} from './bootstrap.js';
export { type EvaluateOptions, type Evaluation, evaluateModel } from './evaluate.js';
export { type Latency, type LatencyOptions, measureLatency } from './latency.js';
export { type Measurement, type MeasureOptions, measure } from './measure.js';
export {
  brier,
  ece,
  logLoss,
  rmse,
} from './metrics/calibration.js';
export { classAccuracy, classLogLoss, macroF1 } from './metrics/classes.js';
export { kendall, pearson, spearman } from './metrics/correlation.js';
export { accuracy, auc, prAuc } from './metrics/decisions.js';
export { type GroupIndex, gradedGains, indexGroups, mrr, ndcg } from './metrics/ranking.js';
export { type OpenScorerOptions, openScorer } from './open-scorer.js';
export { type PredictOptions, type PredictResult, predict } from './predict.js';
export type { LabelledRows, ModelScores } from './scored-rows.js';
export {
  type BinaryScore,
  type ClassScore,
  type Score,
  type Scorer,
  type ScorerKind,
  scoreTexts,
} from './scorer.js';
