// The log's impressions by pair and position against a naive twin; bots; cells that are no counts.
import { mkdtemp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Engine } from '../../../src/data/duckdb.js';
import { BadRows } from '../../../src/data/index.js';
import {
  countImpressions,
  DEFAULT_BOT_LIMITS,
  impressionsRelation,
} from '../../../src/data/prepare/query-log.js';
import { SerialEngines } from '../../../src/data/prepare/serial-engines.js';
import { stagedRelation, stageFiles } from '../../../src/data/prepare/staged-files.js';
import { errorOf, put, temporaryFolder } from '../files.js';
import {
  countNaively,
  generateLog,
  type LOG_HEADER,
  type LogRow,
  logAsTsv,
} from './generated-log.js';

const folder = await temporaryFolder();
const engine = await Engine.start({
  threads: 2,
  memoryMb: 500,
  temporaryFolder: join(folder, 'spill'),
});
const database = await engine.connect();
const engines = await SerialEngines.start({
  threads: 2,
  memoryMb: 500,
  temporaryFolder: join(folder, 'serial'),
});
afterAll(() => {
  engines.close();
  database.close();
  engine.close();
});

type Column = Exclude<(typeof LOG_HEADER)[number], 'query' | 'title'>;
const ALL_COLUMNS: Column[] = ['session', 'position', 'clicks', 'purchases', 'impressions'];

interface Choices {
  columns?: readonly Column[];
  botImpressions?: number;
  badRows?: BadRows;
}

/** Stages files and counts them; the figures and the counted rows in a fixed order. */
async function count(paths: string[], choices: Choices = {}) {
  const { columns: names = ALL_COLUMNS, botImpressions = 300 } = choices;
  const badRows = choices.badRows ?? new BadRows('fail');
  const columns = Object.fromEntries(names.map((name) => [name, name]));
  const into = await mkdtemp(join(folder, 'counted-'));
  const staging = { f0: 'query', f1: 'title', ...columns };
  const options = { database, badRows, folder: into };
  const files = await stageFiles(paths, { ...options, columns: staging, maxTextCharacters: 1000 });
  const figures = await countImpressions({
    ...options,
    relation: stagedRelation(into, files, staging),
    files,
    staging: { columns: staging, maxTextCharacters: 1000 },
    fields: ['f0', 'f1'],
    columns,
    engines,
    // Several buckets.
    bucketRows: 400,
    bots: { ...DEFAULT_BOT_LIMITS, impressions: botImpressions },
  });
  const rows = await database.rows(
    `SELECT f0, f1, position::DOUBLE, weight::DOUBLE, clicks::DOUBLE, purchases::DOUBLE, source::DOUBLE FROM ${impressionsRelation(into)}`,
  );
  return { figures, rows: rows.map((row) => JSON.stringify(row)).sort() };
}

function countTwin(log: readonly LogRow[], botImpressions = 300) {
  const { impressions, figures, botNames } = countNaively(log, { impressions: botImpressions });
  const rows = impressions.map(({ texts, position, weight, clicks, purchases, source }) =>
    JSON.stringify([...texts, position, weight, clicks, purchases, source]),
  );
  return { figures, rows: rows.sort(), botNames };
}

describe('countImpressions', () => {
  const log = generateLog(1);

  it('counts pairs by position without the bots, as a naive twin does', async () => {
    const path = await put(folder, 'log.tsv', logAsTsv(log));
    const twin = countTwin(log);
    expect(twin.botNames.sort()).toEqual(['clicker', 'crawler']);
    expect(await count([path])).toEqual({ figures: twin.figures, rows: twin.rows });
  });

  it('counts several files as one', async () => {
    const half = log.length >> 1;
    const paths = [
      await put(folder, 'first.tsv', logAsTsv(log.slice(0, half))),
      await put(folder, 'second.tsv', logAsTsv(log.slice(half))),
    ];
    const { figures, rows } = countTwin(log);
    expect(await count(paths)).toEqual({ figures, rows });
  });

  it('lets a session of exactly the limit be a person, one above it a bot', async () => {
    const path = await put(folder, 'limit.tsv', logAsTsv(log));
    const crawler = log.filter(({ session }) => session === 'crawler');
    const { impressions } = countNaively(crawler, { impressions: 1e9 }).figures;
    for (const limit of [impressions, impressions - 1]) {
      const { figures, rows, botNames } = countTwin(log, limit);
      expect(botNames.includes('crawler')).toBe(limit < impressions);
      expect(await count([path], { botImpressions: limit })).toEqual({ figures, rows });
    }
  });

  it('takes a session with 50 clicks on nine impressions of ten for a bot, with fewer for a person', async () => {
    const session = (name: string, numClicks: number, numOthers: number): LogRow[] =>
      Array.from({ length: numClicks + numOthers }, (_, row) => ({
        ...{ query: 'q', title: 't', session: name, position: '', purchases: '', impressions: '' },
        clicks: row < numClicks ? '1' : '0',
      }));
    const rows = [...session('bot', 54, 6), ...session('few', 49, 0), ...session('mixed', 54, 7)];
    const path = await put(folder, 'clickers.tsv', logAsTsv(rows));
    const { figures } = await count([path]);
    expect(figures).toMatchObject({ sessions: 3, botSessions: 1, botImpressions: 60 });
  });

  it('takes an absent column for one impression, no click, no position, no session', async () => {
    const path = await put(folder, 'bare.tsv', logAsTsv(log));
    const bare = log.map((row) => {
      const absent = { session: '', position: '', clicks: '', purchases: '', impressions: '' };
      return { ...absent, query: row.query, title: row.title };
    });
    const { figures, rows } = countTwin(bare);
    expect(await count([path], { columns: [] })).toEqual({ figures, rows });
    const clicked = bare.map((row, index) => ({ ...row, clicks: log[index].clicks }));
    const twin = countTwin(clicked);
    expect(await count([path], { columns: ['clicks'] })).toEqual({
      figures: twin.figures,
      rows: twin.rows,
    });
  });
});

describe('cells that are no counts', () => {
  const log = generateLog(2).slice(0, 40);
  const bad: [row: number, column: Column, cell: string][] = [
    [3, 'clicks', 'yes'],
    [7, 'position', '-1'],
    [8, 'purchases', '0.5'],
    [30, 'impressions', '1e10'],
    [31, 'clicks', 'nan'],
    [39, 'position', 'inf'],
  ];

  /** Two files of 20 rows; the first one begins with a blank line, as a place is a line and no row. */
  async function putFiles(cells: typeof bad): Promise<string[]> {
    const rows = log.map((row) => ({ ...row }));
    for (const [row, column, cell] of cells) rows[row][column] = cell;
    const [header, ...lines] = logAsTsv(rows.slice(0, 20)).split('\n');
    return [
      await put(folder, 'bad-1.tsv', [header, '', ...lines].join('\n')),
      await put(folder, 'bad-2.tsv', logAsTsv(rows.slice(20))),
    ];
  }

  it.each(bad)('row %i: %s %s is an error with file and line', async (row, column, cell) => {
    const paths = await putFiles([[row, column, cell]]);
    const error = await errorOf(count(paths));
    expect(error.code).toBe('FILE_FORMAT');
    const place = row < 20 ? `${paths[0]}:${row + 3}` : `${paths[1]}:${row - 20 + 2}`;
    expect(error.message).toBe(
      `${place}: position, clicks, purchases, impressions must be whole numbers of 0 or more`,
    );
  });

  it('are left out and listed under skip, beside rows that were left out before', async () => {
    const paths = await putFiles(bad);
    const [first] = paths;
    const lines = (await readFile(first, 'utf8')).split('\n');
    // A row that is none, and one that is too long, at the end of the first file.
    await put(
      folder,
      'bad-1.tsv',
      [...lines.slice(0, -1), 'torn', `${'x'.repeat(1001)}\tt${'\t'.repeat(5)}`].join('\n'),
    );
    const listPath = join(folder, 'list.tsv');
    const badRows = new BadRows('skip', { listPath });
    const counted = await count(paths, { badRows });
    await badRows.close();
    const kept = new Set(bad.map(([row]) => row));
    const { figures, impressions } = countNaively(
      log.filter((_, row) => !kept.has(row)),
      { impressions: 300 },
    );
    expect(counted.figures).toEqual(figures);
    expect(counted.rows).toHaveLength(impressions.length);
    const list = (await readFile(listPath, 'utf8')).trimEnd().split('\n').slice(1);
    const places = list.map((line) => line.split('\t').slice(0, 3));
    // A list says where: the same file and line as the error.
    expect(places).toEqual([
      [first, '23', 'cells'],
      [first, '24', 'too-long'],
      ...bad.map(([row]) => {
        const [path, line] = row < 20 ? [first, row + 3] : [paths[1], row - 20 + 2];
        return [path, String(line), 'number'];
      }),
    ]);
    const messages = list.slice(2).map((line) => line.split('\t')[3]);
    expect(new Set(messages)).toEqual(
      new Set(['position, clicks, purchases, impressions must be whole numbers of 0 or more']),
    );
  });
});
