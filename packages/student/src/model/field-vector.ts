// The vector of one text where there are no towers: the bags of the blocks that read its field alone.
import { StudentError } from '../errors.js';
import type { FeatureBuffer } from '../features/feature-buffer.js';
import { embeddingBag } from '../kernels/embedding-bag.js';
import type { StudentDefinition } from './definition.js';
import { embeddingName, type Parameters, tableOf } from './parameters.js';

/**
 * Vectors of the blocks that read `field` alone, in order, of the one example in the buffer: [number of blocks * D].
 * @throws {StudentError} EXAMPLE_INVALID if there is no such block.
 */
export function fieldVector(
  field: string,
  features: FeatureBuffer,
  { definition, parameters }: { definition: StudentDefinition; parameters: Parameters },
): Float32Array {
  const { blocks, embeddingSize: D, combiner, preset } = definition;
  const own = blocks.filter(({ fields }) => fields.length === 1 && fields[0] === field);
  if (own.length === 0) {
    throw new StudentError(
      'EXAMPLE_INVALID',
      `embed: preset ${preset} has no block that reads the field ${field} alone`,
      { hint: 'The presets pair and tower have a vector for each field.' },
    );
  }
  const vector = new Float32Array(own.length * D);
  own.forEach((block, place) => {
    const { ids, offsets } = features.blocks[blocks.indexOf(block)];
    const table = parameters[embeddingName(tableOf(block))];
    const sizes = { B: 1, D, combiner, stride: vector.length, start: place * D };
    embeddingBag(vector, ids, offsets, table, sizes);
  });
  return vector;
}
