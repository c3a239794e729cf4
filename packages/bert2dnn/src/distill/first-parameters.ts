// First values of a student's numbers: of the student to go on from, or random.
import {
  embeddingName,
  initializeParameters,
  type StudentDefinition,
  tableBlocks,
} from '@bert2dnn/student';
import { createRandom } from '../foundation/random.js';
import type { DistillSettings } from './options.js';

/**
 * Random first values by name: those of `initializeParameters`, with the tables of n-grams times `tableStart`. An n-gram that
 * training hardly meets keeps what it began with, which is noise in the vector of a text; the smaller it begins, the less.
 */
export function firstParameters(
  definition: StudentDefinition,
  { seed, tableStart }: Pick<DistillSettings, 'seed' | 'tableStart'>,
): Record<string, Float32Array> {
  const parameters = initializeParameters(definition, createRandom(seed, 'initialize').next);
  if (tableStart === 1) return parameters;
  for (const { name, kind } of tableBlocks(definition)) {
    if (kind !== 'ngrams') continue;
    const table = parameters[embeddingName(name)];
    for (let index = 0; index < table.length; index++) table[index] *= tableStart;
  }
  return parameters;
}
