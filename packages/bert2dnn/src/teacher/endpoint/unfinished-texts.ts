// Texts of the shards that a scoring still has to do, for an estimate before it begins.
import type { PlannedShard } from '../../jobs/shard-plan.js';
import { readFinishedShard } from '../../jobs/shard-runner.js';
import type { OutputFolder } from '../../store/index.js';
import { readTexts, type TextSource } from '../shard-texts.js';

/** Shards of a scoring. */
export interface UnfinishedTextsOptions extends TextSource {
  /** Folder of the scores. */
  folder: OutputFolder;
  shards: readonly PlannedShard[];
  /** Finished shards are scored again too. */
  force?: boolean;
}

/** The texts of each shard that is not finished, per field: `texts[field][row]`. */
export async function* readUnfinishedTexts(
  options: UnfinishedTextsOptions,
): AsyncGenerator<string[][]> {
  const { folder, shards, force } = options;
  for (const shard of shards) {
    if (force !== true && (await readFinishedShard(folder, shard)) !== undefined) continue;
    yield await readTexts(options, { start: shard.start, count: shard.numRows });
  }
}
