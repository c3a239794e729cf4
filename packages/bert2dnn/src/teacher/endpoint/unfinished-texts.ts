// Texts of the shards that a scoring still has to do, for an estimate before it begins.
import { type ExampleSet, readExamples } from '../../data/index.js';
import type { PlannedShard } from '../../jobs/shard-plan.js';
import { readFinishedShard } from '../../jobs/shard-runner.js';

/** Shards of a scoring. */
export interface UnfinishedTextsOptions {
  input: ExampleSet;
  /** For each field of the teacher, its index among the fields of the input. */
  fieldOrder: readonly number[];
  /** Folder of the scores. */
  out: string;
  shards: readonly PlannedShard[];
  /** Finished shards are scored again too. */
  force?: boolean;
}

/** The texts of each shard that is not finished, per field: `texts[field][row]`. */
export async function* readUnfinishedTexts(
  options: UnfinishedTextsOptions,
): AsyncGenerator<string[][]> {
  const { input, fieldOrder, out, shards, force } = options;
  for (const shard of shards) {
    if (force !== true && (await readFinishedShard(out, shard)) !== undefined) continue;
    const texts: string[][] = fieldOrder.map(() => []);
    for await (const batch of readExamples(input, { start: shard.start, count: shard.numRows })) {
      fieldOrder.forEach((source, field) => {
        for (const text of batch.fields[source]) texts[field].push(text);
      });
    }
    yield texts;
  }
}
