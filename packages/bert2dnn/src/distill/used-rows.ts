// Which rows of a student's list vocabularies some training example has, and a student without the others. A row that never
// fired has its first, random values: it says nothing, and takes its place.
import {
  embeddingName,
  type StudentDefinition,
  tableBlocks,
  tableOf,
  Vocabulary,
} from '@bert2dnn/student';
import type { FeatureShard } from './feature-shard.js';
import { firstAtLeast } from './feature-window.js';
import type { Vocabularies } from './featurize.js';

/** A student's parts that go together. */
export interface PrunableStudent {
  definition: StudentDefinition;
  vocabularies: Vocabularies;
  parameters: Record<string, Float32Array>;
}

/** The blocks of a table, and which of its rows were met. */
interface CountedTable {
  name: string;
  blockIndices: number[];
  used: Uint8Array;
}

/** Remembers the rows of list vocabularies that examples have; one byte a row. */
export class UsedRows {
  readonly #tables: CountedTable[];
  readonly #rows: Int32Array | undefined;
  readonly #seen = new Set<number>();

  /**
   * @param rows ascending rows of the input that are trained on; absent: all
   * @param shardExamples of a full shard
   */
  constructor(
    { definition, rows }: { definition: StudentDefinition; rows: Int32Array | undefined },
    private readonly shardExamples: number,
  ) {
    this.#rows = rows;
    this.#tables = prunableTables(definition).map(({ name, size }) => ({
      name,
      blockIndices: definition.blocks.flatMap((block, index) =>
        tableOf(block) === name ? [index] : [],
      ),
      used: new Uint8Array(size),
    }));
  }

  /** Adds a shard; one that was added before changes nothing. */
  add(shard: FeatureShard): void {
    if (this.#seen.has(shard.index)) return;
    this.#seen.add(shard.index);
    const takesPart = this.#rowsOf(shard);
    for (const { blockIndices, used } of this.#tables) {
      for (const blockIndex of blockIndices) {
        const { ids, offsets } = shard.blocks[blockIndex];
        for (let example = 0; example < shard.numExamples; example++) {
          if (takesPart?.[example] === 0) continue;
          for (let at = offsets[example]; at < offsets[example + 1]; at++) used[ids[at]] = 1;
        }
      }
    }
  }

  /** Whether a shard was added. */
  has(shardIndex: number): boolean {
    return this.#seen.has(shardIndex);
  }

  /**
   * The student without the rows that no added example has: their n-grams are unknown from now on, and no prediction of
   * those examples changes. Parameters that lose nothing are the same arrays.
   */
  prune(student: PrunableStudent): PrunableStudent & { numPruned: number } {
    const D = student.definition.embeddingSize;
    const sizes = new Map<string, number>();
    const vocabularies = { ...student.vocabularies };
    const parameters = { ...student.parameters };
    let numPruned = 0;
    for (const { name, used } of this.#tables) {
      const size = used.reduce((sum, isUsed) => sum + isUsed, 0);
      // A table needs a row; one without any use is left alone.
      if (size === used.length || size === 0) continue;
      numPruned += used.length - size;
      sizes.set(name, size);
      const { tokens } = vocabularies[name];
      vocabularies[name] = Vocabulary.fromTokens(tokens.filter((_, id) => used[id] === 1));
      const parameter = embeddingName(name);
      parameters[parameter] = keepRows(student.parameters[parameter], used, { size, D });
    }
    const blocks = student.definition.blocks.map((block) => ({
      ...block,
      size: sizes.get(tableOf(block)) ?? block.size,
    }));
    return { definition: { ...student.definition, blocks }, vocabularies, parameters, numPruned };
  }

  /** Which examples of a shard are trained on; `undefined` for all. */
  #rowsOf({ index, numExamples }: FeatureShard): Uint8Array | undefined {
    const rows = this.#rows;
    if (rows === undefined) return undefined;
    const first = index * this.shardExamples;
    const takesPart = new Uint8Array(numExamples);
    for (let at = firstAtLeast(rows, first); rows[at] < first + numExamples; at++) {
      takesPart[rows[at] - first] = 1;
    }
    return takesPart;
  }
}

/**
 * Tables with a list vocabulary of their own that nothing but their blocks reads. Match features that read how much a word
 * says off the order of a vocabulary would change with it.
 */
function prunableTables(definition: StudentDefinition): { name: string; size: number }[] {
  const read = new Set(
    definition.blocks.flatMap((block) => (block.kind === 'match' ? [block.statistics] : [])),
  );
  return tableBlocks(definition).filter(
    (block) => block.kind === 'ngrams' && block.vocabulary === 'list' && !read.has(block.name),
  );
}

/** The rows of table [V, D] that are used. */
function keepRows(
  table: Float32Array,
  used: Uint8Array,
  { size, D }: { size: number; D: number },
): Float32Array {
  const kept = new Float32Array(size * D);
  let row = 0;
  used.forEach((isUsed, id) => {
    if (isUsed === 1) kept.set(table.subarray(id * D, (id + 1) * D), D * row++);
  });
  return kept;
}
