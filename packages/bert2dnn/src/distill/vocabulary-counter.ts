// Counts the n-grams of ranges of rows for the blocks with a list, in one thread, puts them into partitions on disk when
// there are too many to hold, and chooses the best of a partition. Which thread does what is `count-ranges.ts`'s work.
import { join } from 'node:path';
import { type TextDefinition, type Tokenizer, tokenizerOf } from '@bert2dnn/student';
import { type ExampleSet, readExamples } from '../data/index.js';
import {
  type LabelTotals,
  type RatedToken,
  TokenChoice,
  type VocabularyCriterion,
  worthOf,
} from './token-choice.js';
import { LABEL_UNITS, TokenCounts, type TokenEntry } from './token-counts.js';
import { addUpPartition, PartitionFiles } from './token-partitions.js';

/** Texts to count. A weight of a row is how often it counts. */
export interface CountedSet {
  set: ExampleSet;
  /** Of each block: places of its fields in a row of the set. */
  fieldIndices: number[][];
}

/** What a counter works on: plain data, so that it can be sent to a thread. */
export interface CounterSetting {
  sets: CountedSet[];
  text: TextDefinition;
  /** Of each block with a list: most tokens of its vocabulary. */
  sizes: number[];
  /** Occurrences that a token needs. */
  minCount: number;
  criterion: VocabularyCriterion;
  /** Of the labels whose information is asked for. */
  totals?: LabelTotals;
  /** Distinct tokens held at once by this counter, all blocks together. */
  maxTokens: number;
  /** Folder for partitions. */
  folder: string;
}

/** Rows to count, of the set with that index. */
export interface CountRange {
  set: number;
  start: number;
  count: number;
  /** Labels 0..1 [count, numLabels], NaN for rows without one; absent if none are asked for. */
  labels?: Float32Array;
}

/** A partition of a block's tokens: the prefixes of the files of all counters. */
export interface Partition {
  block: number;
  partition: number;
  prefixes: readonly string[];
}

/** Counts ranges; each range once. */
export class VocabularyCounter {
  readonly #tokenizer: Tokenizer;
  readonly #numLabels: number;
  readonly #counts: TokenCounts[];
  readonly #files: PartitionFiles[];
  /** Of the partitions' files, by block. */
  readonly prefixes: readonly string[];
  #hasSpilt = false;

  /** @param name of the counter: the start of its files' names */
  constructor(
    private readonly setting: CounterSetting,
    name: string,
  ) {
    const { text, sizes, totals, folder } = setting;
    this.#tokenizer = tokenizerOf(text);
    this.#numLabels = totals?.sums.length ?? 0;
    const { marks } = this.#tokenizer;
    const options = { highest: text.ngrams, marks, numLabels: this.#numLabels };
    this.#counts = sizes.map(() => new TokenCounts(options));
    this.prefixes = sizes.map((_, block) => join(folder, `${name}-${block}`));
    this.#files = this.prefixes.map((prefix) => new PartitionFiles(prefix));
  }

  /** Whether anything is on disk. */
  get hasSpilt(): boolean {
    return this.#hasSpilt;
  }

  /** Counts the rows of a range. @throws Bert2dnnError DISK_FULL, WRITE_FAILED, or as `readExamples`. */
  async count({ set: index, start, count, labels }: CountRange): Promise<void> {
    const { sets, maxTokens } = this.setting;
    const { set, fieldIndices } = sets[index];
    const numLabels = this.#numLabels;
    const units = new Float64Array(numLabels);
    for await (const batch of readExamples(set, { start, count })) {
      const { fields, weights } = batch;
      for (let row = 0; row < batch.numRows; row++) {
        const at = (batch.start - start + row) * numLabels;
        const hasLabel = labels !== undefined && !Number.isNaN(labels[at]);
        for (let label = 0; hasLabel && label < numLabels; label++) {
          units[label] = Math.round(labels[at + label] * LABEL_UNITS);
        }
        const own = hasLabel ? units : undefined;
        const times = weights?.[row];
        for (let block = 0; block < fieldIndices.length; block++) {
          const counts = this.#counts[block];
          counts.beginExample();
          for (const field of fieldIndices[block]) {
            counts.addText(this.#tokenizer.splitWords(fields[field][row]), own, times);
          }
        }
      }
      const numTokens = this.#counts.reduce((sum, counts) => sum + counts.size, 0);
      if (numTokens > maxTokens) this.spill();
    }
  }

  /** The best of a block's tokens that are in memory, best first. */
  bestInMemory(block: number): RatedToken[] {
    return this.#choose(block, this.#counts[block].entries());
  }

  /** The best tokens of a partition, best first. */
  bestOf({ block, partition, prefixes }: Partition): RatedToken[] {
    const paths = prefixes.map((prefix) => new PartitionFiles(prefix).pathOf(partition));
    const numValues = this.#numLabels === 0 ? 1 : 2 + this.#numLabels;
    return this.#choose(block, addUpPartition(paths, numValues));
  }

  /** Writes what is in memory to the partitions. */
  spill(): void {
    this.#hasSpilt = true;
    this.#counts.forEach((counts, block) => {
      this.#files[block].append(counts.entries());
      counts.clear();
    });
  }

  #choose(block: number, entries: Iterable<TokenEntry>): RatedToken[] {
    const { sizes, minCount, criterion, totals } = this.setting;
    const choice = new TokenChoice(sizes[block]);
    for (const { token, values } of entries) {
      if (values[0] < minCount) continue;
      choice.add({ token, worth: worthOf(values, criterion, totals) });
    }
    return choice.best();
  }
}
