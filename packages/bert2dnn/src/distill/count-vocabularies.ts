// Vocabularies of a whole input: n-grams counted by worker threads within a bound of memory, exactly, and the best taken.
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type BlockDefinition,
  type StudentDefinition,
  tableBlocks,
  tableOf,
  Vocabulary,
} from '@bert2dnn/student';
import { countDistinctTexts, type ExampleSet } from '../data/index.js';
import { Bert2dnnError } from '../foundation/errors.js';
import { describeWriteError } from '../foundation/files.js';
import type { Progress } from '../foundation/progress.js';
import { type CountedLabels, countRanges, labelsOf } from './count-ranges.js';
import type { Vocabularies } from './featurize.js';
import { isReadyForThreads } from './threaded-set.js';
import type { LabelTotals, VocabularyCriterion } from './token-choice.js';
import { LABEL_UNITS } from './token-counts.js';
import type { CountedSet, CounterSetting } from './vocabulary-counter.js';

/** Options of `countVocabularies`. */
export interface VocabularyOptions {
  /** Occurrences that an n-gram needs. */
  minCount: number;
  /** `frequency`: the most frequent; `information`: those that tell most of `labels`. */
  criterion: VocabularyCriterion;
  /** Needed by `information`. */
  labels?: CountedLabels;
  /**
   * Distinct n-grams held at once, in all threads together. Default 8,000,000: 200 to 400 MB, by how far the arrays have
   * grown, twice that for `information`. Beyond it counts go to disk; they are exact either way.
   */
  maxTokens?: number;
  threads: number;
  /** Folder for counts that leave memory; made and removed. */
  folder: string;
  /** Rows that a thread counts at a time. Default 131,072; an input of no more is counted by the caller's own. */
  rangeRows?: number;
}

const MAX_TOKENS = 8_000_000;
/** Nodes and slots are numbered by 32 bits, and an array has at most 2^32 values. */
const MAX_TOKENS_A_THREAD = 1 << 27;
const RANGE_ROWS = 1 << 17;

/**
 * Counts the n-grams of every block with a `list` vocabulary, and of the blocks that share it, over the whole set and takes
 * the best, ties by text. The same for any number of threads. The blocks' `size` is an upper limit; see `withVocabularySizes`.
 * @throws Bert2dnnError TOO_FEW_EXAMPLES if a block gets no n-gram at all; USAGE, DISK_FULL, WRITE_FAILED.
 */
export async function countVocabularies(
  set: ExampleSet,
  definition: StudentDefinition,
  options: VocabularyOptions,
  progress: Progress,
): Promise<Vocabularies> {
  const { labels, threads, rangeRows = RANGE_ROWS } = options;
  const blocks = tableBlocks(definition).filter(
    (block) => block.kind === 'ngrams' && block.vocabulary === 'list',
  );
  checkBound(options);
  // Of this process: another one may count for the same cache.
  const runs = join(options.folder, `runs-${process.pid}`);
  try {
    await mkdir(runs, { recursive: true }).catch((error) => {
      throw describeWriteError(runs, error);
    });
    const sets = await countedSets(set, { definition, blocks, runs }, options);
    const setting = settingOf(definition, { sets, blocks, runs }, options);
    const numTexts = sets.reduce((sum, { set: { numRows } }) => sum + numRows, 0);
    const task = progress.start('count n-grams', numTexts, 'texts');
    const chosen = await countRanges(setting, { threads, labels, rangeRows, task });
    task.done();
    const named = blocks.map(({ name }, index): [string, Vocabulary] => {
      if (chosen[index].length === 0) throw emptyVocabulary(name, options.minCount);
      return [name, Vocabulary.fromTokens(chosen[index])];
    });
    return Object.fromEntries(named);
  } finally {
    await rm(runs, { recursive: true, force: true });
  }
}

/** @throws Bert2dnnError USAGE for an impossible bound of memory. */
function checkBound({ maxTokens = MAX_TOKENS, threads }: VocabularyOptions): void {
  const limit = MAX_TOKENS_A_THREAD * threads;
  if (maxTokens >= 1 && maxTokens <= limit) return;
  const message = `vocabulary: maxTokens must be 1..${limit}, got ${maxTokens}`;
  throw new Bert2dnnError('USAGE', message);
}

function settingOf(
  definition: StudentDefinition,
  { sets, blocks, runs }: { sets: CountedSet[]; blocks: readonly BlockDefinition[]; runs: string },
  { maxTokens = MAX_TOKENS, threads, criterion, labels, minCount }: VocabularyOptions,
): CounterSetting {
  return {
    sets,
    text: definition.text,
    sizes: blocks.map(({ size }) => size),
    minCount,
    criterion,
    ...(criterion === 'information' && { totals: labelTotals(labels!) }),
    maxTokens: Math.ceil(maxTokens / threads),
    folder: runs,
  };
}

/**
 * The texts as they are read: examples, or where only occurrences matter and there are many, each text of a field once.
 * A field that no block counts is not read.
 */
async function countedSets(
  set: ExampleSet,
  {
    definition,
    blocks,
    runs,
  }: { definition: StudentDefinition; blocks: readonly BlockDefinition[]; runs: string },
  { criterion, threads, rangeRows = RANGE_ROWS }: VocabularyOptions,
): Promise<CountedSet[]> {
  const fieldIndices = blocks.map(({ name }) => fieldIndicesOf(name, definition));
  if (criterion !== 'frequency' || set.numRows <= rangeRows || !isReadyForThreads(set)) {
    const texts = { ...set, label: undefined, weight: undefined, group: undefined };
    return [{ set: { ...texts, badRows: undefined }, fieldIndices }];
  }
  const sets: CountedSet[] = [];
  for (const [index, field] of definition.fields.entries()) {
    const own = fieldIndices.map((indices) => (indices.includes(index) ? [0] : []));
    if (own.every((indices) => indices.length === 0)) continue;
    const path = join(runs, `texts-${index}.parquet`);
    const distinct = await countDistinctTexts(set, field, { path, threads });
    sets.push({ set: distinct, fieldIndices: own });
  }
  return sets;
}

/** Places of the fields whose n-grams are rows of a block's table: its own and those of the blocks that share it. */
function fieldIndicesOf(table: string, definition: StudentDefinition): number[] {
  const sharing = definition.blocks.filter((block) => tableOf(block) === table);
  const fields = new Set(sharing.flatMap((block) => block.fields));
  return [...fields].map((field) => definition.fields.indexOf(field));
}

/** Sums over all rows that have a label, in the units of the counts. */
function labelTotals(labels: CountedLabels): LabelTotals {
  const { numOutputs } = labels;
  const numRows = labels.values.length / numOutputs;
  const totals = { numExamples: 0, sums: new Float64Array(numOutputs) };
  for (let start = 0; start < numRows; start += RANGE_ROWS) {
    const own = labelsOf(labels, { start, count: RANGE_ROWS });
    for (let at = 0; at < own.length; at += numOutputs) {
      if (Number.isNaN(own[at])) continue;
      totals.numExamples++;
      for (let c = 0; c < numOutputs; c++) totals.sums[c] += Math.round(own[at + c] * LABEL_UNITS);
    }
  }
  return totals;
}

function emptyVocabulary(blockName: string, minCount: number): Bert2dnnError {
  return new Bert2dnnError(
    'TOO_FEW_EXAMPLES',
    `block ${blockName}: no n-gram occurs ${minCount === 1 ? 'at all' : `${minCount} times`}`,
    { hint: 'Give more examples, check the columns of the fields, or lower the minimum count.' },
  );
}
