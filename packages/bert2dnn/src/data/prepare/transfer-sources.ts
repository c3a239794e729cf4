// Steps that bring each input of the transfer set into one form: staged, the log counted, cleaned, its held-out keys
// found. What a step does is in its own file.
import { join } from 'node:path';
import type { Progress } from '../../foundation/progress.js';
import { type BadRowCounts, BadRows } from '../bad-rows.js';
import { sqlPath } from '../duckdb.js';
import type { LabelledRow } from '../labelled-rows.js';
import { writeParquet } from '../parquet-writer.js';
import { bannedRelation, findBannedKeys } from './banned-keys.js';
import { BUCKET_ROWS } from './buckets.js';
import { type CleanFigures, cleanedRelation, cleanRows } from './clean-rows.js';
import type { Engines } from './engines.js';
import type { HeldOut } from './held-out.js';
import { PREPARE_DEFAULTS, type PrepareOptions } from './prepare-options.js';
import {
  countImpressions,
  DEFAULT_BOT_LIMITS,
  impressionsRelation,
  type LogFigures,
} from './query-log.js';
import { type StagedFile, stagedRelation, stageFiles } from './staged-files.js';
import { fieldColumn, type TransferInputs } from './transfer-inputs.js';
import type { WorkFolder } from './work-folder.js';

/** What the steps of a transfer set share. */
export interface TransferStage {
  options: PrepareOptions;
  inputs: TransferInputs;
  /** Names of the fields, in order; in SQL they are `f0`, `f1`, ... */
  fieldNames: readonly string[];
  /** Labelled training rows. */
  train: readonly LabelledRow[];
  keyOf(texts: readonly string[]): string;
  heldOut: HeldOut;
  engines: Engines;
  work: WorkFolder;
  progress: Progress;
}

/** Inputs with files of their own. */
export const ROLES = ['log', 'unlabelled', 'queries', 'catalogue'] as const;
export type Role = (typeof ROLES)[number];

/** Rows that were left out because they cannot be read, and the list of them. */
export interface SkippedRows {
  counts: BadRowCounts;
  list: string;
}

/** An input in its one form. */
export interface CleanedRole {
  /** Behind FROM: its texts, `key`, `weight`, `source`; of the log also `position`, `clicks`, `purchases`. */
  relation: string;
  files: StagedFile[];
  /** Rows left out for personal data, by kind. */
  personal: CleanFigures['personal'];
  skipped: SkippedRows[];
}

/** All inputs in their one form. */
export interface TransferSources {
  roles: Partial<Record<Role, CleanedRole>>;
  log?: LogFigures;
  /** Behind FROM: fields, `key`, `label`, `grp`, `weight`, `source` of the labelled training rows. */
  labelled: string;
  /** Behind FROM: `key`, `is_near`. */
  banned: string;
}

/** SQL names of the fields. */
export function fieldColumns(stage: TransferStage): string[] {
  return stage.fieldNames.map((_, index) => fieldColumn(index));
}

/** SQL name of the field `query`, if there is one. */
export function queryColumn(stage: TransferStage): string | undefined {
  const index = stage.fieldNames.indexOf('query');
  return index < 0 ? undefined : fieldColumn(index);
}

/** Runs the steps that are not done yet. */
export async function prepareSources(stage: TransferStage): Promise<TransferSources> {
  const roles: TransferSources['roles'] = {};
  let log: LogFigures | undefined;
  for (const role of ROLES) {
    if (stage.inputs[role] === undefined) continue;
    const staged = await stageRole(stage, role);
    const skipped = [staged.skipped];
    let { relation } = staged;
    if (role === 'log') {
      const counted = await countLog(stage, staged);
      log = counted.figures;
      relation = counted.relation;
      skipped.push(counted.skipped);
    }
    const cleaned = await cleanRole(stage, role, relation);
    roles[role] = { ...cleaned, files: staged.files, skipped };
  }
  const labelled = await writeLabelled(stage);
  const relations = (['log', 'unlabelled', 'queries'] as const).flatMap(
    (role) => roles[role]?.relation ?? [],
  );
  const { heldOut } = stage;
  const areQueries = queryColumn(stage) !== undefined;
  const banned = await stage.work.step('banned', async (folder) => {
    const database = await stage.engines.useParallel();
    await findBannedKeys(database, { relations, areQueries, heldOut, folder });
    return {};
  });
  return { roles, log, labelled, banned: bannedRelation(banned.folder) };
}

/** Name of the list of rows that were left out. */
export const SKIPPED_FILE = 'skipped-rows.tsv';

/** Runs `work` with a list of bad rows in `folder`, and puts the list in place. */
async function listBadRows<Result>(
  { options }: TransferStage,
  folder: string,
  work: (badRows: BadRows) => Promise<Result>,
): Promise<{ result: Result; counts: BadRowCounts }> {
  const badRows = new BadRows(options.badRows ?? 'fail', { listPath: join(folder, SKIPPED_FILE) });
  try {
    const result = await work(badRows);
    await badRows.close();
    return { result, counts: badRows.result() };
  } catch (error) {
    badRows.discard();
    throw error;
  }
}

interface StagedRole {
  relation: string;
  files: StagedFile[];
  skipped: SkippedRows;
}

async function stageRole(stage: TransferStage, role: Role): Promise<StagedRole> {
  const { paths, columns } = stage.inputs[role] as {
    paths: string[];
    columns: Record<string, string>;
  };
  const { maxTextCharacters = PREPARE_DEFAULTS.maxTextCharacters } = stage.options;
  const { folder, figures } = await stage.work.step(`${role}-staged`, (into) =>
    listBadRows(stage, into, async (badRows) => {
      const database = await stage.engines.useParallel(true);
      const options = { database, columns, badRows, maxTextCharacters, folder: into };
      return stageFiles(paths, options);
    }),
  );
  const files = figures.result;
  noteRows(stage.progress, role, files);
  return {
    relation: stagedRelation(folder, files, columns),
    files,
    skipped: { counts: figures.counts, list: join(folder, SKIPPED_FILE) },
  };
}

function noteRows(progress: Progress, role: Role, files: readonly StagedFile[]): void {
  const numRows = files.reduce((sum, file) => sum + file.numRows, 0);
  progress.note(
    `${role}: ${numRows} rows of ${files.length} ${files.length === 1 ? 'file' : 'files'}`,
  );
}

async function countLog(
  stage: TransferStage,
  staged: StagedRole,
): Promise<{ relation: string; figures: LogFigures; skipped: SkippedRows }> {
  const { botImpressions, maxTextCharacters = PREPARE_DEFAULTS.maxTextCharacters } = stage.options;
  const { columns: stagedColumns = {}, logColumns = {} } = stage.inputs.log ?? {};
  const { folder, figures } = await stage.work.step('log-counted', (into) =>
    listBadRows(stage, into, async (badRows) =>
      countImpressions({
        database: await stage.engines.useParallel(),
        engines: await stage.engines.useSerial(),
        relation: staged.relation,
        files: staged.files,
        staging: { columns: stagedColumns, maxTextCharacters },
        fields: fieldColumns(stage),
        columns: logColumns,
        bucketRows: stage.options.bucketRows ?? BUCKET_ROWS,
        bots: {
          ...DEFAULT_BOT_LIMITS,
          ...(botImpressions !== undefined && { impressions: botImpressions }),
        },
        badRows,
        folder: into,
      }),
    ),
  );
  return {
    relation: impressionsRelation(folder),
    figures: figures.result,
    skipped: { counts: figures.counts, list: join(folder, SKIPPED_FILE) },
  };
}

/** Numbers that go along with an input's texts; of the others a row weighs 1. */
const LOG_NUMBERS = ['weight', 'position', 'clicks', 'purchases', 'source'] as const;

async function cleanRole(
  stage: TransferStage,
  role: Role,
  relation: string,
): Promise<{ relation: string; personal: CleanFigures['personal'] }> {
  const { cleaning = {}, dropPersonalData = true } = stage.options;
  const query = queryColumn(stage);
  const texts = textsOf(stage, role);
  const isPersonal = dropPersonalData && role !== 'catalogue' && query !== undefined;
  const key = query !== undefined && texts.includes(query) ? [query] : texts.filter(isField);
  const { folder, figures } = await stage.work.step(`${role}-cleaned`, async (into) =>
    cleanRows({
      database: await stage.engines.useParallel(),
      relation: role === 'log' ? relation : `(SELECT *, 1 AS weight FROM ${relation})`,
      texts,
      numbers: role === 'log' ? LOG_NUMBERS : ['weight', 'source'],
      personal: isPersonal ? query : undefined,
      key,
      cleaning,
      folder: into,
    }),
  );
  return { relation: cleanedRelation(folder), personal: figures.personal };
}

function isField(name: string): boolean {
  return /^f\d+$/.test(name);
}

/** Texts of an input by their SQL names; of a log those that are no fields are counted already. */
function textsOf(stage: TransferStage, role: Role): string[] {
  const names = Object.keys(stage.inputs[role]?.columns ?? {});
  return role === 'log' ? names.filter(isField) : names;
}

async function writeLabelled(stage: TransferStage): Promise<string> {
  const { train, keyOf } = stage;
  const { folder } = await stage.work.step('labelled', async (into) => {
    await writeParquet(join(into, LABELLED_FILE), [
      ...fieldColumns(stage).map((name, field) => ({
        name,
        type: 'VARCHAR' as const,
        values: train.map((row) => row.texts[field]),
      })),
      { name: 'key', type: 'VARCHAR', values: train.map((row) => keyOf(row.texts)) },
      { name: 'label', type: 'DOUBLE', values: train.map((row) => row.label) },
      { name: 'grp', type: 'VARCHAR', values: train.map((row) => row.group) },
      { name: 'weight', type: 'BIGINT', values: train.map((row) => row.count) },
      { name: 'source', type: 'BIGINT', values: train.map((_, index) => index) },
    ]);
    return {};
  });
  return `read_parquet(${sqlPath(join(folder, LABELLED_FILE))})`;
}

const LABELLED_FILE = 'labelled.parquet';
