// The vectors of an example's blocks in float64, from the ids of its occurrences, with what each id adds to them.
import { combinerScale } from '../kernels/embedding-bag.js';
import { decodeRow } from '../model/decode-parameters.js';
import type { StudentDefinition } from '../model/definition.js';
import { embeddingName, tableOf } from '../model/parameters.js';
import type { StoredParameters } from '../model/stored-parameters.js';
import type { Occurrence } from './occurrence.js';

/** Sums of rows by block, and how many rows each has. */
export interface BagVectors {
  /** By block, [D] each: sum of its rows, before the combiner's factor. */
  sums: Float64Array[];
  /** By block: ids in its bag. */
  counts: number[];
}

/** The row [D] of a block's table. */
export function tableRow(
  { blocks, embeddingSize: D }: StudentDefinition,
  parameters: StoredParameters,
  { blockIndex, id }: Pick<Occurrence, 'blockIndex' | 'id'>,
): Float32Array {
  return decodeRow(parameters[embeddingName(tableOf(blocks[blockIndex]))], id, D);
}

/** Sums the rows of every block. */
export function sumRows(
  definition: StudentDefinition,
  parameters: StoredParameters,
  occurrences: readonly Occurrence[],
): BagVectors {
  const { blocks, embeddingSize: D } = definition;
  const sums = blocks.map(() => new Float64Array(D));
  const counts = blocks.map(() => 0);
  for (const occurrence of occurrences) {
    const row = tableRow(definition, parameters, occurrence);
    const sum = sums[occurrence.blockIndex];
    for (let column = 0; column < D; column++) sum[column] += row[column];
    counts[occurrence.blockIndex] += 1;
  }
  return { sums, counts };
}

/** Vectors of the blocks: sums times the combiner's factor. */
export function combine(
  { combiner }: StudentDefinition,
  { sums, counts }: BagVectors,
): Float64Array[] {
  return sums.map((sum, block) => {
    const scale = combinerScale(combiner, counts[block]);
    return sum.map((value) => value * scale);
  });
}
