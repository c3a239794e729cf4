// Labelled examples, cleaned, with exact duplicates merged. Labelled data is small: it is held in memory.
import { Bert2dnnError } from '../foundation/errors.js';
import { type ExampleSet, readExamples } from './examples.js';
import { textsKey } from './text/clean-text.js';

/** A labelled example; several rows of the input may stand behind it. */
export interface LabelledRow {
  /** Cleaned texts by field. */
  texts: string[];
  /** The mean grade; of classes the most frequent, of equally frequent ones the first. */
  label: number;
  /** Key of the group that is split as one. */
  group: string;
  /** Rows of the input. */
  count: number;
}

/** Labelled examples and what was found while reading them. */
export interface LabelledRows {
  rows: LabelledRow[];
  /** Rows read. */
  numRead: number;
  /** Rows that were merged into another. */
  numMerged: number;
  /** Examples whose duplicates had different labels. */
  numConflicts: number;
  /** Examples whose texts are all empty; they are left out. */
  numEmpty: number;
}

/**
 * Reads and merges labelled examples; the first of several duplicates gives the place.
 * @throws Bert2dnnError FILE_EMPTY if no row has a text.
 */
export async function readLabelledRows(
  set: ExampleSet,
  clean: (text: string) => string,
): Promise<LabelledRows> {
  const merged = new Map<string, { row: LabelledRow; labels: number[] }>();
  let numRead = 0;
  let numEmpty = 0;
  for await (const batch of readExamples(set)) {
    numRead += batch.numRows;
    for (let row = 0; row < batch.numRows; row++) {
      const texts = batch.fields.map((field) => clean(field[row]));
      const label = (batch.labels as Float64Array)[row];
      if (texts.every((text) => text === '')) {
        numEmpty++;
        continue;
      }
      const key = textsKey(texts);
      const known = merged.get(key);
      if (known !== undefined) known.labels.push(label);
      else {
        const group = batch.groups === undefined ? texts.join(' ') : clean(batch.groups[row]);
        merged.set(key, {
          row: { texts, label, group: group.toLowerCase(), count: 1 },
          labels: [label],
        });
      }
    }
  }
  let numConflicts = 0;
  const rows = [...merged.values()].map(({ row, labels }) => {
    if (labels.some((label) => label !== labels[0])) numConflicts++;
    const label = set.label?.kind === 'classes' ? mostFrequent(labels) : mean(labels);
    return { ...row, label, count: labels.length };
  });
  if (rows.length === 0) {
    throw new Bert2dnnError('FILE_EMPTY', `${set.files[0]}: every row's text is empty`);
  }
  return { rows, numRead, numMerged: numRead - numEmpty - rows.length, numConflicts, numEmpty };
}

function mean(labels: readonly number[]): number {
  return labels.reduce((sum, label) => sum + label, 0) / labels.length;
}

function mostFrequent(labels: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return [...counts].sort((left, right) => right[1] - left[1] || left[0] - right[0])[0][0];
}
