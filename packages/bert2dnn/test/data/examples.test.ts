// Opening and reading examples: every format, which columns are taken, where rows begin, and every kind of bad input.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Database, sqlText } from '../../src/data/duckdb.js';
import { openExamples, readExamples, writeParquet } from '../../src/data/index.js';
import { errorOf, put, readAll, temporaryFolder } from './files.js';

const folder = await temporaryFolder();

const QUERIES = ['drill', 'café tür', '', 'a\u001eb'];
const TITLES = ['Drill 12V', 'Türklinke – Café', '"odd", quoted', '日本語 😀'];
const GRADES = [1, 3, 2, 2.5];
const COLUMNS = { label: 'grade', labelRange: [1, 3] as [number, number] };

const CSV = `query,title,grade\n${QUERIES.map(
  (query, row) => `${query},"${TITLES[row].replaceAll('"', '""')}",${GRADES[row]}`,
).join('\n')}\n`;
const TSV = `query\ttitle\tgrade\n${QUERIES.map(
  (query, row) => `${query}\t${TITLES[row]}\t${GRADES[row]}`,
).join('\n')}\n`;
const JSONL = `${QUERIES.map((query, row) =>
  JSON.stringify({ query, title: TITLES[row], grade: GRADES[row] }),
).join('\n')}\n`;

/** Compresses by DuckDB, whose Zstandard is the original's. */
async function zstd(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  const plain = await put(folder, `plain-${name}.txt`, content);
  const database = await Database.open();
  const lines = `read_csv(${sqlText(plain)}, columns = {'line': 'VARCHAR'}, header = false, auto_detect = false, delim = '\\x01', quote = '', escape = '')`;
  await database.run(
    `COPY (SELECT * FROM ${lines}) TO ${sqlText(path)} (FORMAT csv, HEADER false, DELIM '\\x01', QUOTE '', ESCAPE '', COMPRESSION zstd)`,
  );
  database.close();
  return path;
}

describe('openExamples and readExamples', () => {
  it.each([
    ['rows.csv', () => put(folder, 'rows.csv', CSV)],
    ['rows.tsv', () => put(folder, 'rows.tsv', TSV)],
    ['rows.jsonl', () => put(folder, 'rows.jsonl', JSONL)],
    ['rows.csv.gz', () => put(folder, 'rows.csv.gz', gzipSync(CSV))],
    ['rows.tsv.gz', () => put(folder, 'rows.tsv.gz', gzipSync(TSV))],
    ['rows.ndjson.gz', () => put(folder, 'rows.ndjson.gz', gzipSync(JSONL))],
    ['rows.csv.zst', () => zstd('rows.csv.zst', CSV)],
    ['rows.tsv.zst', () => zstd('rows.tsv.zst', TSV)],
    ['rows.jsonl.zst', () => zstd('rows.jsonl.zst', JSONL)],
    [
      'rows.parquet',
      async () => {
        const path = join(folder, 'rows.parquet');
        await writeParquet(path, [
          { name: 'query', type: 'VARCHAR', values: QUERIES },
          { name: 'title', type: 'VARCHAR', values: TITLES },
          { name: 'grade', type: 'DOUBLE', values: GRADES },
        ]);
        return path;
      },
    ],
  ])('reads the same from %s', async (_, write) => {
    const set = await openExamples([await write()], COLUMNS);
    expect(set.numRows).toBe(4);
    expect(set.labelSummary).toEqual({ numLabelled: 4, min: 0, max: 1, mean: 0.5625 });
    expect(await readAll(set)).toEqual({
      fields: [QUERIES, TITLES],
      labels: [0, 1, 0.5, 0.75],
      groups: QUERIES,
    });
  });

  it('reads any range of rows as a slice of all, through files of several formats', async () => {
    const rows = Array.from({ length: 50 }, (_, row) => `text ${row}`);
    const parts = [
      await put(folder, 'range-0.csv', `text\n${rows.slice(0, 13).join('\n')}\n`),
      await put(
        folder,
        'range-2.jsonl',
        rows
          .slice(13, 20)
          .map((text) => `{"text":"${text}"}\n`)
          .join(''),
      ),
      join(folder, 'range-3.parquet'),
    ];
    await writeParquet(parts[2], [{ name: 'text', type: 'VARCHAR', values: rows.slice(20) }]);
    const set = await openExamples([join(folder, 'range-*')]);
    expect(set.files).toEqual(parts);
    const sizes = fc.record({
      start: fc.nat(55),
      count: fc.nat(55),
      batchRows: fc.integer({ min: 1, max: 20 }),
    });
    await fc.assert(
      fc.asyncProperty(sizes, async ({ start, count, batchRows }) => {
        const { fields } = await readAll(set, { start, count, batchRows });
        expect(fields[0]).toEqual(rows.slice(start, start + count));
      }),
      { numRuns: 30, seed: 1 },
    );
  });

  it('takes the columns that flags name, in the order of the fields', async () => {
    const path = await put(folder, 'named.csv', 'label,name,search,shop\n1,T,Q,S\n');
    const set = await openExamples([path], {
      fields: { title: 'name', query: 'search' },
      group: 'shop',
    });
    expect(await readAll(set)).toEqual({ fields: [['T'], ['Q']], labels: [], groups: ['S'] });
  });

  it('maps classes to their indices', async () => {
    const path = await put(folder, 'classes.csv', 'text,label\na,bad\nb,good\n');
    const set = await openExamples([path], { classes: ['good', 'bad'] });
    expect((await readAll(set)).labels).toEqual([1, 0]);
  });

  it('reads rows without a label as NaN where labels are optional', async () => {
    const path = await put(folder, 'some.csv', 'text,label\na,\nb,1\n');
    const set = await openExamples([path], {}, { label: 'where-present' });
    expect((await readAll(set)).labels).toEqual([Number.NaN, 1]);
    expect(set.labelSummary).toEqual({ numLabelled: 1, min: 1, max: 1, mean: 1 });
  });

  it('stops reading when its consumer does', async () => {
    const path = await put(
      folder,
      'many.tsv.gz',
      gzipSync(`text\n${'some words\n'.repeat(300_000)}`),
    );
    const set = await openExamples([path]);
    for await (const batch of readExamples(set, { batchRows: 10 })) {
      expect(batch.fields[0]).toHaveLength(10);
      break;
    }
  });
});

describe('bad input', () => {
  const cases: [string, string | Uint8Array, Parameters<typeof openExamples>[1], string, string][] =
    [
      ['empty.csv', '', {}, 'FILE_EMPTY', 'FILE: the file is empty, expected a header and rows'],
      [
        'blank.tsv',
        '\n\n',
        {},
        'FILE_EMPTY',
        'FILE: the file is empty, expected a header and rows',
      ],
      ['head.csv', 'text,label\n', {}, 'FILE_EMPTY', 'FILE: has a header and no rows'],
      [
        'empty.parquet',
        '',
        {},
        'FILE_EMPTY',
        'FILE: the file is empty, expected a header and rows',
      ],
      [
        'empty.tsv.gz',
        gzipSync(''),
        {},
        'FILE_EMPTY',
        'FILE: the file is empty, expected a header and rows',
      ],
      [
        'word.csv',
        'text,label\na,1\nb,yes\n',
        { label: 'label' },
        'LABEL_INVALID',
        'FILE:3: label must be 0..1, got "yes"',
      ],
      [
        'high.csv',
        'text,label\na,4\n',
        { labelRange: [1, 3] },
        'LABEL_INVALID',
        'FILE:2: label must be 1..3, got "4"',
      ],
      [
        'nan.tsv',
        'text\tlabel\na\tNaN\n',
        { label: 'label' },
        'LABEL_INVALID',
        'FILE:2: label must be 0..1, got "NaN"',
      ],
      [
        'none.csv',
        'text,label\na,1\nb, \n',
        { label: 'label' },
        'LABEL_INVALID',
        'FILE:3: label must be 0..1, got nothing',
      ],
      [
        'class.csv',
        'text,label\na,godo\n',
        { classes: ['good', 'bad'] },
        'LABEL_INVALID',
        'FILE:2: label must be one of "good", "bad", got "godo"',
      ],
      [
        'column.csv',
        'search,titel\na,b\n',
        { fields: { query: 'search', title: 'title' } },
        'COLUMN_MISSING',
        'FILE: no column "title", the columns are "search", "titel"',
      ],
      [
        'unsaid.csv',
        'a,b\n1,2\n',
        {},
        'COLUMN_MISSING',
        'FILE: cannot tell which columns hold the text, the columns are "a", "b"',
      ],
      [
        'garbage.parquet',
        'hello',
        {},
        'FILE_CORRUPT',
        "FILE: broken or cut-off Parquet (File 'FILE' too small to be a Parquet file)",
      ],
      [
        'garbage.csv.gz',
        'hello',
        {},
        'FILE_CORRUPT',
        'FILE: broken or cut-off gzip data (incorrect header check)',
      ],
      [
        'garbage.csv.zst',
        'hello',
        {},
        'FILE_CORRUPT',
        'FILE: broken or cut-off zstd data (not valid Zstandard)',
      ],
      [
        'cut.csv.gz',
        gzipSync(CSV).subarray(0, 40),
        {},
        'FILE_CORRUPT',
        'FILE: broken or cut-off gzip data (unexpected end of file)',
      ],
      ['text.xlsx', 'x', {}, 'FILE_FORMAT', 'FILE: unknown kind of file ".xlsx"'],
    ];

  it.each(cases)('%s', async (name, content, columns, code, message) => {
    const path = await put(folder, name, content);
    const error = await errorOf(openExamples([path], columns));
    expect(error.code).toBe(code);
    expect(error.message).toBe(message.replaceAll('FILE', path));
  });

  it('names the nearest column, class and file in its hint', async () => {
    const column = await put(folder, 'hint.csv', 'search,titel\na,b\n');
    const fields = { query: 'search', title: 'title' };
    expect((await errorOf(openExamples([column], { fields }))).hint).toContain(
      'Did you mean "titel"?',
    );
    const label = await put(folder, 'hint-class.csv', 'text,label\na,godo\n');
    const classes = ['good', 'bad'];
    expect((await errorOf(openExamples([label], { classes }))).hint).toContain(
      'Did you mean "good"?',
    );
    expect(await errorOf(openExamples([join(folder, 'hnt.csv')]))).toEqual({
      code: 'FILE_MISSING',
      message: `${folder}/hnt.csv: no such file or folder`,
      hint: `Did you mean ${folder}/hint.csv?`,
    });
  });

  it('says when a header looks like another format', async () => {
    const path = await put(folder, 'semicolons.csv', 'query;title\na;b\n');
    const fields = { query: 'query', title: 'title' };
    expect((await errorOf(openExamples([path], { fields }))).hint).toMatch(
      /^The header looks unsplit/,
    );
  });

  it('names the file of several that lacks a column', async () => {
    const good = await put(folder, 'lacks-a.csv', 'text,label\na,1\n');
    const bad = await put(folder, 'lacks-b.csv', 'text\na\n');
    const error = await errorOf(openExamples([good, bad], {}, { label: true }));
    expect(error.message).toBe(`${bad}: no column "label", the columns are "text"`);
  });

  it('names the row of a bad label in Parquet, which has no lines', async () => {
    const path = join(folder, 'label.parquet');
    await writeParquet(path, [
      { name: 'text', type: 'VARCHAR', values: ['a', 'b', 'c'] },
      { name: 'label', type: 'DOUBLE', values: [0, 1, 7] },
    ]);
    const error = await errorOf(openExamples([path], {}, { label: true }));
    expect(error.message).toBe(`${path}: row 3: label must be 0..1, got 7`);
  });

  it('finds a broken page inside a Parquet file', async () => {
    const path = join(folder, 'page.parquet');
    const values = Array.from({ length: 5000 }, (_, row) => `${row} ${(row * 7919) % 10007}`);
    await writeParquet(path, [{ name: 'text', type: 'VARCHAR', values }]);
    const { readFile } = await import('node:fs/promises');
    const bytes = await readFile(path);
    bytes.fill(0x55, 100, 2000);
    await put(folder, 'page.parquet', bytes);
    const error = await errorOf(readAll(await openExamples([path])));
    expect(error.code).toBe('FILE_CORRUPT');
    expect(error.message).toContain(`${path}: broken or cut-off Parquet (`);
  });

  it('refuses an empty list, an empty folder, a glob without files, and a reversed range', async () => {
    await mkdir(join(folder, 'bare'), { recursive: true });
    const text = await put(folder, 'ok.csv', 'text,label\na,1\n');
    expect((await errorOf(openExamples([]))).code).toBe('USAGE');
    expect((await errorOf(openExamples([join(folder, 'bare')]))).code).toBe('FILE_MISSING');
    expect((await errorOf(openExamples([join(folder, 'nothing-*.csv')]))).message).toBe(
      `${folder}/nothing-*.csv: no data file matches`,
    );
    expect((await errorOf(openExamples([text], { labelRange: [3, 1] }))).code).toBe('USAGE');
  });
});
