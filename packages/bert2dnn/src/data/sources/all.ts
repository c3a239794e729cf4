// The sets that can be imported, in the order in which they are listed.
import { Bert2dnnError, findNearestName } from '../../foundation/errors.js';
import { AMAZON_REVIEWS } from './amazon-reviews.js';
import { CROWDFLOWER } from './crowdflower.js';
import { ESCI } from './esci.js';
import { HOME_DEPOT } from './home-depot.js';
import { IMDB } from './imdb.js';
import { MS_MARCO } from './ms-marco.js';
import type { DataSource } from './source.js';
import { SST2 } from './sst2.js';
import { WANDS } from './wands.js';

/** Every set: texts first, then queries with titles. */
export const DATA_SOURCES: readonly DataSource[] = [
  SST2,
  IMDB,
  AMAZON_REVIEWS,
  HOME_DEPOT,
  CROWDFLOWER,
  ESCI,
  WANDS,
  MS_MARCO,
];

/** The set of a name. @throws Bert2dnnError USAGE, with the nearest name. */
export function findSource(name: string): DataSource {
  const source = DATA_SOURCES.find((candidate) => candidate.name === name);
  if (source !== undefined) return source;
  const names = DATA_SOURCES.map((candidate) => candidate.name);
  const nearest = findNearestName(name, names);
  throw new Bert2dnnError('USAGE', `name: got "${name}", expected one of ${names.join(', ')}`, {
    hint: nearest === undefined ? 'bert2dnn data list describes them.' : `Did you mean ${nearest}?`,
  });
}
