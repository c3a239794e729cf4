// Which texts of an example set a model reads: its fields found among the set's.

import type { ExampleSet } from '../data/examples.js';
import { Bert2dnnError, findNearestName } from '../foundation/errors.js';
import type { Scorer } from './scorer.js';

/**
 * Places of the scorer's fields in `ExampleBatch.fields`, in the scorer's order. Other fields are not read.
 * A model that does not state its fields reads all of the set's, in their order.
 * @throws Bert2dnnError COLUMN_MISSING when the set lacks a field.
 */
export function arrangeFields(
  scorer: Pick<Scorer, 'name' | 'fields' | 'statesFields'>,
  input: Pick<ExampleSet, 'files' | 'fields'>,
): number[] {
  const known = Object.keys(input.fields);
  if (scorer.statesFields === false) return known.map((_, place) => place);
  return scorer.fields.map((field) => {
    const place = known.indexOf(field);
    if (place >= 0) return place;
    const nearest = findNearestName(field, known);
    throw new Bert2dnnError(
      'COLUMN_MISSING',
      `${input.files[0]}: got the fields ${known.join(', ')}, ${scorer.name} takes ${scorer.fields.join(', ')}`,
      {
        hint:
          scorer.fields.length === 1
            ? `Say which column it is: --fields ${field}=COLUMN.`
            : `Say which columns they are: --fields ${scorer.fields
                .map((each) => `${each}=${each === field ? (nearest ?? 'COLUMN') : each}`)
                .join(',')}.`,
      },
    );
  });
}
