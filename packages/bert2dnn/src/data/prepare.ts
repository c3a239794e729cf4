// `prepare`: a user's files to labelled splits by query and the unlabelled transfer set. The steps in order; what a
// step does is in its own file. Decides nothing about models.
import { join } from 'node:path';
import { Bert2dnnError } from '../foundation/errors.js';
import { writeJsonAtomically } from '../foundation/files.js';
import { fingerprintFile } from '../foundation/fingerprint.js';
import { checkFolderPlace, writeFolderAtomically } from '../foundation/folders.js';
import { type Progress, SILENT } from '../foundation/progress.js';
import { CODE_VERSION } from '../foundation/version.js';
import { type ClickCounts, writeClickRows } from './click-rows.js';
import {
  EXAMPLES_FORMAT,
  EXAMPLES_VERSION,
  type ExampleColumns,
  type ExamplesManifest,
  type Task,
} from './example-columns.js';
import { type ExampleSet, openExamples } from './examples.js';
import type { LabelColumn } from './label-column.js';
import { requireTwoSides } from './label-sides.js';
import { type LabelledRow, type LabelledRows, readLabelledRows } from './labelled-rows.js';
import { DEFAULT_MINING, MINED_ORIGINS, type MiningShares } from './pair-miner.js';
import { writeParquet } from './parquet-writer.js';
import { isPositiveLabel } from './positive-label.js';
import { isPreparedFolder } from './prepared-folder.js';
import { DEFAULT_SHARES, SPLITS, type Split, type SplitShares, splitGroups } from './split.js';
import { fillTransferSet, openTransferInputs, type TransferInputs } from './transfer-set.js';
import { HeldOut, type TransferCounts, TransferWriter } from './transfer-writer.js';

/** Inputs and choices of `prepare`. */
export interface PrepareOptions {
  /** Labelled examples: files, globs or folders. */
  labelled: readonly string[];
  /** Rows for the transfer set, with the same fields; labels in them are ignored. */
  unlabelled?: readonly string[];
  /** Items to pair with queries: the fields beside `query`, and perhaps a category. */
  catalogue?: readonly string[];
  /** Queries to pair with the catalogue, beside those of the labelled training rows. */
  queries?: readonly string[];
  /**
   * Column of the unlabelled rows that is 1 where the pair was clicked and 0 where not: a weak label for teachers,
   * written to `clicks.parquet`.
   */
  clicks?: string;
  /** Rows wanted in the transfer set. Default: everything there is, and 30 mined pairs a query. */
  transferSize?: number;
  /** Folder to write. Earlier prepared examples in it are replaced. */
  out: string;
  /** Columns of the inputs. */
  columns?: ExampleColumns;
  /** Category column of the catalogue. Default: `category` if every file has it. */
  category?: string;
  /** Shares of the groups in train, dev and test. Default 0.8, 0.1, 0.1. */
  shares?: SplitShares;
  /** Shares of the mined pairs. Default: BM25 0.5, same category 0.25, random 0.25. */
  mining?: MiningShares;
  /** Most mined pairs of a query. Default 200; more fills a large transfer set from few queries. */
  maxPairsPerQuery?: number;
  /** Rows of a part of the transfer set. Default 500,000: the most that waits in memory. */
  partRows?: number;
  /** Default 1. */
  seed?: number;
  progress?: Progress;
}

/** Figures of a split. */
export interface SplitCounts {
  rows: number;
  groups: number;
  /** Share of the labels in the upper third of the range; absent for classes. */
  positiveShare?: number;
  /** Rows by class; absent for grades. */
  classCounts?: number[];
}

/** What `prepare` made. */
export interface PrepareResult {
  out: string;
  fields: string[];
  task: Task;
  labelled: Omit<LabelledRows, 'rows'>;
  splits: Partial<Record<Split, SplitCounts>>;
  transfer: TransferCounts;
  clicks?: ClickCounts;
}

/**
 * Makes training data: cleans texts, merges duplicates, splits the labelled rows by group, and builds the transfer set
 * from unlabelled rows and mined pairs, without anything that is held out. The same inputs, options and seed give the
 * same bytes.
 * @throws Bert2dnnError for anything wrong in the inputs; then nothing is written.
 */
export async function prepare(options: PrepareOptions): Promise<PrepareResult> {
  checkOptions(options);
  await checkFolderPlace(options.out, isPreparedFolder);
  const set = await openExamples(options.labelled, options.columns, { label: true });
  requireTwoSides(set);
  const inputs = await openTransferInputs(options, set);
  const { rows, ...labelled } = await readLabelledRows(set);
  const rowsOf = splitRows(rows, options);
  const task = taskOf(set.label as LabelColumn);
  const head = { out: options.out, fields: Object.keys(set.fields), task, labelled };
  const splits = countSplits(rowsOf, task);
  noteSplits({ labelled, splits }, options.progress ?? SILENT);
  return writeFolderAtomically(options.out, { isOurs: isPreparedFolder }, async (folder) => {
    for (const split of SPLITS) await writeSplit(folder, split, rowsOf[split], head.fields);
    const heldOut = new HeldOut([...rowsOf.dev, ...rowsOf.test], head.fields.indexOf('query'));
    const stage = { options, inputs, rowsOf, fields: head.fields, heldOut };
    const transfer = await writeTransfer(folder, stage);
    const clicks =
      inputs.clicks && (await writeClickRows(join(folder, 'clicks.parquet'), inputs.clicks, stage));
    const sets = [['labelled', set] as const, ...Object.entries(inputs)];
    const result: PrepareResult = { ...head, splits, transfer, clicks };
    await writeJsonAtomically(
      join(folder, 'manifest.json'),
      await manifestOf(options, result, sets),
    );
    return result;
  });
}

type SplitRows = Record<Split, LabelledRow[]>;

function splitRows(rows: readonly LabelledRow[], options: PrepareOptions): SplitRows {
  const groups = [...new Set(rows.map((row) => row.group))];
  const splitOf = splitGroups(groups, { shares: options.shares, seed: options.seed ?? 1 });
  const rowsOf: SplitRows = { train: [], dev: [], test: [] };
  for (const row of rows) rowsOf[splitOf.get(row.group) as Split].push(row);
  return rowsOf;
}

function checkOptions(options: PrepareOptions): void {
  const { transferSize, maxPairsPerQuery, partRows, mining = DEFAULT_MINING } = options;
  for (const [name, value] of Object.entries({ transferSize, maxPairsPerQuery, partRows })) {
    if (value === undefined || (Number.isSafeInteger(value) && value > 0)) continue;
    throw new Bert2dnnError('USAGE', `${name} must be a whole number above 0, got ${value}`);
  }
  const shares = MINED_ORIGINS.map((origin) => mining[origin]);
  const sum = shares.reduce((total, share) => total + share, 0);
  if (!shares.every((share) => share >= 0) || Math.abs(sum - 1) > 1e-9) {
    throw new Bert2dnnError(
      'USAGE',
      `the mining shares must be 0 or more and add up to 1, got ${shares.join(', ')}`,
    );
  }
}

function taskOf(label: LabelColumn): Task {
  return label.kind === 'classes'
    ? { kind: 'classes', classes: label.classes }
    : { kind: 'graded', labelRange: label.labelRange };
}

function countSplits(rowsOf: SplitRows, task: Task): PrepareResult['splits'] {
  const splits: PrepareResult['splits'] = {};
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

function noteSplits(result: Pick<PrepareResult, 'labelled' | 'splits'>, progress: Progress): void {
  const { numRead, numMerged, numConflicts } = result.labelled;
  progress.note(
    `labelled: ${numRead} rows, ${numMerged} duplicates merged, ${numConflicts} with different labels`,
  );
  for (const split of SPLITS) {
    const counts = result.splits[split];
    if (counts === undefined) continue;
    const isOneSided =
      counts.positiveShare === 0 ||
      counts.positiveShare === 1 ||
      counts.classCounts?.some((count) => count === 0);
    const warning = isOneSided ? ': lacks one kind of label, its metrics will say little' : '';
    progress.note(`${split}: ${counts.rows} rows of ${counts.groups} groups${warning}`);
  }
}

async function writeSplit(
  folder: string,
  split: Split,
  rows: readonly LabelledRow[],
  fields: readonly string[],
): Promise<void> {
  if (rows.length === 0) return;
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

async function writeTransfer(
  folder: string,
  stage: {
    options: PrepareOptions;
    inputs: TransferInputs;
    rowsOf: SplitRows;
    fields: string[];
    heldOut: HeldOut;
  },
): Promise<TransferCounts> {
  const { options, inputs, rowsOf, fields, heldOut } = stage;
  const writer = new TransferWriter(join(folder, 'transfer'), {
    fields,
    partRows: options.partRows ?? 500_000,
    heldOut,
  });
  try {
    await fillTransferSet(writer, inputs, {
      train: rowsOf.train,
      fields,
      transferSize: options.transferSize,
      mining: options.mining,
      maxPairsPerQuery: options.maxPairsPerQuery ?? 200,
      seed: options.seed ?? 1,
      progress: options.progress ?? SILENT,
    });
    return await writer.close();
  } finally {
    writer.abort();
  }
}

async function manifestOf(
  options: PrepareOptions,
  result: PrepareResult,
  sets: readonly (readonly [string, ExampleSet | undefined])[],
): Promise<ExamplesManifest> {
  const inputs = [];
  for (const [role, set] of sets) {
    for (const part of set?.parts ?? []) {
      const { path, numRows } = part;
      inputs.push({ role, path, numRows, fingerprint: await fingerprintFile(path) });
    }
  }
  const { fields, task, labelled, splits, transfer, clicks } = result;
  return {
    format: EXAMPLES_FORMAT,
    version: EXAMPLES_VERSION,
    fields,
    task,
    splits,
    labelled,
    transfer,
    clicks,
    provenance: {
      stage: 'prepare',
      codeVersion: CODE_VERSION,
      options: {
        columns: options.columns,
        category: options.category,
        clicks: options.clicks,
        transferSize: options.transferSize,
        shares: options.shares ?? DEFAULT_SHARES,
        mining: options.mining ?? DEFAULT_MINING,
        maxPairsPerQuery: options.maxPairsPerQuery ?? 200,
        partRows: options.partRows ?? 500_000,
        seed: options.seed ?? 1,
      },
      inputs,
    },
  } as ExamplesManifest;
}
