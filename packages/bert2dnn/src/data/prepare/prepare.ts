// `prepare`: a user's files to labelled splits by query and the unlabelled transfer set. The steps in order; what a
// step does is in its own file. Decides nothing about models.
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Bert2dnnError } from '../../foundation/errors.js';
import { writeJsonAtomically } from '../../foundation/files.js';
import { fingerprintJson, type Json } from '../../foundation/fingerprint.js';
import { checkFolderPlace, writeFolderAtomically } from '../../foundation/folders.js';
import { formatDuration, SILENT } from '../../foundation/progress.js';
import { CODE_VERSION } from '../../foundation/version.js';
import { type BadRowReason, BadRows } from '../bad-rows.js';
import type { Task } from '../example-columns.js';
import { type ExampleSet, openExamples } from '../examples.js';
import type { LabelColumn } from '../label-column.js';
import { requireTwoSides } from '../label-sides.js';
import { isPreparedFolder } from '../prepared-folder.js';
import type { Split } from '../split.js';
import { createCleaner } from '../text/clean-text.js';
import { BUCKET_ROWS } from './buckets.js';
import { type ClickFigures, estimateClicks } from './click-estimates.js';
import { Engines } from './engines.js';
import { HeldOut } from './held-out.js';
import { type LabelledCounts, type SplitRows, splitLabelled } from './labelled-splits.js';
import {
  contentOptions,
  describeFiles,
  fingerprintInputs,
  type InputFile,
  manifestOf,
} from './manifest.js';
import { checkPrepareOptions, PREPARE_DEFAULTS, type PrepareOptions } from './prepare-options.js';
import type { LogFigures } from './query-log.js';
import { countSplits, noteSplits, type SplitCounts, writeSplits } from './split-files.js';
import { openTransferInputs } from './transfer-inputs.js';
import { buildTransferSet, type TransferCounts } from './transfer-set.js';
import {
  fieldColumns,
  prepareSources,
  SKIPPED_FILE,
  type SkippedRows,
  type TransferSources,
  type TransferStage,
} from './transfer-sources.js';
import { WorkFolder } from './work-folder.js';

/** A step that took so long is worth a line. */
const NOTED_SECONDS = 2;

/** Rows that were left out because they cannot be read; `skipped-rows.tsv` lists them. */
export interface SkippedCounts {
  rows: number;
  byReason: Partial<Record<BadRowReason, number>>;
}

/** What `prepare` made. */
export interface PrepareResult {
  out: string;
  fields: string[];
  task: Task;
  labelled: LabelledCounts;
  splits: Partial<Record<Split, SplitCounts>>;
  transfer: TransferCounts;
  /** Present if there is a log. */
  log?: LogFigures;
  /** Present if the log has clicks. */
  clicks?: ClickFigures;
  /** Present if rows were left out. */
  skipped?: SkippedCounts;
}

/**
 * Makes training data: cleans texts, merges duplicates, splits the labelled rows by group, and builds the transfer set
 * from a log, unlabelled rows and mined pairs, without anything that is held out. The same inputs, options and seed
 * give the same bytes, for any number of threads; a killed run goes on behind its last finished step.
 * @throws Bert2dnnError for anything wrong in the inputs; then nothing is written.
 */
export async function prepare(options: PrepareOptions): Promise<PrepareResult> {
  checkPrepareOptions(options);
  await checkFolderPlace(options.out, isPreparedFolder);
  const lists = await mkdtemp(join(tmpdir(), 'bert2dnn-'));
  try {
    return await prepareWithLists(options, lists);
  } finally {
    await rm(lists, { recursive: true, force: true });
  }
}

/** @param lists folder for the list of labelled rows that are left out */
async function prepareWithLists(options: PrepareOptions, lists: string): Promise<PrepareResult> {
  const { progress = SILENT } = options;
  const labelled = await openLabelled(options, lists);
  const { set } = labelled;
  const transferInputs = await openTransferInputs(options, set.fields);
  const split = await splitSets(labelled, options);
  const task = taskOf(set.label as LabelColumn);
  const splits = countSplits(split.rowsOf, task);
  noteSplits({ labelled: split.counts, splits }, progress);
  const fields = Object.keys(set.fields);
  const head = { out: options.out, fields, task, labelled: split.counts, splits };
  const inputs = await fingerprintInputs(options);
  return withWork(options, keyOfWork(options, inputs), (place) => {
    const stage: TransferStage = {
      ...place,
      options,
      inputs: transferInputs,
      fieldNames: fields,
      train: split.rowsOf.train,
      keyOf: split.keyOf,
      heldOut: split.heldOut,
      progress,
    };
    // Alone: the work folder beside `out` is locked.
    const rules = { isOurs: isPreparedFolder, isAlone: true };
    return writeFolderAtomically(options.out, rules, async (folder) => {
      await writeSplits(folder, split.rowsOf, fields);
      const result: PrepareResult = { ...head, ...(await fillFolder(stage, labelled, folder)) };
      const { out, ...figures } = result;
      const files = await describeFiles(folder);
      const manifest = manifestOf({ options, inputs, files, figures });
      await writeJsonAtomically(join(folder, 'manifest.json'), manifest);
      return result;
    });
  });
}

/** What decides what the steps make. */
function keyOfWork(options: PrepareOptions, inputs: readonly InputFile[]): string {
  return fingerprintJson({
    codeVersion: CODE_VERSION,
    options: contentOptions(options) as Json,
    // With their places: a step may read a Parquet file where it is.
    inputs: inputs.map(({ role, path, fingerprint }) => [role, resolve(path), fingerprint]),
  });
}

/** Writes everything but the splits and the manifest. */
async function fillFolder(
  stage: TransferStage,
  labelled: LabelledSets,
  folder: string,
): Promise<Pick<PrepareResult, 'transfer' | 'log' | 'clicks' | 'skipped'>> {
  const sources = await prepareSources(stage);
  const transfer = await buildTransferSet(stage, sources, folder);
  const clicks = await writeClicks(stage, sources, folder);
  await labelled.badRows.close();
  const lists = Object.values(sources.roles).flatMap((role) => role.skipped);
  const skipped = await writeSkipped([labelled.skipped(), ...lists], folder);
  return { transfer, log: sources.log, clicks, skipped };
}

/** Opened labelled sets. */
interface LabelledSets {
  set: ExampleSet;
  given: { dev?: ExampleSet; test?: ExampleSet };
  badRows: BadRows;
  skipped(): SkippedRows;
}

async function openLabelled(options: PrepareOptions, lists: string): Promise<LabelledSets> {
  const { maxTextCharacters = PREPARE_DEFAULTS.maxTextCharacters } = options;
  const list = join(lists, SKIPPED_FILE);
  const badRows = new BadRows(options.badRows ?? 'fail', { listPath: list });
  const needs = { label: true as const, badRows, maxTextCharacters };
  const set = await openExamples(options.labelled, options.columns, needs);
  requireTwoSides(set);
  const open = (paths: readonly string[] | undefined) =>
    paths === undefined || paths.length === 0
      ? undefined
      : openExamples(paths, options.columns, needs);
  const given = { dev: await open(options.dev), test: await open(options.test) };
  return { set, given, badRows, skipped: () => ({ counts: badRows.result(), list }) };
}

interface SplitSets {
  rowsOf: SplitRows;
  counts: LabelledCounts;
  heldOut: HeldOut;
  keyOf(texts: readonly string[]): string;
}

async function splitSets(
  { set, given }: LabelledSets,
  options: PrepareOptions,
): Promise<SplitSets> {
  const queryIndex = Object.keys(set.fields).indexOf('query');
  const keyOf = (texts: readonly string[]): string =>
    (queryIndex < 0 ? texts.join(' ') : texts[queryIndex]).toLowerCase();
  const threshold = options.nearDuplicates ?? PREPARE_DEFAULTS.nearDuplicates;
  const near = threshold === 0 ? undefined : threshold;
  const { rowsOf, counts } = await splitLabelled({
    labelled: set,
    given,
    keyOf,
    clean: createCleaner(options.cleaning),
    groupsAreTexts: options.columns?.group === undefined,
    shares: options.shares,
    threshold: near,
    seed: options.seed ?? PREPARE_DEFAULTS.seed,
  });
  const heldOut = new HeldOut([...rowsOf.dev, ...rowsOf.test], keyOf, near);
  return { rowsOf, counts, heldOut, keyOf };
}

function taskOf(label: LabelColumn): Task {
  return label.kind === 'classes'
    ? { kind: 'classes', classes: label.classes }
    : { kind: 'graded', labelRange: label.labelRange };
}

/**
 * Opens the work folder, and removes it when all is done or the inputs are wrong. It stays where the same command can
 * go on: after a kill, or on a full disk.
 */
async function withWork<Result>(
  options: PrepareOptions,
  key: string,
  run: (place: { work: WorkFolder; engines: Engines }) => Promise<Result>,
): Promise<Result> {
  const { progress = SILENT } = options;
  const work = await WorkFolder.open(options.out, key, (name, seconds) => {
    if (seconds >= NOTED_SECONDS) progress.note(`${name}: ${formatDuration(seconds)}`);
  });
  const engines = new Engines(options.threads ?? 1, work.spillFolder);
  try {
    const result = await run({ work, engines });
    engines.close();
    await work.remove();
    return result;
  } catch (error) {
    engines.close();
    const isDiskFull = error instanceof Bert2dnnError && error.code === 'DISK_FULL';
    await (isDiskFull ? work.release() : work.remove());
    throw error;
  }
}

async function writeClicks(
  stage: TransferStage,
  sources: TransferSources,
  folder: string,
): Promise<ClickFigures | undefined> {
  const { log } = sources.roles;
  if (log === undefined || stage.inputs.log?.logColumns.clicks === undefined) return undefined;
  const { options, work, engines } = stage;
  const { figures } = await estimateClicks(await engines.useParallel(), await engines.useSerial(), {
    relation: log.relation,
    banned: sources.banned,
    fields: fieldColumns(stage),
    fieldNames: stage.fieldNames,
    priorStrength: options.clickPrior ?? PREPARE_DEFAULTS.clickPrior,
    bucketRows: options.bucketRows ?? BUCKET_ROWS,
    seed: options.seed ?? PREPARE_DEFAULTS.seed,
    partRows: options.partRows ?? PREPARE_DEFAULTS.partRows,
    folder: await work.scratch('clicks'),
    out: join(folder, 'clicks'),
  });
  return figures;
}

/** Joins the lists of rows that were left out into one, if there are any. */
async function writeSkipped(
  parts: readonly SkippedRows[],
  folder: string,
): Promise<SkippedCounts | undefined> {
  const skipped: SkippedCounts = { rows: 0, byReason: {} };
  for (const { counts, list } of parts) {
    if (counts.numSkipped === 0) continue;
    const text = await readFile(list, 'utf8');
    const body = skipped.rows === 0 ? text : text.slice(text.indexOf('\n') + 1);
    await appendFile(join(folder, SKIPPED_FILE), body);
    skipped.rows += counts.numSkipped;
    for (const [reason, count] of Object.entries(counts.byReason) as [BadRowReason, number][]) {
      skipped.byReason[reason] = (skipped.byReason[reason] ?? 0) + count;
    }
  }
  return skipped.rows === 0 ? undefined : skipped;
}
