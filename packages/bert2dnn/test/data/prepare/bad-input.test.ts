// Inputs that are wrong, through prepare and through the command line: what is said, that rows can be left out and are
// listed, that inputs stay as they are and nothing is left behind.
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type PrepareOptions, prepare, readTable, writeParquet } from '../../../src/data/index.js';
import { runCommand } from '../../cli/command-line.js';
import { errorOf, put, temporaryFolder } from '../files.js';
import { QUERIES, TITLES } from './generated-log.js';
import { hashFolder, readTransfer } from './prepared-rows.js';

const root = await temporaryFolder();
const folder = join(root, 'inputs');
await mkdir(folder);

const csv = (rows: readonly (readonly (string | number)[])[]): string =>
  `${rows.map((row) => row.join(',')).join('\n')}\n`;

const goodRows = QUERIES.slice(0, 30).flatMap((query, index) => [
  [query, TITLES[index], 1],
  [query, TITLES[index + 9], 0],
]);
const labelled = await put(folder, 'labelled.csv', csv([['query', 'title', 'label'], ...goodRows]));
/** Good files of every other input. */
const good = {
  unlabelled: await put(
    folder,
    'more.csv',
    csv([['query', 'title'], ...TITLES.map((title) => ['new query', title])]),
  ),
  log: await put(
    folder,
    'log.csv',
    csv([
      ['query', 'title', 'clicks'],
      ...TITLES.map((title, index) => ['lamp', title, index % 2]),
    ]),
  ),
  catalogue: await put(folder, 'items.csv', csv([['title'], ...TITLES.map((title) => [title])])),
  queries: await put(folder, 'queries.csv', csv([['query'], ['garden table']])),
};

type Role = keyof typeof good;

function options(more: Partial<PrepareOptions> = {}): PrepareOptions {
  return { labelled: [labelled], out: join(root, 'out'), ...more };
}

/** Options with files beside the good ones of an input. */
function optionsWith(role: Role, files: string[], more: Partial<PrepareOptions> = {}) {
  const needed = role === 'queries' ? { catalogue: [good.catalogue] } : {};
  return options({ ...needed, [role]: [good[role], ...files], ...more });
}

/** The error of a prepare, which must touch nothing and leave nothing. */
async function refusalOf(wrong: PrepareOptions) {
  const before = await hashFolder(folder);
  const error = await errorOf(prepare(wrong));
  expect(await hashFolder(folder)).toEqual(before);
  expect(await readdir(root)).toEqual(['inputs']);
  return error;
}

describe('an input that is wrong is refused', () => {
  it.each(['unlabelled', 'log', 'catalogue', 'queries'] as const)(
    'a column that one file of %s lacks',
    async (role) => {
      const path = await put(folder, 'lacks.csv', 'name,price\ndrill,3\n');
      const error = await refusalOf(optionsWith(role, [path]));
      const column = role === 'catalogue' ? 'title' : 'query';
      expect(error.code).toBe('COLUMN_MISSING');
      expect(error.message).toBe(`${path}: no column "${column}", the columns are "name", "price"`);
    },
  );

  it('a named log column that one file lacks', async () => {
    const path = await put(folder, 'log-2.csv', 'query,title,clicks\nlamp,a,1\n');
    const logColumns = { session: 'visitor' };
    const error = await refusalOf(optionsWith('log', [path], { logColumns }));
    expect(error.message).toContain(`${good.log}: no column "visitor"`);
  });

  it.each([
    [
      'a quote that never closes',
      'query,title\na,b\nlamp,"lit\nx,y\n',
      3,
      'FILE_FORMAT',
      'a quote opens in this row and never closes',
    ],
    [
      'a cell too many',
      'query,title\na,b,c\n',
      2,
      'FILE_FORMAT',
      'got 3 cells, expected 2 as in the header',
    ],
    [
      'a cell too few, behind good rows',
      `query,title\n${'a,b\n'.repeat(9000)}c\n`,
      9002,
      'FILE_FORMAT',
      'got 1 cell, expected 2 as in the header',
    ],
    [
      'Latin-1 behind UTF-8',
      Buffer.concat([Buffer.from('query,title\nété,a\n'), Buffer.from('\xe9t\xe9,b\n', 'latin1')]),
      3,
      'TEXT_ENCODING',
      '',
    ],
  ])('%s, by its line', async (_, content, line, code, message) => {
    const path = await put(folder, 'wrong.csv', content);
    for (const role of ['unlabelled', 'log'] as const) {
      const error = await refusalOf(options({ [role]: [path] }));
      expect(error.code).toBe(code);
      expect(error.message).toContain(`${path}:${line}: ${message}`);
    }
  });

  it('UTF-16, and a .gz that was cut off', async () => {
    const wide = await put(folder, 'wide.csv', Buffer.from('\ufeffquery,title\na,b\n', 'utf16le'));
    expect((await refusalOf(optionsWith('unlabelled', [wide]))).code).toBe('TEXT_ENCODING');
    const bytes = gzipSync(await readFile(good.unlabelled));
    const cut = await put(folder, 'cut.csv.gz', bytes.subarray(0, bytes.length - 20));
    const error = await refusalOf(optionsWith('unlabelled', [cut]));
    expect(error.code).toBe('FILE_CORRUPT');
    expect(error.message).toContain(`${cut}: broken or cut-off gzip data`);
  });

  it("a text of ten million characters, or above a limit of one's own", async () => {
    const long = await put(
      folder,
      'long.csv',
      csv([
        ['query', 'title'],
        ['lamp', 'ok'],
        ['lamp', 'x'.repeat(10_000_000)],
        ['lamp', 'ok too'],
      ]),
    );
    const error = await refusalOf(optionsWith('unlabelled', [long]));
    expect(error.message).toBe(
      `${long}:3: "title" has 10000000 characters, expected at most 1000000`,
    );
    const own = await refusalOf(
      optionsWith('unlabelled', [good.unlabelled], { maxTextCharacters: 8 }),
    );
    expect(own.code).toBe('FILE_FORMAT');
    expect(own.message).toMatch(/characters, expected at most 8$/);
  });

  it('fewer queries than splits', async () => {
    const path = await put(folder, 'few.csv', 'query,title,label\na,b,1\nc,d,0\n');
    const error = await refusalOf(options({ labelled: [path] }));
    expect(error.code).toBe('TOO_FEW_EXAMPLES');
    expect(error.message).toContain('has 2 different groups');
  });

  it('queries that are all nearly one: what cannot be split', async () => {
    const rows = Array.from({ length: 20 }, (_, row) => [
      'the same long query',
      `t ${row}`,
      row % 2,
    ]);
    const path = await put(folder, 'alike.csv', csv([['query', 'title', 'label'], ...rows]));
    const error = await refusalOf(options({ labelled: [path] }));
    expect(error.code).toBe('TOO_FEW_EXAMPLES');
  });

  it('columns of a log without a log, and options out of range', async () => {
    expect((await refusalOf(options({ logColumns: { clicks: 'x' } }))).code).toBe('USAGE');
    for (const more of [
      { transferSize: 0 },
      { nearDuplicates: 1.5 },
      { clickPrior: -1 },
      { bucketRows: 0.5 },
      { threads: 0 },
      { augment: -1 },
      { mining: { bm25: 0.5, category: 0.2, random: 0.2 } },
    ]) {
      const error = await refusalOf(options(more));
      expect(error.code, JSON.stringify(more)).toBe('USAGE');
    }
  });
});

describe('files of other make', () => {
  it('are read together: another order of columns, more of them, other formats', async () => {
    const files = [
      await put(folder, 'other-order.csv', 'price,title,query\n1,one,Query one\n'),
      await put(folder, 'lines.jsonl', '{"query":"Query two","title":"two","more":[1]}\n'),
      await put(folder, 'tabs.tsv', 'title\tquery\nthree, "3\tQuery three\n'),
    ];
    const parquet = join(folder, 'numbers.parquet');
    await writeParquet(parquet, [
      { name: 'title', type: 'BIGINT', values: [4] },
      { name: 'query', type: 'VARCHAR', values: ['Query four'] },
    ]);
    const before = await hashFolder(folder);
    const out = join(root, 'other');
    await prepare(optionsWith('unlabelled', [...files, parquet], { out }));
    expect(await hashFolder(folder)).toEqual(before);
    const rows = (await readTransfer(out)).filter(({ query }) => query.startsWith('Query'));
    expect(rows.map(({ title, source }) => [title, source]).sort()).toEqual(
      [
        // Behind the rows of the good file.
        ['one', 60],
        ['two', 61],
        ['three, "3', 62],
        ['4', 63],
      ].sort(),
    );
  });
});

describe('inputs of which nothing remains', () => {
  it('all held out: the labelled rows are the transfer set, there are no clicks', async () => {
    const first = await prepare(options({ out: join(root, 'first') }));
    const heldOut: string[] = [];
    for await (const { texts } of readTable(join(root, 'first', 'dev.parquet'), {
      texts: ['query'],
    })) {
      heldOut.push(...texts[0]);
    }
    const rows = heldOut.map((query) => [query, 'unseen', 1]);
    const path = await put(
      folder,
      'all-held-out.csv',
      csv([['query', 'title', 'clicks'], ...rows]),
    );
    const out = join(root, 'held-out');
    const result = await prepare(options({ log: [path], unlabelled: [path], out }));
    expect(result.transfer.byOrigin).toEqual({ labelled: first.splits.train?.rows });
    expect(result.transfer.heldOutRows).toEqual({ equal: 2 * heldOut.length, near: 0 });
    expect(result.clicks).toEqual({
      ...{ rows: 0, impressions: 0, clicks: 0, purchases: 0, clickShare: 0, examination: [] },
    });
    expect((await readTransfer(out)).every(({ origin }) => origin === 'labelled')).toBe(true);
  });

  it('all empty: they are counted', async () => {
    const path = await put(
      folder,
      'empty.csv',
      csv([
        ['query', 'title'],
        ['lamp', ''],
        ['', 'x'],
        ['"<br>"', ' '],
      ]),
    );
    const items = await put(folder, 'no-items.csv', 'title,x\n,1\n');
    const queries = await put(folder, 'no-queries.csv', 'query,x\n,1\n" ",2\n');
    const out = join(root, 'empty');
    const more = { catalogue: [items], queries: [queries], transferSize: 500 };
    const result = await prepare(options({ log: [path], unlabelled: [path], out, ...more }));
    expect(result.transfer.emptyRows).toBe(6);
    // Items and queries of the labels and the log are there in any case.
    expect(result.transfer.rows).toBe(500);
    expect(result.transfer.byOrigin.log).toBeUndefined();
    const kept = await readTransfer(out);
    expect(kept.filter(({ query, title }) => query === '' || title === '')).toEqual([]);
  });

  it('all with personal data: they are counted by kind', async () => {
    const rows = [
      ['bob@example.com', 'a', 3],
      ['call 415-555-0132', 'b', 2],
      ['4111 1111 1111 1111', 'c', 1],
    ];
    const path = await put(
      folder,
      'personal.csv',
      csv([['query', 'title', 'impressions'], ...rows]),
    );
    const out = join(root, 'personal');
    const result = await prepare(options({ log: [path], out }));
    expect(result.transfer.personalRows).toEqual({ email: 3, phone: 2, card: 1 });
    expect(result.transfer.byOrigin.log).toBeUndefined();
    const kept = await prepare(options({ log: [path], out, dropPersonalData: false }));
    expect(kept.transfer.personalRows).toEqual({});
    expect(kept.transfer.byOrigin.log).toBe(3);
  });
});

describe('rows that are left out', () => {
  it('are listed, counted, and in nothing that is written', async () => {
    const bad = {
      labelled: await put(
        folder,
        'bad-labelled.csv',
        `${csv([['query', 'title', 'label'], ...goodRows])}x,y,maybe\n`,
      ),
      unlabelled: await put(folder, 'bad-more.csv', 'query,title\nq1,t1\ntorn\nq2,t2\n'),
      log: await put(
        folder,
        'bad-log.csv',
        'query,title,clicks\nl1,t1,1\nl2,t2,often\nl3,"t"3,1\nl4,t4,0\n',
      ),
    };
    const before = await hashFolder(folder);
    const out = join(root, 'skipped');
    const result = await prepare({
      labelled: [bad.labelled],
      unlabelled: [bad.unlabelled],
      log: [bad.log],
      badRows: 'skip',
      out,
    });
    expect(await hashFolder(folder)).toEqual(before);
    expect(result.skipped).toEqual({
      rows: 4,
      byReason: { label: 1, cells: 1, number: 1, quote: 1 },
    });
    const list = (await readFile(join(out, 'skipped-rows.tsv'), 'utf8')).trimEnd().split('\n');
    expect(list.map((line) => line.split('\t').slice(0, 3))).toEqual([
      ['file', 'line', 'reason'],
      [bad.labelled, '62', 'label'],
      [bad.log, '4', 'quote'],
      [bad.log, '3', 'number'],
      [bad.unlabelled, '3', 'cells'],
    ]);
    const queries = new Set((await readTransfer(out)).map(({ query }) => query));
    for (const query of ['l1', 'l4', 'q1', 'q2']) expect(queries.has(query)).toBe(true);
    for (const query of ['l2', 'l3', 'torn', 'x']) expect(queries.has(query)).toBe(false);
    const manifest = JSON.parse(await readFile(join(out, 'manifest.json'), 'utf8'));
    expect(manifest.skipped).toEqual(result.skipped);
    expect(manifest.files.map(({ file }: { file: string }) => file)).toContain('skipped-rows.tsv');
  });

  it('none of them: no list', async () => {
    const out = join(root, 'unskipped');
    const result = await prepare(options({ unlabelled: [good.unlabelled], badRows: 'skip', out }));
    expect(result.skipped).toBeUndefined();
    expect(await readdir(out)).not.toContain('skipped-rows.tsv');
  });
});

describe('the command line', () => {
  it('says what is wrong and where, and prepares what is right of it under --bad-rows skip', async () => {
    const place = join(root, 'command');
    await mkdir(place);
    await put(place, 'labelled.csv', csv([['query', 'title', 'label'], ...goodRows]));
    await put(place, 'log.csv', 'query,title,clicks\nl1,t1,1\nl2,t2,often\n');
    const before = await hashFolder(place);
    const words = ['prepare', '--labelled', 'labelled.csv', '--log', 'log.csv', '--out', 'out'];
    const refused = await runCommand(place, words);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain('log.csv:3: clicks must be whole numbers of 0 or more');
    expect(refused.stderr).not.toContain('    at ');
    expect(await hashFolder(place)).toEqual(before);
    expect((await readdir(place)).sort()).toEqual(['labelled.csv', 'log.csv']);
    const done = await runCommand(place, [...words, '--bad-rows', 'skip']);
    expect([done.status, done.stderr.includes('rror')]).toEqual([0, false]);
    expect(done.stdout).toContain(
      'skipped:  1 rows that cannot be read (1 number): skipped-rows.tsv',
    );
    expect(await readdir(join(place, 'out'))).toContain('skipped-rows.tsv');
    expect((await readdir(place)).sort()).toEqual(['labelled.csv', 'log.csv', 'out']);
  });
});
