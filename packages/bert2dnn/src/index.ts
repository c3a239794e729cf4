// The public door of bert2dnn: every name that may be imported. No code.
export {
  type ExampleBatch,
  type ExampleColumns,
  type ExampleSet,
  openExamples,
  ParquetWriter,
  readExamples,
  readTable,
  writeParquet,
} from './data/index.js';
export type { DataStats } from './data/stats/data-stats.js';
export {
  accuracy,
  auc,
  brier,
  createBm25Scorer,
  createMajorityScorer,
  type Evaluation,
  ece,
  evaluateModel,
  fitBm25,
  fitMajority,
  type GroupIndex,
  gradedGains,
  type Interval,
  indexGroups,
  kendall,
  type LabelledRows,
  logLoss,
  type Measurement,
  type ModelScores,
  measure,
  measureLatency,
  mrr,
  ndcg,
  openScorer,
  pearson,
  prAuc,
  rmse,
  type Score,
  type Scorer,
  scoreTexts,
  spearman,
} from './evaluate/index.js';
export { Bert2dnnError, ERROR_CODES, type ErrorCode } from './foundation/errors.js';
export { createProgress, type Progress, SILENT } from './foundation/progress.js';
export { softLabel } from './labels/temperature.js';
export {
  dataStats,
  distill,
  evaluate,
  explain,
  exportModel,
  finetune,
  importData,
  jobs,
  listData,
  predict,
  prepare,
  pretrain,
  quickstart,
  run,
  score,
  serve,
  shop,
  stack,
  worker,
} from './library.js';
export type { Context } from './pipeline/verb.js';
export { createServer, startServer } from './server/server.js';
export { loadTeacher, type Teacher } from './teacher/teacher.js';
