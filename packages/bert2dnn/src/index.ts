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
export { measureLatency } from './evaluate/latency.js';
export { openScorer } from './evaluate/open-scorer.js';
export { type Score, type Scorer, scoreTexts } from './evaluate/scorer.js';
export { Bert2dnnError, ERROR_CODES, type ErrorCode } from './foundation/errors.js';
export { createProgress, type Progress, SILENT } from './foundation/progress.js';
export { softLabel } from './labels/temperature.js';
export {
  distill,
  evaluate,
  finetune,
  predict,
  prepare,
  run,
  score,
  serve,
  shop,
  stack,
} from './library.js';
export type { Context } from './pipeline/verb.js';
export { createServer, startServer } from './server/server.js';
export { loadTeacher, type Teacher } from './teacher/teacher.js';
