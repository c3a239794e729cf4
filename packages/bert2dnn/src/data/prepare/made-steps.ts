// The two steps that bring made rows into settled buckets, whoever made them.
import { type MadeBucket, settleMade, sprayMade } from './made-rows.js';
import type { SettledBucket } from './natural-rows.js';
import { PREPARE_DEFAULTS } from './prepare-options.js';
import { fieldColumns, type TransferStage } from './transfer-sources.js';

/** Natural rows in settled buckets. */
export interface NaturalBuckets {
  folder: string;
  buckets: readonly SettledBucket[];
}

/** Made rows in settled buckets. */
export interface MadeBuckets {
  folder: string;
  buckets: MadeBucket[];
}

/**
 * Settles the rows that `makeRows` makes; it gives what `sprayMade` selects from, and is called if they are not there.
 * @param made.name of the steps
 */
export async function settleMadeRows(
  stage: TransferStage,
  made: { name: string; natural: NaturalBuckets; makeRows(): Promise<string> },
): Promise<MadeBuckets> {
  const { work, engines, options } = stage;
  const { name, natural } = made;
  const fields = fieldColumns(stage);
  const sprayed = await work.step(`${name}-sprayed`, async (folder) => {
    const select = await made.makeRows();
    await sprayMade(await engines.useParallel(), {
      select,
      fields,
      numBuckets: natural.buckets.length,
      seed: options.seed ?? PREPARE_DEFAULTS.seed,
      folder,
    });
    return {};
  });
  const settled = await work.step(name, async (folder) =>
    settleMade(await engines.useSerial(), { sprayed: sprayed.folder, natural, fields, folder }),
  );
  await work.empty(sprayed);
  return { folder: settled.folder, buckets: settled.figures };
}
