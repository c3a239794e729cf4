// The data stage: what other folders may use of it.

export { escapeControls, MAX_EXCERPT_CHARACTERS } from './bad-row-list.js';
export {
  BAD_ROW_POLICIES,
  type BadRow,
  type BadRowCounts,
  type BadRowPolicy,
  type BadRowReason,
  BadRows,
} from './bad-rows.js';
export { type Bm25Hit, Bm25Index, type Bm25Options, scorePairs } from './bm25.js';
export { countDistinctTexts } from './distinct-texts.js';
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
  placeOfExample,
  type ReadExamplesOptions,
  readExamples,
} from './examples.js';
export { formatOf, listInputFiles, matchesGlob } from './inputs.js';
export type { LabelColumn } from './label-column.js';
export { requireTwoSides } from './label-sides.js';
export { DEFAULT_MINING, type MiningShares } from './mining/mining-shares.js';
export { readParquetMetadata } from './parquet-reader.js';
export {
  type ParquetColumn,
  type ParquetType,
  type ParquetValues,
  ParquetWriter,
  type ParquetWriterOptions,
  writeParquet,
} from './parquet-writer.js';
export { isPositiveLabel } from './positive-label.js';
export { type PrepareResult, prepare } from './prepare/prepare.js';
export type { PrepareOptions } from './prepare/prepare-options.js';
export type { SplitCounts } from './prepare/split-files.js';
export type { TransferCounts } from './prepare/transfer-set.js';
export { DATA_SOURCES, findSource } from './sources/all.js';
export {
  type ImportedFile,
  type ImportOptions,
  type ImportResult,
  importData,
} from './sources/import-data.js';
export type { DataSource, SourceName } from './sources/source.js';
export { DEFAULT_SHARES, type Split, type SplitShares } from './split.js';
export { type ReadTableOptions, readTable, readTableColumns, type TableBatch } from './table.js';
export { placeOfFileRow } from './table-file.js';
export { MAX_TEXT_CHARACTERS } from './table-rows.js';
export { type CleaningOptions, cleanText, createCleaner, groupKey } from './text/clean-text.js';
