// Rows that are wrong, through the doors: which are left out under `skip`, how they are counted and listed, and that every
// reading agrees; under `fail` the first one is thrown.
// One file: each kind of bad row is looked at through the same doors.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeControls } from '../../src/data/bad-row-list.js';
import { Database, sqlText } from '../../src/data/duckdb.js';
import {
  BadRows,
  openExamples,
  placeOfExample,
  placeOfFileRow,
  readTable,
  writeParquet,
} from '../../src/data/index.js';
import { openTableFile } from '../../src/data/table-file.js';
import { errorOf, put, readAll, temporaryFolder } from './files.js';

const folder = await temporaryFolder();

/** A list as its cells by line, without the header. */
async function readList(path: string): Promise<string[][]> {
  const [header, ...lines] = (await readFile(path, 'utf8')).trimEnd().split('\n');
  expect(header).toBe('file\tline\treason\tmessage\texcerpt');
  return lines.map((line) => line.split('\t'));
}

/** Opens under skip with a list, reads everything twice, and closes the list. */
async function skipIn(
  path: string | string[],
  columns: Parameters<typeof openExamples>[1] = {},
  needs: Parameters<typeof openExamples>[2] = {},
) {
  const listPath = join(folder, 'lists', 'bad-rows.tsv');
  const badRows = new BadRows('skip', { listPath });
  const set = await openExamples([path].flat(), columns, { ...needs, badRows });
  const rows = await readAll(set);
  await badRows.close();
  expect(await readAll(set)).toEqual(rows);
  expect(rows.fields[0]).toHaveLength(set.numRows);
  return { set, rows, counts: badRows.result(), list: await readList(listPath) };
}

const LABEL = { label: true } as const;

describe('bad rows of each kind', () => {
  it('in CSV: cells, quotes, encoding, labels', async () => {
    const content = Buffer.from(
      'text,label\na,1\nb\n"c"d,1\n"e\nf",0\ng*,1\nh,yes\ni,"1\n\nj,0.5\n',
    );
    content[content.indexOf('*')] = 0xff;
    const path = await put(folder, 'kinds.csv', content);
    const { rows, counts, list, set } = await skipIn(path, {}, LABEL);
    expect(rows.fields[0]).toEqual(['a', 'e\nf', 'j']);
    expect(rows.labels).toEqual([1, 0, 0.5]);
    expect(set.labelSummary).toEqual({ numLabelled: 3, min: 0, max: 1, mean: 0.5 });
    expect(counts).toEqual({
      numSkipped: 5,
      byReason: { cells: 1, quote: 2, encoding: 1, label: 1 },
      byFile: { [path]: 5 },
    });
    const byLine = list.sort((left, right) => Number(left[1]) - Number(right[1]));
    expect(byLine).toEqual([
      [path, '3', 'cells', 'got 1 cell, expected 2 as in the header', 'b'],
      [
        path,
        '4',
        'quote',
        'got "d" behind a closing quote, expected a comma or the end of the row',
        '"c"d,1',
      ],
      [path, '7', 'encoding', 'byte 0xff at byte 2 of the line is not UTF-8', 'g\ufffd,1'],
      [path, '8', 'label', 'label must be 0..1, got "yes"', 'yes'],
      [path, '9', 'quote', 'a quote opens in this row and never closes', 'i,"1'],
    ]);
  });

  it('in TSV: cells, encoding, weights, lengths', async () => {
    const content = Buffer.from(
      `text\tlabel\tw\na\t1\t2\nb\t1\nc*\t0\t1\nd\t0\t-1\n${'e'.repeat(300)}\t1\t1\nf\t0\t1\n`,
    );
    content[content.indexOf('*')] = 0xc3;
    const path = await put(folder, 'kinds.tsv.gz', gzipSync(content));
    const needs = { ...LABEL, maxTextCharacters: 299 };
    const { rows, counts, list } = await skipIn(path, { weight: 'w' }, needs);
    expect(rows.fields[0]).toEqual(['a', 'f']);
    expect(counts.byReason).toEqual({ cells: 1, encoding: 1, weight: 1, 'too-long': 1 });
    const tooLong = list.find(([, , reason]) => reason === 'too-long');
    expect(tooLong?.slice(1)).toEqual([
      '6',
      'too-long',
      '"text" has 300 characters, expected at most 299',
      'e'.repeat(200),
    ]);
  });

  it('in JSON lines: JSON, no object, a member that is none, but not a member that nobody wants', async () => {
    const lines = [
      '{"text":"a","more":[1]}',
      '{"text":',
      '[1]',
      '{"text":{"b":1}}',
      '',
      '{"text":["c"]}',
      'null',
      '{"text":7}',
    ];
    const path = await put(folder, 'kinds.jsonl', `${lines.join('\n')}\n`);
    const { rows, counts, list } = await skipIn(path, { fields: { text: 'text' } });
    expect(rows.fields[0]).toEqual(['a', '7']);
    expect(counts.byReason).toEqual({ json: 5 });
    expect(list.map(([, line]) => Number(line)).sort()).toEqual([2, 3, 4, 6, 7]);
  });

  it('in Parquet: labels and lengths, by row number', async () => {
    const path = join(folder, 'kinds.parquet');
    await writeParquet(path, [
      { name: 'text', type: 'VARCHAR', values: ['a', 'b', 'cccc', 'd', 'éé'] },
      { name: 'label', type: 'DOUBLE', values: [1, 7, 0, Number.NaN, 1] },
    ]);
    const { rows, list } = await skipIn(path, {}, { ...LABEL, maxTextCharacters: 2 });
    expect(rows).toEqual({ fields: [['a', 'éé']], labels: [1, 1], groups: [] });
    expect(list.map((cells) => cells.slice(1))).toEqual([
      ['row 3', 'too-long', '"text" has 4 characters, expected at most 2', 'cccc'],
      ['row 2', 'label', 'label must be 0..1, got 7', '7'],
      ['row 4', 'label', 'label must be 0..1, got nothing', 'NaN'],
    ]);
  });

  it('in shares: a row that is no number, and one with a wrong sum', async () => {
    const path = await put(folder, 'shares.csv', 'text,x,y\na,1,0\nb,1,1\nc,-1,2\nd,0.5,0.5\n');
    const { rows, counts } = await skipIn(path, { labelColumns: ['x', 'y'] }, LABEL);
    expect(rows.fields[0]).toEqual(['a', 'd']);
    expect(counts.byReason).toEqual({ label: 2 });
  });

  it('a text that is too long stops fail with place, length and limit', async () => {
    const needs = { maxTextCharacters: 3 };
    const message = '"text" has 4 characters, expected at most 3';
    const csv = await put(folder, 'long.csv', 'text\nabc\nabcd\n');
    const jsonl = await put(folder, 'long.jsonl', '{"text":"abc"}\n{"text":"abcd"}\n');
    const parquet = join(folder, 'long.parquet');
    await writeParquet(parquet, [{ name: 'text', type: 'VARCHAR', values: ['abc', 'abcd'] }]);
    expect((await errorOf(openExamples([csv], {}, needs))).message).toBe(`${csv}:3: ${message}`);
    expect((await errorOf(openExamples([jsonl], {}, needs))).message).toBe(
      `${jsonl}:2: ${message}`,
    );
    const set = await openExamples([parquet], {}, needs);
    expect((await errorOf(readAll(set))).message).toBe(`${parquet}: row 2: ${message}`);
  });

  it('a million characters are too long by default, and no fewer', async () => {
    const path = await put(folder, 'million.tsv', `text\n${'é'.repeat(1_000_000)}\n`);
    expect((await openExamples([path])).numRows).toBe(1);
    const longer = await put(folder, 'longer.tsv', `text\n${'é'.repeat(1_000_001)}\n`);
    expect((await errorOf(openExamples([longer]))).message).toMatch(/^\S+:2: "text" has 1000001 /);
  });

  it('every row bad is an error under skip too', async () => {
    const path = await put(folder, 'none.csv', 'text,label\na,x\nb\n');
    const error = await errorOf(
      openExamples([path], {}, { ...LABEL, badRows: new BadRows('skip') }),
    );
    expect(error.code).toBe('FILE_EMPTY');
    expect(error.message).toBe(`${path}: every row is bad (2), expected a good one`);
  });
});

describe('the first bad row under fail', () => {
  it('is thrown although worse ones follow in the same block, of whatever kind', async () => {
    const bad = ['b', 'b,"x"y', 'b*,1', 'b,yes', 'b,9'];
    for (const [first, firstRow] of bad.entries()) {
      for (const second of bad) {
        const content = Buffer.from(`text,label\na,1\n${firstRow}\nc,1\n${second}\n`);
        for (let at = content.indexOf('*'); at !== -1; at = content.indexOf('*'))
          content[at] = 0xff;
        const path = await put(folder, `first-${first}.csv`, content);
        const { message } = await errorOf(openExamples([path], {}, LABEL));
        expect(message).toMatch(new RegExp(`^${path}:3: `));
        const same = openExamples([path], {}, { ...LABEL, badRows: new BadRows('fail') });
        expect((await errorOf(same)).message).toBe(message);
      }
    }
  });

  it('is a weight if that stands above a bad label', async () => {
    const path = await put(folder, 'weight-first.csv', 'text,label,w\na,1,x\nb,y,1\n');
    const error = await errorOf(openExamples([path], { weight: 'w' }, LABEL));
    expect(error.message).toBe(`${path}:2: weight "w" must be a number of 0 or more, got "x"`);
  });
});

/** A row of a random table, and what may be wrong with it. */
interface RandomRow {
  query: string;
  title: string;
  grade: number;
  damage: 'none' | 'cells' | 'label' | 'encoding' | 'format' | 'open';
}

const word = fc.stringMatching(/^[a-cé]{1,4}$/);
const randomRow: fc.Arbitrary<RandomRow> = fc.record({
  query: word,
  title: fc
    .array(fc.oneof(word, fc.constantFrom(',', '\n', '"', 'x\r\ny')), { maxLength: 3 })
    .map((parts) => `t${parts.join('')}`),
  grade: fc.constantFrom(0, 0.5, 1),
  damage: fc.oneof(
    { weight: 3, arbitrary: fc.constant('none' as const) },
    fc.constantFrom('cells' as const, 'label', 'encoding', 'format', 'open'),
  ),
});

/** Formats: what they cannot hold is taken out of the title first; `*` stands for a byte that is not UTF-8. */
const WRITERS = {
  csv: {
    clean: (title: string) => title,
    header: 'query,title,label',
    newline: '\r\n',
    write: ({ query, title, grade, damage }: RandomRow) => {
      const cell = /[",\n]/.test(title) ? `"${title.replaceAll('"', '""')}"` : title;
      if (damage === 'cells') return `${query},${cell}`;
      if (damage === 'label') return `${query},${cell},no`;
      if (damage === 'encoding') return `${query}*,${cell},${grade}`;
      // A quote that never closes is closed by the next row's first one, which a letter follows.
      if (damage === 'format') return `"${query}"x,t,${grade}`;
      return damage === 'open' ? `${query},"t` : `${query},${cell},${grade}`;
    },
  },
  tsv: {
    clean: (title: string) => title.replaceAll(/[\n\r]/g, ' '),
    header: 'query\ttitle\tlabel',
    newline: '\n',
    write: ({ query, title, grade, damage }: RandomRow) => {
      if (damage === 'cells' || damage === 'open') return `${query}\t${title}\t\t${grade}`;
      if (damage === 'label') return `${query}\t${title}\t2`;
      if (damage === 'encoding') return `*${query}\t${title}\t${grade}`;
      return damage === 'format' ? query : `${query}\t${title}\t${grade}`;
    },
  },
  jsonl: {
    clean: (title: string) => title,
    header: undefined,
    newline: '\n',
    write: ({ query, title, grade, damage }: RandomRow) => {
      if (damage === 'cells') return JSON.stringify([query, title]);
      if (damage === 'label') return JSON.stringify({ query, title });
      if (damage === 'encoding') return JSON.stringify({ query: `${query}*`, title, label: grade });
      if (damage === 'format') return `{"query":"${query}","title`;
      if (damage === 'open') return JSON.stringify({ query, title: { title }, label: grade });
      return JSON.stringify({ query, title, label: grade });
    },
  },
};

describe.each(['csv', 'tsv', 'jsonl'] as const)(
  'a random table in %s with damaged rows',
  (format) => {
    const { clean, header, newline, write } = WRITERS[format];

    /** Content of a file, and the line of each row. */
    function render(rows: readonly RandomRow[]) {
      let line = header === undefined ? 1 : 2;
      const lines: number[] = [];
      const texts = rows.map((row) => {
        const text = write(row);
        lines.push(line);
        line += text.split('\n').length;
        return text;
      });
      const content = Buffer.from([...(header ? [header] : []), ...texts, ''].join(newline));
      for (let at = content.indexOf('*'); at !== -1; at = content.indexOf('*')) content[at] = 0xff;
      return { content, lines };
    }

    it.each(['', '.gz'])(
      '%s gives exactly the others under skip, the first under fail',
      async (end) => {
        const rowLists = fc.array(randomRow, { minLength: 1, maxLength: 12 });
        await fc.assert(
          fc.asyncProperty(rowLists, fc.nat(12), fc.nat(12), async (drawn, start, count) => {
            // The columns of JSON lines are those of the rows, so one must be whole.
            const whole: RandomRow = { query: 'q', title: 't', grade: 1, damage: 'none' };
            const rows = [whole, ...drawn].map((row) => ({ ...row, title: clean(row.title) }));
            const { content, lines } = render(rows);
            const name = `random.${format}${end}`;
            const path = await put(folder, name, end === '' ? content : gzipSync(content));
            const good = rows.filter(({ damage }) => damage === 'none');
            const bad = lines.filter((_, row) => rows[row].damage !== 'none');

            const { set, rows: read, list } = await skipIn(path, {}, LABEL);
            expect(read.fields).toEqual([
              good.map(({ query }) => query),
              good.map(({ title }) => title),
            ]);
            expect(read.labels).toEqual(good.map(({ grade }) => grade));
            expect(list.map(([, line]) => Number(line)).sort((a, b) => a - b)).toEqual(bad);
            const { fields } = await readAll(set, { start, count, batchRows: 3 });
            expect(fields[0]).toEqual(good.slice(start, start + count).map(({ query }) => query));
            if (start < good.length) {
              const line = lines[rows.indexOf(good[start])];
              expect(await placeOfExample(set, start)).toBe(`${path}:${line}`);
            }

            if (bad.length === 0) return;
            const first = rows[lines.indexOf(bad[0])];
            const { message } = await errorOf(openExamples([path], {}, LABEL));
            // An open quote is noticed further down, by what follows.
            const isOpen = format === 'csv' && first.damage === 'open';
            const where = isOpen ? `${path}:` : `${path}:${bad[0]}: `;
            expect(message?.slice(0, where.length)).toBe(where);
          }),
          { numRuns: 40, seed: 1 },
        );
      },
    );
  },
);

describe('Parquet with many bad rows', () => {
  const numRows = 200_000;
  const isBad = (row: number) => row % 7 === 0 || (row > 70_000 && row < 140_000);
  const path = join(folder, 'many.parquet');

  it('reads any range of the rows that remain', async () => {
    const rows = Array.from({ length: numRows }, (_, row) => row);
    await writeParquet(path, [
      { name: 'text', type: 'VARCHAR', values: rows.map(String) },
      { name: 'label', type: 'DOUBLE', values: rows.map((row) => (isBad(row) ? 9 : 1)) },
    ]);
    const badRows = new BadRows('skip');
    const set = await openExamples([path], {}, { ...LABEL, badRows });
    const good = rows.filter((row) => !isBad(row));
    expect(set.numRows).toBe(good.length);
    expect(badRows.result().numSkipped).toBe(numRows - good.length);
    const nearEntries = fc.constantFrom(0, 1, 59_999, 65_536, 65_600, 100_000, good.length - 3);
    await fc.assert(
      fc.asyncProperty(nearEntries, fc.nat(3000), fc.nat(5000), async (near, offset, count) => {
        const start = near + offset;
        const { fields } = await readAll(set, { start, count });
        expect(fields[0]).toEqual(good.slice(start, start + count).map(String));
      }),
      { numRuns: 12, seed: 1 },
    );
    expect(await placeOfExample(set, 65_540)).toBe(`${path}: row ${good[65_540] + 1}`);
  });
});

describe('files that do not fit together', () => {
  it('are an error in both policies, with file, column and what the others have', async () => {
    const first = await put(folder, 'fit-a.jsonl', '{"text":"a","label":1}\n');
    const second = await put(folder, 'fit-b.jsonl', '{"text":"b","grade":1}\n');
    const third = join(folder, 'fit-c.parquet');
    await writeParquet(third, [{ name: 'body', type: 'VARCHAR', values: ['c'] }]);
    for (const badRows of [new BadRows('fail'), new BadRows('skip')]) {
      expect(await errorOf(openExamples([first, second], {}, { ...LABEL, badRows }))).toEqual({
        code: 'COLUMN_MISSING',
        message: `${second}: no column "label", the columns are "text", "grade"`,
        hint: `Files that are read together need the same columns; ${first} has "text", "label".`,
      });
      const fields = { text: 'text' };
      expect(await errorOf(openExamples([first, third], { fields }, { badRows }))).toEqual({
        code: 'COLUMN_MISSING',
        message: `${third}: no column "text", the columns are "body"`,
        hint: `Files that are read together need the same columns; ${first} has "text", "label".`,
      });
    }
  });

  it('may store a column as text in one and as number in another, or as something else', async () => {
    const write = async (name: string, select: string) => {
      const path = join(folder, name);
      const database = await Database.open();
      await database.run(`COPY (SELECT ${select}) TO ${sqlText(path)} (FORMAT parquet)`);
      database.close();
      return path;
    };
    const numbers = await write('type-a.parquet', `12 AS text, 0.5::DOUBLE AS label`);
    const texts = await write('type-b.parquet', `'twelve' AS text, '1' AS label`);
    const decimals = await write('type-c.parquet', `[1, 2] AS text, 0.25::DECIMAL(4, 2) AS label`);
    const odd = await write('type-d.parquet', `{'a': 1} AS text, true AS label`);
    const dates = await write('type-e.parquet', `DATE '2026-01-02' AS text, 'x' AS label`);
    const files = [numbers, texts, decimals];
    for (const paths of [files, [...files].reverse()]) {
      const set = await openExamples(paths, {}, LABEL);
      const { fields, labels } = await readAll(set);
      expect(fields[0].sort()).toEqual(['12', '[1, 2]', 'twelve']);
      expect(labels.sort()).toEqual([0.25, 0.5, 1]);
    }
    expect((await errorOf(openExamples([numbers, odd], {}, LABEL))).message).toBe(
      `${odd}: row 1: label must be 0..1, got "true"`,
    );
    expect((await errorOf(openExamples([numbers, dates], {}, LABEL))).code).toBe('LABEL_INVALID');
    const unlabelled = await openExamples([numbers, odd, dates], { fields: { text: 'text' } });
    expect((await readAll(unlabelled)).fields[0]).toEqual(['12', "{'a': 1}", '2026-01-02']);
  });
});

describe('readTable', () => {
  it('leaves out rows with a cell that is no number, and counts the others through the files', async () => {
    const first = await put(folder, 'table-a.csv', 'text,n\na,1\nb,x\nc,3\nd\n');
    const second = await put(
      folder,
      'table-b.jsonl',
      '{"text":"e","n":5}\n{"text":"f"}\n{"text":"g","n":7}\n',
    );
    const third = join(folder, 'table-c.parquet');
    await writeParquet(third, [
      { name: 'text', type: 'VARCHAR', values: ['h', 'longer', 'i'] },
      { name: 'n', type: 'DOUBLE', values: [8, 9, 10] },
    ]);
    const read = async (options: { start?: number; count?: number } = {}) => {
      const badRows = new BadRows('skip');
      const rows: [number, string, number][] = [];
      const columns = { texts: ['text'], numbers: ['n'], maxTextCharacters: 5, badRows };
      for await (const batch of readTable([first, second, third], { ...columns, ...options })) {
        batch.texts[0].forEach((text, row) => {
          rows.push([batch.start + row, text, batch.numbers[0][row]]);
        });
      }
      return { rows, byReason: badRows.result().byReason };
    };
    const all = await read();
    expect(all.rows).toEqual([
      [0, 'a', 1],
      [1, 'c', 3],
      [2, 'e', 5],
      [3, 'g', 7],
      [4, 'h', 8],
      [5, 'i', 10],
    ]);
    expect(all.byReason).toEqual({ number: 2, cells: 1, 'too-long': 1 });
    for (let start = 0; start <= 6; start++) {
      expect((await read({ start, count: 3 })).rows).toEqual(all.rows.slice(start, start + 3));
    }
  });

  it('names a bad number above a bad row of the same block', async () => {
    const path = await put(folder, 'table-first.csv', 'n\n1\nx\n"2"3\n');
    const run = async () => {
      for await (const batch of readTable(path, { numbers: ['n'] })) expect(batch.start).toBe(0);
    };
    expect((await errorOf(run())).message).toBe(`${path}:3: n must be a number, got "x"`);
  });
});

describe('BadRows', () => {
  it('counts a row once through sets with other columns, and lists the reason found first', async () => {
    const path = await put(folder, 'twice.csv', 'text,label,w\na,1,1\nb,x,y\nc,1,y\n');
    const badRows = new BadRows('skip');
    await openExamples([path], {}, { ...LABEL, badRows });
    await openExamples([path], { weight: 'w' }, { badRows });
    expect(badRows.result().byReason).toEqual({ label: 1, weight: 1 });
  });

  it('leaves rows out again in a second set that finds the same ones', async () => {
    const path = await put(folder, 'again.csv', 'text,label\na,1\nb,x\nc,1\n');
    const badRows = new BadRows('skip');
    for (let opening = 0; opening < 2; opening++) {
      const set = await openExamples([path], {}, { ...LABEL, badRows });
      expect((await readAll(set)).fields[0]).toEqual(['a', 'c']);
    }
    expect(badRows.result().numSkipped).toBe(1);
  });

  it('refuses a row that turned bad after everything was read', async () => {
    const path = await put(folder, 'changed.csv', 'text\na\n"b"c\nd\n');
    const badRows = new BadRows('skip');
    const set = await openExamples([path], {}, { badRows });
    await badRows.close();
    await put(folder, 'changed.csv', 'text\na\nb\n"d"e\n');
    const error = await errorOf(readAll(set));
    expect(error.code).toBe('FILE_CORRUPT');
    expect(error.message).toMatch(/^\S+:4: got "e" .*; it was right when it was first read$/);
  });

  it('writes a header without bad rows, nothing under fail, and leaves nothing when discarded', async () => {
    const lists = join(folder, 'fresh');
    const none = new BadRows('skip', { listPath: join(lists, 'none.tsv') });
    await none.close();
    await new BadRows('fail', { listPath: join(lists, 'fail.tsv') }).close();
    const path = await put(folder, 'discarded.csv', `text\n${'"x"y\n'.repeat(3000)}a\n`);
    const discarded = new BadRows('skip', { listPath: join(lists, 'discarded.tsv') });
    await openExamples([path], {}, { badRows: discarded });
    // The buffer of 64 Ki characters has been written out.
    expect((await readdir(lists)).filter((name) => name.startsWith('.tmp-'))).toHaveLength(1);
    discarded.discard();
    expect(await readdir(lists)).toEqual(['none.tsv']);
    expect(await readList(join(lists, 'none.tsv'))).toEqual([]);
  });

  it('says when the list cannot be written', async () => {
    const blocked = join(await put(folder, 'a-file', ''), 'list.tsv');
    const badRows = new BadRows('skip', { listPath: blocked });
    expect((await errorOf(badRows.close())).code).toBe('WRITE_FAILED');
  });

  it('escapes what would break the list, and cuts between characters and escapes', () => {
    expect(escapeControls('a\tb\nc\\d\r\u0000\u2028\u001b', 100)).toBe(
      'a\\tb\\nc\\\\d\\r\\u0000\\u2028\\u001b',
    );
    expect(escapeControls('ab😀', 3)).toBe('ab');
    expect(escapeControls('ab\n', 3)).toBe('ab');
    const text = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(text, fc.nat(20), (drawn, maxCharacters) => {
        const escaped = escapeControls(drawn, maxCharacters);
        expect(escaped.length).toBeLessThanOrEqual(maxCharacters);
        expect(escaped).not.toMatch(/[\p{Cc}\p{Cs}\u2028\u2029]/u);
        const whole = escapeControls(drawn, 10_000);
        expect(whole.startsWith(escaped)).toBe(true);
      }),
      { numRuns: 300, seed: 1 },
    );
  });
});

describe('placeOfFileRow', () => {
  it('names the line of a row, through blank lines and quoted newlines, and the row in Parquet', async () => {
    const csv = await openTableFile(await put(folder, 'place.csv', 'a\n\n"x\ny"\nz\n'));
    expect(await placeOfFileRow(csv, 0)).toBe(`${csv.path}:3`);
    expect(await placeOfFileRow(csv, 1)).toBe(`${csv.path}:5`);
    await expect(placeOfFileRow(csv, 2)).rejects.toThrow(RangeError);
    const path = join(folder, 'place.parquet');
    await writeParquet(path, [{ name: 'text', type: 'VARCHAR', values: ['a', 'b'] }]);
    expect(await placeOfFileRow(await openTableFile(path), 1)).toBe(`${path}: row 2`);
  });
});
