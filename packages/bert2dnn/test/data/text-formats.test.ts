// CSV, TSV and JSON lines: what is read, on which line, and what is refused.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openTableFile, readTableRows } from '../../src/data/table-file.js';
import { errorOf, put, temporaryFolder } from './files.js';

const folder = await temporaryFolder();

/** All columns of a file with the line of each row. */
async function read(name: string, content: string | Uint8Array) {
  const file = await openTableFile(await put(folder, name, content));
  const columns = file.columns.map((): string[] => []);
  const lines: number[] = [];
  const wanted = file.columns.map((column) => ({ name: column, kind: 'text' as const }));
  for await (const rows of readTableRows(file, wanted)) {
    rows.columns.forEach((values, index) => {
      columns[index].push(...(values as string[]));
    });
    lines.push(...(rows.lines ?? []));
  }
  return { header: file.columns, columns, lines };
}

describe('CSV', () => {
  it('reads quotes, doubled quotes, commas and newlines in cells, and counts lines through them', async () => {
    const content = 'query,title\r\n"a ""b""","x,\ny"\r\n\r\nplain 5" nail,"end"\r\n';
    expect(await read('quoted.csv', content)).toEqual({
      header: ['query', 'title'],
      columns: [
        ['a "b"', 'plain 5" nail'],
        ['x,\ny', 'end'],
      ],
      lines: [2, 5],
    });
  });

  it('drops a byte-order mark and reads a last line without its newline', async () => {
    const { header, columns } = await read('mark.csv', '\ufefftext\nlast');
    expect(header).toEqual(['text']);
    expect(columns).toEqual([['last']]);
  });

  it('gives back whatever RFC 4180 can write', async () => {
    const cell = fc.stringMatching(/^[a-c",\n é]{0,6}$/);
    const quote = (text: string): string =>
      /["\n,]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(cell, cell), { minLength: 1 }), async (rows) => {
        const content = ['a,b', ...rows.map((row) => row.map(quote).join(','))].join('\n');
        const { columns } = await read('property.csv', `${content}\n`);
        expect(columns).toEqual([rows.map((row) => row[0]), rows.map((row) => row[1])]);
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  it('reads a quoted cell that is larger than a block of the file', async () => {
    const long = `${'x'.repeat(99)}\n`.repeat(10_000);
    const { columns, lines } = await read('long.csv', `a,b\n"${long}",1\nlast,2\n`);
    expect(columns[0]).toEqual([long, 'last']);
    expect(lines).toEqual([2, 10_003]);
  });

  it.each([
    ['open.csv', 'a,b\n1,2\n3,"4\n5,6\n', ':3: a quote opens in this row and never closes'],
    [
      'behind.csv',
      'a,b\n"1"x,2\n',
      ':2: got "x" behind a closing quote, expected a comma or the end of the row',
    ],
    ['few.csv', 'a,b\n1,2\n"x\ny",2\n3\n', ':5: got 1 cell, expected 2 as in the header'],
    ['many.csv', 'a,b\n1,2,3\n', ':2: got 3 cells, expected 2 as in the header'],
    ['twice.csv', 'a,b,a\n1,2,3\n', ':1: the header names "a" twice, expected different names'],
  ])('refuses %s', async (name, content, message) => {
    const error = await errorOf(read(name, content));
    expect(error.code).toBe('FILE_FORMAT');
    expect(error.message).toBe(`${folder}/${name}${message}`);
  });
});

describe('TSV', () => {
  it('takes quotes as they are, empty cells as empty texts, and skips blank lines', async () => {
    expect(await read('plain.tsv', 'a\tb\n"x\t\n\n\ty"\r\n')).toEqual({
      header: ['a', 'b'],
      columns: [
        ['"x', ''],
        ['', 'y"'],
      ],
      lines: [2, 4],
    });
  });

  it('refuses a row with a tab too many', async () => {
    const error = await errorOf(read('tabs.tsv', 'a\tb\n1\t2\n1\t2\t3\n'));
    expect(error.message).toBe(`${folder}/tabs.tsv:3: got 3 cells, expected 2 as in the header`);
  });
});

describe('JSON lines', () => {
  it('reads texts, numbers and booleans; null and absent members are empty', async () => {
    const content = '{"a":"x\\ny","b":1.5}\n\n{"b":true,"c":null}\n';
    expect(await read('rows.jsonl', content)).toEqual({
      header: ['a', 'b', 'c'],
      columns: [
        ['x\ny', ''],
        ['1.5', 'true'],
        ['', ''],
      ],
      lines: [1, 3],
    });
  });

  it.each([
    ['broken.jsonl', '{"a":1}\n{"a":\n', /:2: not valid JSON \(/],
    ['array.ndjson', '[1]\n', /:1: got an array, expected a JSON object$/],
    ['nested.jsonl', '{"a":1}\n{"a":{}}\n', /:2: "a" is an object, expected a text or a number$/],
  ])('refuses %s', async (name, content, message) => {
    const error = await errorOf(read(name, content));
    expect(error.code).toBe('FILE_FORMAT');
    expect(error.message).toMatch(message);
  });
});

describe('encoding', () => {
  it('names file, line and byte of broken UTF-8', async () => {
    const content = Buffer.concat([
      Buffer.from('text\ngut\nsüß '),
      Buffer.from([0xff]),
      Buffer.from('\n'),
    ]);
    const error = await errorOf(read('latin.tsv', content));
    expect(error).toEqual({
      code: 'TEXT_ENCODING',
      message: `${folder}/latin.tsv:3: byte 0xff at byte 7 of the line is not UTF-8`,
      hint: `Convert it first, for example: iconv -f WINDOWS-1252 -t UTF-8 ${folder}/latin.tsv`,
    });
  });

  it('knows UTF-16 by its mark', async () => {
    const error = await errorOf(read('wide.csv', Buffer.from('\ufefftext\nx\n', 'utf16le')));
    expect(error.message).toBe(`${folder}/wide.csv:1: the file is UTF-16, expected UTF-8`);
  });

  it('reads characters of several bytes that lie across blocks of the file', async () => {
    const text = 'é€😀'.repeat(60_000);
    const { columns } = await read('wide.tsv', `text\n${text}\n`);
    expect(columns[0][0] === text).toBe(true);
  });
});
