// A query log to impressions counted by pair and position: bots out, clicks and purchases summed. In SQL, out of core.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Bert2dnnError } from '../../foundation/errors.js';
import type { BadRows } from '../bad-rows.js';
import { type Database, sqlFiles, sqlName, sqlText } from '../duckdb.js';
import { bucketRelation, countBuckets, orderHashSql, sprayRows } from './buckets.js';
import type { SerialEngines } from './serial-engines.js';
import type { StagedFile } from './staged-files.js';
import { type PlaceOptions, placesOfRows } from './staged-places.js';

/** Columns of a log beside its fields; each may be absent. */
export const LOG_COLUMNS = ['session', 'position', 'clicks', 'purchases', 'impressions'] as const;
export type LogColumn = (typeof LOG_COLUMNS)[number];

/** Names under which a log's column is looked for where none is given. */
export const LOG_COLUMN_NAMES: Record<LogColumn, readonly string[]> = {
  session: ['session', 'session_id'],
  position: ['position', 'rank'],
  clicks: ['clicks', 'clicked', 'click'],
  purchases: ['purchases', 'purchased', 'purchase'],
  impressions: ['impressions'],
};

/** What makes a session a bot's. */
export interface BotLimits {
  /** Most impressions of a person's session. */
  impressions: number;
  /** A session with at least so many clicks, and clicks on nine impressions of ten, is no person's. */
  clicks: number;
}

export const DEFAULT_BOT_LIMITS: BotLimits = { impressions: 1000, clicks: 50 };
const BOT_CLICK_PERCENT = 90;

/** What a log held; survives JSON. */
export interface LogFigures {
  rows: number;
  impressions: number;
  clicks: number;
  purchases: number;
  sessions: number;
  botSessions: number;
  /** Impressions of bots; they are left out. */
  botImpressions: number;
}

/** A staged log. */
export interface LogOptions {
  /** Of an engine in which order does not matter. */
  database: Database;
  engines: SerialEngines;
  /** `stagedRelation`: the fields, and those of `LOG_COLUMNS` that there are. */
  relation: string;
  files: readonly StagedFile[];
  /** What the files were staged with. */
  staging: Omit<PlaceOptions, 'policy'>;
  /** Field columns in the relation. */
  fields: readonly string[];
  /** Name in the relation -> column of the files: the log columns that there are. */
  columns: Partial<Record<LogColumn, string>>;
  bots: BotLimits;
  /** Rows that are summed up at once. */
  bucketRows: number;
  badRows: BadRows;
  folder: string;
}

/**
 * Writes one row for each distinct (fields, position): `weight` (impressions), `clicks`, `purchases`, `position` (0:
 * unknown) and `source` (the first row). Read it by `impressionsRelation`.
 * @throws Bert2dnnError FILE_FORMAT for a cell that is no count, with file and line.
 */
export async function countImpressions(options: LogOptions): Promise<LogFigures> {
  const { database, folder } = options;
  await database.run(`CREATE OR REPLACE TEMP VIEW log_rows AS ${numbersSql(options)}`);
  const isBad = await handleBadNumbers(options);
  await database.run(
    `CREATE OR REPLACE TEMP VIEW log_good AS SELECT * FROM log_rows ${isBad ? 'WHERE NOT is_bad' : ''}`,
  );
  const [totals] = await database.rows(
    'SELECT count(*)::DOUBLE, coalesce(sum(weight), 0)::DOUBLE, coalesce(sum(clicks), 0)::DOUBLE, ' +
      'coalesce(sum(purchases), 0)::DOUBLE FROM log_good',
  );
  const [rows, impressions, clicks, purchases] = totals.map(Number);
  const bots = await findBots(options, rows);
  await sumByPair(options, rows);
  await rm(join(folder, SPRAYED_FOLDER), { recursive: true, force: true });
  return { rows, impressions, clicks, purchases, ...bots };
}

const SPRAYED_FOLDER = 'sprayed';

/** Behind FROM: what `countImpressions` wrote. */
export function impressionsRelation(folder: string): string {
  return `read_parquet(${sqlFiles(folder, 'impressions-*.parquet')})`;
}

/** Sums by pair and position, bucket by bucket: a hash table of all pairs would not stay within the engine's memory. */
async function sumByPair(options: LogOptions, numRows: number): Promise<void> {
  const { database, engines, fields, columns, folder } = options;
  const names = fields.map(sqlName).join(', ');
  const position = columns.position === undefined ? '0::BIGINT AS position' : 'position';
  const isHuman = columns.session === undefined ? '' : 'ANTI JOIN log_bots USING (session)';
  const numBuckets = countBuckets(numRows, 0, options.bucketRows);
  const sprayed = join(folder, SPRAYED_FOLDER);
  await sprayRows(database, {
    select:
      `SELECT ${names}, ${position}, weight, clicks, purchases, source, ${orderHashSql(0, fields)} AS h ` +
      `FROM log_good ${isHuman}`,
    folder: sprayed,
    numBuckets,
  });
  await engines.map(numBuckets, async (serial, bucket) => {
    const relation =
      bucketRelation(sprayed, bucket) ??
      // The first file is always there, so that a log of bots alone is an empty relation.
      (bucket === 0 ? `(SELECT ${emptyRow(fields)} WHERE false)` : undefined);
    if (relation === undefined) return;
    const path = join(folder, `impressions-${String(bucket).padStart(4, '0')}.parquet`);
    await serial.run(
      `COPY (SELECT ${names}, position, sum(weight)::BIGINT AS weight, sum(clicks)::BIGINT AS clicks, ` +
        `sum(purchases)::BIGINT AS purchases, min(source) AS source FROM ${relation} GROUP BY ${names}, position) ` +
        `TO ${sqlText(path)} (FORMAT parquet, COMPRESSION snappy)`,
    );
  });
}

function emptyRow(fields: readonly string[]): string {
  const texts = fields.map((name) => `'' AS ${sqlName(name)}`);
  const numbers = ['position', 'weight', 'clicks', 'purchases', 'source'].map(
    (name) => `0::BIGINT AS ${name}`,
  );
  return [...texts, ...numbers].join(', ');
}

/** The log with numbers for texts, and whether one of them cannot be read. */
function numbersSql({ relation, fields, columns }: LogOptions): string {
  const number = (column: LogColumn, absent: string): string =>
    columns[column] === undefined
      ? absent
      : `CASE lower(trim(${column})) WHEN '' THEN ${absent} WHEN 'true' THEN 1 WHEN 'false' THEN 0 ELSE TRY_CAST(${column} AS DOUBLE) END`;
  const counts = {
    weight: number('impressions', '1'),
    clicks: number('clicks', '0'),
    purchases: number('purchases', '0'),
    position: number('position', '0'),
  };
  const session = columns.session === undefined ? '' : 'session, ';
  const isBad = Object.values(counts).map(
    (sql) => `coalesce((${sql}) < 0 OR (${sql}) > 1e9 OR (${sql}) <> floor(${sql}), true)`,
  );
  const selected = Object.entries(counts).map(
    ([name, sql]) => `TRY_CAST(${sql} AS BIGINT) AS ${name}`,
  );
  return (
    `SELECT ${fields.map(sqlName).join(', ')}, ${session}${selected.join(', ')}, source, ` +
    `(${isBad.join(' OR ')}) AS is_bad FROM ${relation}`
  );
}

/** Throws for the first row whose counts cannot be read, or lists them all; says whether there are any. */
async function handleBadNumbers({
  database,
  badRows,
  files,
  columns,
  staging,
}: LogOptions): Promise<boolean> {
  if (Object.keys(columns).every((column) => column === 'session')) return false;
  const limit = badRows.policy === 'fail' ? 'LIMIT 1' : '';
  const found = await database.rows(
    `SELECT source::DOUBLE FROM log_rows WHERE is_bad ORDER BY source ${limit}`,
  );
  const sources = found.map(([source]) => Number(source));
  const names = LOG_COLUMNS.flatMap((name) => (name === 'session' ? [] : (columns[name] ?? [])));
  const places = placesOfRows(files, sources, { ...staging, policy: badRows.policy });
  for await (const { words, ...place } of places) {
    const message = `${words}: ${names.join(', ')} must be whole numbers of 0 or more`;
    const error = () =>
      new Bert2dnnError('FILE_FORMAT', message, {
        hint: 'Correct the cell, or leave such rows out with --bad-rows skip.',
      });
    badRows.add({ ...place, reason: 'number', error });
  }
  return found.length > 0;
}

/** Sessions that are summed up at once. */
const SESSION_ROWS = 10_000_000;

/** Makes the table `log_bots` of the bots' sessions, by shares of the sessions where there may be many. */
async function findBots(
  { database, columns, bots }: LogOptions,
  numRows: number,
): Promise<Pick<LogFigures, 'sessions' | 'botSessions' | 'botImpressions'>> {
  if (columns.session === undefined) return { sessions: 0, botSessions: 0, botImpressions: 0 };
  const isBot =
    `impressions > ${bots.impressions} OR ` +
    `(clicks >= ${bots.clicks} AND 100 * clicks >= ${BOT_CLICK_PERCENT} * impressions)`;
  await database.run('CREATE OR REPLACE TEMP TABLE log_bots (session VARCHAR, impressions BIGINT)');
  const numShares = Math.ceil(numRows / SESSION_ROWS);
  let sessions = 0;
  for (let share = 0; share < numShares; share++) {
    await database.run(
      'CREATE OR REPLACE TEMP TABLE log_sessions AS ' +
        'SELECT session, sum(weight)::BIGINT AS impressions, sum(clicks)::BIGINT AS clicks FROM log_good ' +
        `WHERE session <> '' AND hash(session) % ${numShares} = ${share} GROUP BY session`,
    );
    await database.run(
      `INSERT INTO log_bots SELECT session, impressions FROM log_sessions WHERE ${isBot}`,
    );
    const [[count]] = await database.rows('SELECT count(*)::DOUBLE FROM log_sessions');
    sessions += Number(count);
  }
  await database.run('DROP TABLE IF EXISTS log_sessions');
  const [[botSessions, botImpressions]] = await database.rows(
    'SELECT count(*)::DOUBLE, coalesce(sum(impressions), 0)::DOUBLE FROM log_bots',
  );
  return {
    sessions,
    botSessions: Number(botSessions),
    botImpressions: Number(botImpressions),
  };
}
