// What `data stats` looks into: a prepared folder with its parts, or any files that readers know. Reads headers; figures
// are made elsewhere.
import { Bert2dnnError } from '../../foundation/errors.js';
import type { ExampleColumns } from '../example-columns.js';
import { openFiles } from './example-part.js';
import type { RelationPlace, StatsSource } from './part-view.js';
import { openPrepared, readPreparedManifest } from './prepared-parts.js';

/**
 * Opens a prepared folder, if the inputs are just that, or files as examples.
 * @throws Bert2dnnError for what is missing or broken; USAGE for columns beside a prepared folder.
 */
export async function openStatsSource(
  inputs: readonly string[],
  columns: ExampleColumns,
  place: RelationPlace,
): Promise<StatsSource> {
  const manifest = inputs.length === 1 ? await readPreparedManifest(inputs[0]) : undefined;
  if (manifest === undefined) return openFiles(inputs, columns, place);
  if (Object.values(columns).some((value) => value !== undefined)) {
    throw new Bert2dnnError(
      'USAGE',
      `${inputs[0]}: is a prepared folder, which knows its columns, expected no option that names columns`,
    );
  }
  return openPrepared(inputs[0], manifest, place);
}
