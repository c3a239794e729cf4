// The splits as files, and their figures.
import { join } from 'node:path';
import type { Progress } from '../../foundation/progress.js';
import type { Task } from '../example-columns.js';
import type { LabelledRow } from '../labelled-rows.js';
import { writeParquet } from '../parquet-writer.js';
import { isPositiveLabel } from '../positive-label.js';
import { SPLITS, type Split } from '../split.js';
import type { LabelledCounts, SplitRows } from './labelled-splits.js';

/** Figures of a split. */
export interface SplitCounts {
  rows: number;
  groups: number;
  /** Share of the labels in the upper third of the range; absent for classes. */
  positiveShare?: number;
  /** Rows by class; absent for grades. */
  classCounts?: number[];
}

/** Figures of the splits that there are. */
export function countSplits(rowsOf: SplitRows, task: Task): Partial<Record<Split, SplitCounts>> {
  const splits: Partial<Record<Split, SplitCounts>> = {};
  for (const split of SPLITS) {
    if (rowsOf[split].length > 0) splits[split] = countSplit(rowsOf[split], task);
  }
  return splits;
}

function countSplit(rows: readonly LabelledRow[], task: Task): SplitCounts {
  const counts: SplitCounts = {
    rows: rows.length,
    groups: new Set(rows.map((row) => row.group)).size,
  };
  if (task.kind === 'classes') {
    counts.classCounts = task.classes.map(
      (_, index) => rows.filter((row) => row.label === index).length,
    );
  } else {
    const numPositive = rows.filter((row) => isPositiveLabel(row.label)).length;
    counts.positiveShare = Number((numPositive / rows.length).toFixed(4));
  }
  return counts;
}

/** Says what came of the labelled rows. */
export function noteSplits(
  { labelled, splits }: { labelled: LabelledCounts; splits: ReturnType<typeof countSplits> },
  progress: Progress,
): void {
  const { numRead, numMerged, numConflicts, numNearGroups, numLeaked } = labelled;
  progress.note(
    `labelled: ${numRead} rows, ${numMerged} duplicates merged, ${numConflicts} with different labels, ` +
      `${numNearGroups} groups nearly another one${numLeaked > 0 ? `, ${numLeaked} rows taken out for dev or test` : ''}`,
  );
  for (const split of SPLITS) {
    const counts = splits[split];
    if (counts === undefined) continue;
    const isOneSided =
      counts.positiveShare === 0 ||
      counts.positiveShare === 1 ||
      counts.classCounts?.some((count) => count === 0);
    const warning = isOneSided ? ': lacks one kind of label, its metrics will say little' : '';
    progress.note(`${split}: ${counts.rows} rows of ${counts.groups} groups${warning}`);
  }
}

/** Writes `train.parquet`, `dev.parquet` and `test.parquet`, those that have rows. */
export async function writeSplits(
  folder: string,
  rowsOf: SplitRows,
  fields: readonly string[],
): Promise<void> {
  for (const split of SPLITS) {
    const rows = rowsOf[split];
    if (rows.length === 0) continue;
    await writeParquet(join(folder, `${split}.parquet`), [
      ...fields.map((name, field) => ({
        name,
        type: 'VARCHAR' as const,
        values: rows.map((row) => row.texts[field]),
      })),
      { name: 'label', type: 'DOUBLE', values: rows.map((row) => row.label) },
      { name: 'group', type: 'VARCHAR', values: rows.map((row) => row.group) },
      { name: 'origin', type: 'VARCHAR', values: rows.map(() => 'labelled') },
      { name: 'count', type: 'INTEGER', values: rows.map((row) => row.count) },
    ]);
  }
}
