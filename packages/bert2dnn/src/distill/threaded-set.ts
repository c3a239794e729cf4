// The texts of an example set in a form that threads can read from any row on: Parquet without bad rows. A set that is so
// already is taken as it is; any other is written once into the cache folder.
import { join } from 'node:path';
import { type ExampleSet, openExamples, ParquetWriter, readExamples } from '../data/index.js';
import type { Progress } from '../foundation/progress.js';

/** Rows of a file: the writer holds them in memory until it is closed. */
const FILE_ROWS = 1 << 20;

/** The texts and groups of a set, without labels and weights. */
function textsOf(set: ExampleSet): ExampleSet {
  return { ...set, label: undefined, labelSummary: undefined, weight: undefined };
}

/** Whether threads can read a set as it is. */
export function isReadyForThreads({ parts, badRows }: ExampleSet): boolean {
  return badRows === undefined && parts.every(({ format }) => format === 'parquet');
}

/**
 * The texts and groups of a set as plain data that can be sent to threads, row for row the same.
 * @param isSmall whether only one thread will read, once from start to end: then text files need not be rewritten
 * @throws Bert2dnnError DISK_FULL, WRITE_FAILED, or as `readExamples`.
 */
export async function openThreadedSet(
  set: ExampleSet,
  { folder, isSmall, progress }: { folder: string; isSmall: boolean; progress: Progress },
): Promise<ExampleSet> {
  if (isReadyForThreads(set) || (isSmall && set.badRows === undefined)) return textsOf(set);
  const found = await openStaged(set, folder).catch(() => undefined);
  if (found?.numRows === set.numRows) return found;
  await stageTexts(set, folder, progress);
  return openStaged(set, folder);
}

function stagedFiles({ numRows }: ExampleSet, folder: string): string[] {
  const numFiles = Math.ceil(numRows / FILE_ROWS);
  return Array.from({ length: numFiles }, (_, index) =>
    join(folder, `texts-${String(index).padStart(5, '0')}.parquet`),
  );
}

/** Opens files as `stageTexts` wrote them. */
async function openStaged(set: ExampleSet, folder: string): Promise<ExampleSet> {
  const names = Object.keys(set.fields);
  const fields = Object.fromEntries(names.map((name, index) => [name, `f${index}`]));
  const columns = { fields, ...(set.group !== undefined && { group: 'group' }) };
  return textsOf(await openExamples(stagedFiles(set, folder), columns));
}

async function stageTexts(set: ExampleSet, folder: string, progress: Progress): Promise<void> {
  const task = progress.start('ready texts', set.numRows, 'examples');
  const names = [...Object.keys(set.fields).map((_, index) => `f${index}`)];
  if (set.group !== undefined) names.push('group');
  const columns = names.map((name) => ({ name, type: 'VARCHAR' as const }));
  const texts = { ...set, label: undefined, weight: undefined };
  const source = set.badRows === undefined ? texts : set;
  let start = 0;
  for (const path of stagedFiles(set, folder)) {
    const writer = await ParquetWriter.create(path, columns);
    try {
      for await (const batch of readExamples(source, { start, count: FILE_ROWS })) {
        await writer.appendBatch([...batch.fields, ...(batch.groups ? [batch.groups] : [])]);
        task.advance(batch.numRows);
      }
      await writer.close();
    } finally {
      writer.abort();
    }
    start += FILE_ROWS;
  }
  task.done();
}
