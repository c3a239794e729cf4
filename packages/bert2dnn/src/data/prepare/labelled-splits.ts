// Labelled rows to train, dev and test, such that no query (or text) of one is in, or nearly in, another.
import { Bert2dnnError } from '../../foundation/errors.js';
import type { ExampleSet } from '../examples.js';
import { type LabelledRow, type LabelledRows, readLabelledRows } from '../labelled-rows.js';
import { DEFAULT_SHARES, SPLITS, type Split, type SplitShares, splitGroups } from '../split.js';
import { clusterNearDuplicates } from '../text/near-duplicates.js';
import { HeldOut } from './held-out.js';

/** Rows by split. */
export type SplitRows = Record<Split, LabelledRow[]>;

/** What was found while reading and splitting. */
export interface LabelledCounts extends Omit<LabelledRows, 'rows'> {
  /** Groups that are nearly another group and so went where that one went. */
  numNearGroups: number;
  /** Rows taken out because their query (or text) is in, or nearly in, a later split that was given. */
  numLeaked: number;
}

/** Opened sets and choices. */
export interface SplitInputs {
  labelled: ExampleSet;
  /** Rows that are the dev or the test split as they are. */
  given: { dev?: ExampleSet; test?: ExampleSet };
  keyOf(texts: readonly string[]): string;
  /** Cleans a text. */
  clean(text: string): string;
  /** Whether groups are texts, not numbers of the user's own: then nearly equal ones go together. */
  groupsAreTexts: boolean;
  shares: SplitShares | undefined;
  /** As for `HeldOut`. */
  threshold: number | undefined;
  seed: number;
}

/** Reads, merges and splits. @throws Bert2dnnError as `readLabelledRows` and `splitGroups`. */
export async function splitLabelled(
  inputs: SplitInputs,
): Promise<{ rowsOf: SplitRows; counts: LabelledCounts }> {
  const { rows, ...counts } = await readLabelledRows(inputs.labelled, inputs.clean);
  const given = {
    dev: inputs.given.dev && (await readLabelledRows(inputs.given.dev, inputs.clean)).rows,
    test: inputs.given.test && (await readLabelledRows(inputs.given.test, inputs.clean)).rows,
  };
  const { rowsOf, numNearGroups } = splitRows(rows, given, inputs);
  const numLeaked = removeLeaks(rowsOf, given, inputs);
  if (rowsOf.train.length === 0) {
    throw new Bert2dnnError(
      'TOO_FEW_EXAMPLES',
      `${inputs.labelled.files[0]}: no row is left to train on, all queries or texts are in dev or test`,
      { hint: 'Give labelled rows of other queries, or a higher --near-duplicates.' },
    );
  }
  return { rowsOf, counts: { ...counts, numNearGroups, numLeaked } };
}

type GivenRows = { dev?: LabelledRow[]; test?: LabelledRow[] };

function splitRows(
  rows: readonly LabelledRow[],
  given: GivenRows,
  inputs: SplitInputs,
): { rowsOf: SplitRows; numNearGroups: number } {
  const groups = [...new Set(rows.map((row) => row.group))];
  const clusterOf = clusterGroups(groups, inputs);
  const clusters = [...new Set(clusterOf.values())];
  const splitOf = splitGroups(clusters, {
    shares: sharesBeside(given, inputs.shares ?? DEFAULT_SHARES),
    seed: inputs.seed,
  });
  const rowsOf: SplitRows = { train: [], dev: given.dev ?? [], test: given.test ?? [] };
  for (const row of rows) {
    rowsOf[splitOf.get(clusterOf.get(row.group) as string) as Split].push(row);
  }
  return { rowsOf, numNearGroups: groups.length - clusters.length };
}

/** A group's cluster is named after its first group. */
function clusterGroups(groups: readonly string[], inputs: SplitInputs): Map<string, string> {
  const { threshold, groupsAreTexts } = inputs;
  if (threshold === undefined || !groupsAreTexts) {
    return new Map(groups.map((group) => [group, group]));
  }
  const clusters = clusterNearDuplicates(groups, { threshold });
  return new Map(groups.map((group, index) => [group, groups[clusters[index]]]));
}

/** A split that is given takes no share of the labelled rows. */
function sharesBeside(given: GivenRows, shares: SplitShares): SplitShares {
  const left = {
    train: shares.train,
    dev: given.dev === undefined ? shares.dev : 0,
    test: given.test === undefined ? shares.test : 0,
  };
  const sum = left.train + left.dev + left.test;
  return { train: left.train / sum, dev: left.dev / sum, test: left.test / sum };
}

/** Takes out what is in, or nearly in, a split that is given; of two given ones test comes first. Gives the rows' number. */
function removeLeaks(rowsOf: SplitRows, given: GivenRows, inputs: SplitInputs): number {
  let numLeaked = 0;
  for (const split of SPLITS) {
    const heldOutRows = protectorsOf(split, given).flatMap((name) => rowsOf[name]);
    if (heldOutRows.length === 0) continue;
    const heldOut = new HeldOut(heldOutRows, inputs.keyOf, inputs.threshold);
    const isLeak = new Map<string, boolean>();
    const kept = rowsOf[split].filter((row) => {
      const key = inputs.keyOf(row.texts);
      let leaks = isLeak.get(key);
      if (leaks === undefined) {
        leaks = heldOut.find(key) !== undefined || heldOut.find(row.group) === 'equal';
        isLeak.set(key, leaks);
      }
      return !leaks;
    });
    numLeaked += rowsOf[split].length - kept.length;
    rowsOf[split] = kept;
  }
  return numLeaked;
}

/** The given splits that a split must not overlap. */
function protectorsOf(split: Split, given: GivenRows): ('dev' | 'test')[] {
  if (split === 'test' && given.test !== undefined) return [];
  const protectors = (['dev', 'test'] as const).filter((name) => given[name] !== undefined);
  return given.dev !== undefined && split === 'dev'
    ? protectors.filter((name) => name === 'test')
    : protectors.filter((name) => name !== split);
}
