// CSV whose quotes are wrong, under `skip`: against a naive twin, in pieces of any size, with bounded work and memory.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BadRows } from '../../src/data/bad-rows.js';
import { readCsvRecords, readTsvRecords } from '../../src/data/delimited.js';
import { decodeLines } from '../../src/data/encoding.js';
import { readJsonObjects } from '../../src/data/jsonl.js';
import { errorOf } from './files.js';

/** Bytes in pieces of a size; each piece is written over after use, as a decompressor may. */
async function* pieces(content: string | Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(content as string);
  for (let at = 0; at < bytes.length; at += size) {
    const piece = Buffer.from(bytes.subarray(at, at + size));
    yield piece;
    piece.fill(0x7a);
  }
}

interface Found {
  records: [number, string[]][];
  bad: number[];
}

async function parse(
  content: string | Uint8Array,
  size: number,
  options: { maxRecordCharacters?: number; maxLineBytes?: number } = {},
): Promise<Found & { numCharacters: number; reasons: string[] }> {
  const badRows = new BadRows('skip');
  const bad: number[] = [];
  const reasons: string[] = [];
  const add = badRows.add.bind(badRows);
  badRows.add = (row) => {
    bad.push(row.line ?? 0);
    reasons.push(row.reason);
    add(row);
  };
  const work = { numCharacters: 0 };
  const records: [number, string[]][] = [];
  const lines = decodeLines('x.csv', pieces(content, size), { badRows, ...options });
  for await (const found of readCsvRecords('x.csv', lines, { badRows, work, ...options })) {
    found.records.forEach((record, index) => {
      records.push([found.lines[index], record]);
    });
  }
  return { records, bad, reasons, numCharacters: work.numCharacters };
}

/** The record at a place, character by character; `undefined` if its quotes are wrong. */
function naiveRecord(text: string, start: number): { cells: string[]; end: number } | undefined {
  const cells: string[] = [];
  const isEnd = (at: number) => at >= text.length || text[at] === '\n';
  for (let at = start; ; at++) {
    let cell = '';
    if (text[at] === '"') {
      for (at++; text[at] !== '"' || text[at + 1] === '"'; at++) {
        if (at >= text.length) return undefined;
        if (text[at] === '"') at++;
        cell += text[at];
      }
      at++;
      if (text[at] === '\r' && isEnd(at + 1)) at++;
      if (!isEnd(at) && text[at] !== ',') return undefined;
    } else {
      while (!isEnd(at) && text[at] !== ',') cell += text[at++];
      if (isEnd(at) && cell.endsWith('\r')) cell = cell.slice(0, -1);
    }
    cells.push(cell);
    if (isEnd(at)) return { cells, end: Math.min(at + 1, text.length) };
  }
}

/** What `readCsvRecords` promises under `skip`, trying every line anew: quadratic. */
function naiveParse(text: string): Found {
  const found: Found = { records: [], bad: [] };
  let line = 1;
  for (let at = 0; at < text.length; ) {
    const newline = text.indexOf('\n', at);
    const lineEnd = newline === -1 ? text.length : newline + 1;
    const isBlank = /^\r?\n?$/.test(text.slice(at, lineEnd));
    const record = isBlank ? undefined : naiveRecord(text, at);
    if (record !== undefined) found.records.push([line, record.cells]);
    else if (!isBlank) found.bad.push(line);
    const end = record?.end ?? lineEnd;
    line += text.slice(at, end).split('\n').length - 1;
    at = end;
  }
  return found;
}

describe('CSV with wrong quotes under skip', () => {
  const piece = fc.constantFrom(
    'a',
    '"',
    '"',
    '""',
    ',',
    '\n',
    '\n',
    '\r\n',
    '\r',
    'é',
    '","',
    'a"',
  );
  const texts = fc.array(piece, { maxLength: 60 }).map((list) => `h,k\n${list.join('')}`);

  it('gives the records and the bad lines of the naive twin, in pieces of any size', async () => {
    let numBad = 0;
    await fc.assert(
      fc.asyncProperty(texts, fc.constantFrom(1, 2, 3, 7, 1000), async (text, size) => {
        const { records, bad } = await parse(text, size);
        expect({ records, bad }).toEqual(naiveParse(text));
        numBad += bad.length;
      }),
      { numRuns: 1500, seed: 1 },
    );
    expect(numBad).toBeGreaterThan(500);
  });

  it.each([
    [
      'a quote that never closes',
      'h,k\na,"b\nc,d\ne,f\n',
      [
        [1, ['h', 'k']],
        [3, ['c', 'd']],
        [4, ['e', 'f']],
      ],
      [2],
    ],
    [
      'text behind a quote',
      'h,k\n"a"b,c\nd,e\n',
      [
        [1, ['h', 'k']],
        [3, ['d', 'e']],
      ],
      [2],
    ],
    [
      'a row that would end rows further down, whose commas it has seen',
      'h,k\n"x\na,",y,"\nc,d"e\n',
      [
        [1, ['h', 'k']],
        [3, ['a', ',y,']],
        [4, ['c', 'd"e']],
      ],
      [2],
    ],
    [
      'an open quote that the next row closes',
      'h,k\na,"b\nc,"d"\n',
      [
        [1, ['h', 'k']],
        [3, ['c', 'd']],
      ],
      [2],
    ],
  ] as [string, string, Found['records'], number[]][])(
    'leaves out %s and goes on at the next line',
    async (_, text, records, bad) => {
      const found = await parse(text, 4);
      expect(found.records).toEqual(records);
      expect(found.bad).toEqual(bad);
      expect(found.reasons).toEqual(bad.map(() => 'quote'));
    },
  );

  it('gives a quote up that does not close within the limit, and keeps the rows behind it', async () => {
    const rows = Array.from({ length: 40 }, (_, row) => `r${row},x`);
    const text = `h,k\na,"b\n${rows.join('\n')}\nlate,"c"\n`;
    const { records, bad } = await parse(text, 16, { maxRecordCharacters: 50 });
    expect(bad).toEqual([2]);
    expect(records.slice(1).map(([, cells]) => cells.join())).toEqual([...rows, 'late,c']);
  });

  it('counts the limit from the start of the record, whatever the pieces', async () => {
    const record = `"${'x\n'.repeat(20)}",y`;
    for (const size of [1, 7, 1000]) {
      // The closing quote is the 41st character behind the opening one.
      expect((await parse(`h\n${record}\n`, size, { maxRecordCharacters: 41 })).bad).toEqual([]);
      expect((await parse(`h\n${record}\n`, size, { maxRecordCharacters: 40 })).bad[0]).toBe(2);
    }
  });

  it.each([
    ['lone quotes', '"\n'],
    ['open quotes', '"x\n'],
    ['three quotes', '"""\n'],
    ['rows that each go on in the next to the end of the file', 'a","\n'],
    ['quoted rows that do so', '"a",b","\n'],
    ['doubled quotes inside an open one', 'a""\n'],
  ])('reads a million lines of %s over a few times only', async (_, line) => {
    const text = `h,k\n"open\n${line.repeat(1_000_000)}`;
    const whole = await parse(text, 1 << 12);
    expect(whole.numCharacters).toBeLessThan(8 * text.length);
    const limited = await parse(text, 1 << 12, { maxRecordCharacters: 10_000 });
    expect(limited.numCharacters).toBeLessThan(8 * text.length);
  });

  it('never leaves the header out', async () => {
    const error = await errorOf(parse('"h"x,k\na,b\n', 100));
    expect(error.message).toMatch(/^x\.csv:1: got "x" behind a closing quote/);
    const latin = Buffer.from([0x68, 0xff, 0x2c, 0x6b, 0x0a, 0x61, 0x2c, 0x62, 0x0a]);
    expect((await errorOf(parse(latin, 100))).code).toBe('TEXT_ENCODING');
  });

  it('leaves out a record of several lines if one of them is not UTF-8', async () => {
    const text = Buffer.from('h,k\n"a\nb*\nc",d\ne,f\n');
    text[text.indexOf('*')] = 0xe9;
    for (const size of [1, 3, 100]) {
      const { records, bad, reasons } = await parse(text, size);
      expect(records).toEqual([
        [1, ['h', 'k']],
        [5, ['e', 'f']],
      ]);
      expect([bad, reasons]).toEqual([[2], ['encoding']]);
    }
  });
});

describe('lines that are too long', () => {
  it.each([1, 3, 7, 20, 21, 22, 1000])('are dropped in pieces of %i bytes', async (size) => {
    const text = `h,k\na,b\n${'x'.repeat(21)}\nc,d\n"${'y'.repeat(30)}\ne,f\n${'z'.repeat(20)}\n`;
    const { records, bad, reasons } = await parse(text, size, { maxLineBytes: 20 });
    expect(records.map(([line, cells]) => `${line} ${cells.join()}`)).toEqual([
      '1 h,k',
      '2 a,b',
      '4 c,d',
      '6 e,f',
      `7 ${'z'.repeat(20)}`,
    ]);
    expect([bad, reasons]).toEqual([
      [3, 5],
      ['too-long', 'too-long'],
    ]);
  });

  it('also as the last line, and under fail are thrown behind the lines before them', async () => {
    const { bad } = await parse(`h\n${'x'.repeat(50)}`, 8, { maxLineBytes: 20 });
    expect(bad).toEqual([2]);
    const texts: string[] = [];
    const run = async () => {
      const lines = decodeLines('x', pieces(`h\na\n${'x'.repeat(50)}\nb\n`, 8), {
        maxLineBytes: 20,
      });
      for await (const { text } of lines) texts.push(text);
    };
    const error = await errorOf(run());
    expect(error.message).toBe('x:3: the line is longer than 20 bytes, expected one row a line');
    expect(texts.join('')).toBe('h\na\n');
  });

  it('an open quote that runs into one is given up', async () => {
    const text = `h,k\na,"b\n${'x'.repeat(40)}"\nc,d\n`;
    const { records, bad } = await parse(text, 7, { maxLineBytes: 20 });
    expect(bad).toEqual([2, 3]);
    expect(records.at(-1)).toEqual([4, ['c', 'd']]);
  });

  it('are never held beyond the limit: 256 MiB without a newline take 4 MiB', async () => {
    const chunk = new Uint8Array(1 << 16).fill(0x61);
    let peakBytes = 0;
    async function* endless() {
      for (let index = 0; index < 4096; index++) {
        yield chunk;
        peakBytes = Math.max(peakBytes, process.memoryUsage().arrayBuffers);
      }
    }
    const before = process.memoryUsage().arrayBuffers;
    const badRows = new BadRows('skip');
    let numCharacters = 0;
    const lines = decodeLines('x', endless(), { badRows, maxLineBytes: 1 << 22 });
    for await (const { text, badLines } of lines) {
      numCharacters += text.length;
      expect([...(badLines?.values() ?? [])][0].excerpt).toBe('a'.repeat(800));
    }
    expect(numCharacters).toBe(1);
    expect(peakBytes - before).toBeLessThan(1.5 * (1 << 22));
  });
});

describe('random bytes', () => {
  const byte = fc.oneof(
    fc.integer({ min: 0, max: 255 }),
    fc.constantFrom(...Buffer.from('"",\t\n\r\n{}[]:a1')),
  );
  const bytes = fc.array(byte, { maxLength: 200 }).map((list) => Uint8Array.from(list));

  it.each(['csv', 'tsv', 'jsonl'] as const)(
    'as %s end or give an error of ours',
    async (format) => {
      const read = async (content: Uint8Array, size: number, badRows: BadRows) => {
        const limits = { maxLineBytes: 40, maxRecordCharacters: 60 };
        const lines = decodeLines('x', pieces(content, size), { badRows, ...limits });
        const rows: unknown[] = [];
        if (format === 'jsonl') {
          for await (const { objects } of readJsonObjects('x', lines, badRows))
            rows.push(...objects);
        } else if (format === 'csv') {
          const found = readCsvRecords('x', lines, { badRows, ...limits });
          for await (const { records } of found) rows.push(...records);
        } else {
          for await (const { records } of readTsvRecords(lines, { badRows })) rows.push(...records);
        }
        return rows;
      };
      const outcome = (content: Uint8Array, size: number, policy: 'fail' | 'skip') => {
        const badRows = new BadRows(policy);
        return read(content, size, badRows).then(
          (rows) => ({ rows, counts: badRows.result() }),
          ({ code, message }) => ({ code, message }),
        );
      };
      await fc.assert(
        fc.asyncProperty(bytes, fc.constantFrom(1, 2, 3, 7), async (content, size) => {
          for (const policy of ['fail', 'skip'] as const) {
            const whole = await outcome(content, 1000, policy);
            if ('code' in whole) expect(whole.code).toMatch(/^(TEXT_ENCODING|FILE_FORMAT)$/);
            if (policy === 'skip') expect(await outcome(content, size, policy)).toEqual(whole);
          }
        }),
        { numRuns: 1500, seed: 1 },
      );
    },
  );
});
