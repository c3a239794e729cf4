// Counts the n-grams of ranges of rows for the blocks with a list, in one thread, and puts them into runs when there are
// too many to hold. Choosing a vocabulary is `count-vocabularies.ts`'s work.
import { join } from 'node:path';
import { type TextDefinition, textTokens } from '@bert2dnn/student';
import { type ExampleSet, readExamples } from '../data/index.js';
import { LABEL_UNITS, TokenCounts } from './token-counts.js';
import { type TokenRun, writeRun } from './token-runs.js';

/** What a counter works on: plain data, so that it can be sent to a thread. */
export interface CounterSetting {
  set: ExampleSet;
  text: TextDefinition;
  /** Of each block with a list: places of its fields in an example. */
  fieldIndices: number[][];
  /** Distinct tokens held at once by this counter, all blocks together. */
  maxTokens: number;
  /** Outputs of the labels whose information is asked for; 0: none. */
  numLabels: number;
  /** Folder for runs. */
  folder: string;
}

/** Rows to count. */
export interface CountRange {
  start: number;
  count: number;
  /** Labels 0..1 [count, numLabels], NaN for rows without one; absent if none are asked for. */
  labels?: Float32Array;
}

/** Counts ranges; each range once. */
export class VocabularyCounter {
  /** Files written, by block. */
  readonly runs: string[][];
  readonly #counts: TokenCounts[];

  /** @param name of the counter: the start of its files' names */
  constructor(
    private readonly setting: CounterSetting,
    private readonly name: string,
  ) {
    this.#counts = setting.fieldIndices.map(() => new TokenCounts(setting.numLabels));
    this.runs = setting.fieldIndices.map(() => []);
  }

  /** Counts the rows of a range. @throws Bert2dnnError DISK_FULL, WRITE_FAILED, or as `readExamples`. */
  async count({ start, count, labels }: CountRange): Promise<void> {
    const { set, maxTokens, numLabels } = this.setting;
    const units = new Float64Array(numLabels);
    for await (const { fields, numRows, start: first } of readExamples(set, { start, count })) {
      for (let row = 0; row < numRows; row++) {
        const at = (first - start + row) * numLabels;
        const hasLabel = labels !== undefined && !Number.isNaN(labels[at]);
        for (let index = 0; hasLabel && index < numLabels; index++) {
          units[index] = Math.round(labels[at + index] * LABEL_UNITS);
        }
        this.#addExample(fields, row, hasLabel ? units : undefined);
      }
      const numTokens = this.#counts.reduce((sum, counts) => sum + counts.size, 0);
      if (numTokens > maxTokens) this.spill();
    }
  }

  /** What is in memory, by block, in order. */
  remaining(): TokenRun[] {
    return this.#counts.map((counts) => counts.sorted());
  }

  /** Writes what is in memory into runs. */
  spill(): void {
    this.#counts.forEach((counts, block) => {
      if (counts.size === 0) return;
      const runs = this.runs[block];
      const path = join(this.setting.folder, `${this.name}-${block}-${runs.length}.run`);
      writeRun(path, counts.sorted());
      counts.clear();
      runs.push(path);
    });
  }

  #addExample(fields: readonly string[][], row: number, units: Float64Array | undefined): void {
    this.setting.fieldIndices.forEach((indices, block) => {
      const counts = this.#counts[block];
      counts.beginExample();
      for (const field of indices) {
        counts.add(textTokens(fields[field][row], this.setting.text), units);
      }
    });
  }
}
