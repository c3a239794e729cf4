// The vector of one text where there are no towers: the bags of the blocks that read its field alone.
import { StudentError } from '../errors.js';
import type { FeatureBuffer } from '../features/feature-buffer.js';
import { combinerScale } from '../kernels/embedding-bag.js';
import { decodeRow } from './decode-parameters.js';
import type { StudentDefinition } from './definition.js';
import { embeddingName, tableOf } from './parameters.js';
import type { StoredParameters } from './stored-parameters.js';

/**
 * Vectors of the blocks that read `field` alone, in order, of the one example in the buffer: [number of blocks * D].
 * @throws {StudentError} EXAMPLE_INVALID if there is no such block.
 */
export function fieldVector(
  field: string,
  features: FeatureBuffer,
  { definition, parameters }: { definition: StudentDefinition; parameters: StoredParameters },
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
    const { ids, numIds } = features.blocks[blocks.indexOf(block)];
    const table = parameters[embeddingName(tableOf(block))];
    const sum = vector.subarray(place * D, (place + 1) * D);
    for (let position = 0; position < numIds; position++) {
      const row = decodeRow(table, ids[position], D);
      for (let column = 0; column < D; column++) sum[column] += row[column];
    }
    const scale = combinerScale(combiner, numIds);
    for (let column = 0; column < D; column++) sum[column] *= scale;
  });
  return vector;
}
