// The data stage: what other folders may use of it.

export { type Bm25Hit, Bm25Index, type Bm25Options, scorePairs } from './bm25.js';
export {
  EXAMPLES_FORMAT,
  EXAMPLES_VERSION,
  type ExampleColumns,
  type ExamplesManifest,
  type Task,
} from './example-columns.js';
export {
  type ExampleBatch,
  type ExampleFile,
  type ExampleNeeds,
  type ExampleSet,
  type LabelSummary,
  openExamples,
  type ReadExamplesOptions,
  readExamples,
} from './examples.js';
export { formatOf, listInputFiles } from './inputs.js';
export type { LabelColumn } from './label-column.js';
export { requireTwoSides } from './label-sides.js';
export { cleanText, groupKey } from './normalize.js';
export { DEFAULT_MINING, type MiningShares } from './pair-miner.js';
export {
  type ParquetColumn,
  type ParquetType,
  type ParquetValues,
  ParquetWriter,
  writeParquet,
} from './parquet-writer.js';
export { isPositiveLabel } from './positive-label.js';
export { type PrepareOptions, type PrepareResult, prepare, type SplitCounts } from './prepare.js';
export { DEFAULT_SHARES, type Split, type SplitShares } from './split.js';
export { type ReadTableOptions, readTable, readTableColumns, type TableBatch } from './table.js';
export type { TransferCounts, TransferOrigin } from './transfer-writer.js';
