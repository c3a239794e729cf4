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
import type { ExampleSet } from '../data/index.js';
import { Bert2dnnError } from '../foundation/errors.js';
import { describeWriteError } from '../foundation/files.js';
import type { Progress } from '../foundation/progress.js';
import { type CountedLabels, countRanges, labelsOf } from './count-ranges.js';
import type { Vocabularies } from './featurize.js';
import {
  type LabelTotals,
  labelInformation,
  TokenChoice,
  type VocabularyCriterion,
} from './token-choice.js';
import { LABEL_UNITS } from './token-counts.js';
import type { CounterSetting } from './vocabulary-counter.js';

/** Options of `countVocabularies`. */
export interface VocabularyOptions {
  /** Occurrences that an n-gram needs. */
  minCount: number;
  /** `frequency`: the most frequent; `information`: those that tell most of `labels`. */
  criterion: VocabularyCriterion;
  /** Needed by `information`. */
  labels?: CountedLabels;
  /**
   * Distinct n-grams held at once, in all threads together, at most 16,000,000 a thread (the limit of a Map). Default
   * 4,000,000: about 500 MB, twice that for `information`. Beyond it counts go to disk; they are exact either way.
   */
  maxTokens?: number;
  threads: number;
  /** Folder for counts that leave memory; made and removed. */
  folder: string;
  /** Rows that a thread counts at a time. Default 131,072; an input of no more is counted by the caller's own. */
  rangeRows?: number;
}

const MAX_TOKENS = 4_000_000;
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
  const { criterion, labels, threads, rangeRows = RANGE_ROWS } = options;
  const blocks = tableBlocks(definition).filter(
    (block) => block.kind === 'ngrams' && block.vocabulary === 'list',
  );
  const setting = settingOf(set, definition, blocks, options);
  try {
    await mkdir(setting.folder, { recursive: true }).catch((error) => {
      throw describeWriteError(setting.folder, error);
    });
    const task = progress.start('count n-grams', set.numRows, 'examples');
    const runs = await countRanges(setting, { threads, labels, rangeRows, task });
    task.done();
    const totals = labels && labelTotals(labels);
    const worthOf = (values: Float64Array): number =>
      criterion === 'frequency' ? values[0] : labelInformation(values, totals!);
    const chosen = blocks.map(({ name, size }, index): [string, Vocabulary] => {
      const choice = new TokenChoice(size, worthOf);
      for (const entry of runs[index]) if (entry.values[0] >= options.minCount) choice.add(entry);
      const tokens = choice.tokens();
      if (tokens.length === 0) throw emptyVocabulary(name, options.minCount);
      return [name, Vocabulary.fromTokens(tokens)];
    });
    return Object.fromEntries(chosen);
  } finally {
    await rm(setting.folder, { recursive: true, force: true });
  }
}

/** @throws Bert2dnnError USAGE for an impossible bound of memory. */
function settingOf(
  set: ExampleSet,
  definition: StudentDefinition,
  blocks: readonly BlockDefinition[],
  { maxTokens = MAX_TOKENS, threads, folder, criterion, labels }: VocabularyOptions,
): CounterSetting {
  if (!(maxTokens >= 1 && maxTokens <= 16_000_000 * threads)) {
    throw new Bert2dnnError(
      'USAGE',
      `vocabulary: maxTokens must be 1..${16_000_000 * threads}, got ${maxTokens}`,
    );
  }
  return {
    set: { ...set, badRows: undefined, label: undefined, weight: undefined, group: undefined },
    text: definition.text,
    fieldIndices: blocks.map(({ name }) => fieldIndicesOf(name, definition)),
    maxTokens: Math.ceil(maxTokens / threads),
    numLabels: criterion === 'information' ? labels!.numOutputs : 0,
    folder: join(folder, `runs-${process.pid}`),
  };
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
