// Staged files: what SQL reads is what our own readers give, row for row, or the same error; whatever the bytes are.
// One file: both parsers are fed by the same tables.
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { Engine } from '../../../src/data/duckdb.js';
import { BadRows, writeParquet } from '../../../src/data/index.js';
import { stagedRelation, stageFiles } from '../../../src/data/prepare/staged-files.js';
import { openTableFile, readTableRows } from '../../../src/data/table-file.js';
import { createRandom } from '../../../src/foundation/random.js';
import { errorOf, put, temporaryFolder } from '../files.js';

const folder = await temporaryFolder();
const engine = await Engine.start({
  threads: 3,
  memoryMb: 500,
  temporaryFolder: join(folder, 'spill'),
});
const database = await engine.connect();
afterAll(() => {
  database.close();
  engine.close();
});

type Policy = 'fail' | 'skip';

/** What reading gave: the rows and the list of bad ones, or the error. */
type Outcome = { rows: string[][]; list: string } | { error: string };

async function outcomeOf(
  policy: Policy,
  read: (badRows: BadRows, into: string) => Promise<string[][]>,
): Promise<Outcome> {
  const into = await mkdtemp(join(folder, 'outcome-'));
  const badRows = new BadRows(policy, { listPath: join(into, 'list.tsv') });
  try {
    const rows = await read(badRows, into);
    await badRows.close();
    const list = policy === 'skip' ? await readFile(join(into, 'list.tsv'), 'utf8') : '';
    return { rows, list };
  } catch (error) {
    badRows.discard();
    const { code, message } = error as { code?: string; message: string };
    return { error: `${code}: ${message}` };
  } finally {
    await rm(into, { recursive: true });
  }
}

interface Choices {
  policy?: Policy;
  maxTextCharacters?: number;
}

/** Rows by SQL, in the order of `source`, which must count them from 0. */
function stageAndRead(
  inputs: readonly string[],
  columns: Record<string, string>,
  { policy = 'fail', maxTextCharacters = 1000 }: Choices = {},
): Promise<Outcome> {
  return outcomeOf(policy, async (badRows, into) => {
    const options = { database, columns, badRows, maxTextCharacters, folder: into };
    const files = await stageFiles(inputs, options);
    const relation = stagedRelation(into, files, columns);
    // As bytes: decoding drops a byte order mark at the beginning of a text.
    const names = Object.keys(columns).map((name) => `to_base64(encode(${name}))`);
    const found = await database.rows(
      `SELECT ${names.join(', ')}, source::DOUBLE FROM ${relation} ORDER BY source`,
    );
    expect(found.map((row) => row.at(-1))).toEqual(found.map((_, index) => index));
    expect(files.reduce((sum, file) => sum + file.numRows, 0)).toBe(found.length);
    return found.map((row) =>
      row.slice(0, -1).map((text) => Buffer.from(text as string, 'base64').toString()),
    );
  });
}

/** Rows by our readers, file by file. */
function readByOurs(
  paths: readonly string[],
  columns: Record<string, string>,
  { policy = 'fail', maxTextCharacters = 1000 }: Choices = {},
): Promise<Outcome> {
  return outcomeOf(policy, async (badRows) => {
    const rows: string[][] = [];
    const wanted = Object.values(columns).map((name) => ({ name, kind: 'text' as const }));
    for (const path of paths) {
      const before = rows.length;
      const file = await openTableFile(path);
      const options = { badRows, maxTextCharacters };
      for await (const batch of readTableRows(file, wanted, undefined, options)) {
        for (let row = 0; row < batch.numRows; row++) {
          rows.push(batch.columns.map((values) => values[row] as string));
        }
      }
      if (rows.length === before) {
        throw Object.assign(new Error(`${path}: no row that can be used`), { code: 'FILE_EMPTY' });
      }
    }
    return rows;
  });
}

/** A Zstandard frame of raw blocks. Source: RFC 8878, 3.1.1. */
function storeAsZstd(bytes: Buffer): Buffer {
  const header = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0, 0, 0, 0]);
  header.writeUInt32LE(bytes.length, 5);
  const blocks: Buffer[] = [];
  const size = 100;
  for (let at = 0; at === 0 || at < bytes.length; at += size) {
    const block = bytes.subarray(at, at + size);
    const isLast = at + size >= bytes.length ? 1 : 0;
    const value = (block.length << 3) | isLast;
    blocks.push(Buffer.from([value & 255, (value >> 8) & 255, value >> 16]), block);
  }
  return Buffer.concat([header, ...blocks]);
}

const COMPRESS = {
  '': (bytes: Buffer) => bytes,
  '.gz': (bytes: Buffer) => gzipSync(bytes),
  '.zst': storeAsZstd,
} as const;

/** Text that CSV may hold; what of it TSV cannot is taken out. */
const cell = fc
  .array(
    fc.constantFrom(
      ...['a', 'b', '"', ' ', ',', ';', '\t', '\n', '\r\n', '\\', "'", '#', '0', '1'],
      ...['é', '日本', '🙂', '\u00a0', 'NULL', '""', ' "'],
    ),
    { maxLength: 5 },
  )
  .map((pieces) => pieces.join(''));

interface Style {
  format: 'csv' | 'tsv';
  newline: '\n' | '\r\n';
  quotesAll: boolean;
  hasFinalNewline: boolean;
  hasMark: boolean;
  blankEvery: number;
  compression: keyof typeof COMPRESS;
}

const style: fc.Arbitrary<Style> = fc.record({
  format: fc.constantFrom('csv', 'csv', 'tsv'),
  newline: fc.constantFrom('\n', '\r\n'),
  quotesAll: fc.boolean(),
  hasFinalNewline: fc.boolean(),
  hasMark: fc.boolean(),
  blankEvery: fc.constantFrom(0, 0, 1, 2),
  compression: fc.constantFrom('', '', '.gz', '.zst'),
});

/** A table's cells in a form that another program might write. */
function writeCell(text: string, { format, quotesAll }: Style): string {
  if (format === 'tsv') return text.replace(/[\t\r\n]/g, '_');
  const mustQuote = quotesAll || /^"|[,\r\n]/.test(text);
  return mustQuote ? `"${text.replaceAll('"', '""')}"` : text;
}

function writeTable(rows: readonly string[][], how: Style): Buffer {
  const separator = how.format === 'csv' ? ',' : '\t';
  const header = rows[0].map((_, index) => `c${index}`).join(separator);
  const lines = rows.map((row) => row.map((text) => writeCell(text, how)).join(separator));
  const blank = (row: number) => (how.blankEvery > 0 && row % how.blankEvery === 0 ? [''] : []);
  const all = [header, ...lines.flatMap((line, row) => [...blank(row), line])];
  const text = all.join(how.newline) + (how.hasFinalNewline ? how.newline : '');
  const bytes = Buffer.from(`${how.hasMark ? '\ufeff' : ''}${text}`);
  return COMPRESS[how.compression](bytes);
}

const table = fc.integer({ min: 1, max: 3 }).chain((numColumns) =>
  fc.array(fc.array(cell, { minLength: numColumns, maxLength: numColumns }), {
    minLength: 1,
    maxLength: 6,
  }),
);

/** The columns of a file in another order than they stand there. */
function columnsOf(numColumns: number): Record<string, string> {
  const indices = Array.from({ length: numColumns }, (_, index) => index).reverse();
  return Object.fromEntries(indices.map((index) => [`f${index}`, `c${index}`]));
}

describe('staged text files', () => {
  it('are read as our parser reads them: any table in any style', async () => {
    await fc.assert(
      fc.asyncProperty(table, style, async (rows, how) => {
        const name = `table.${how.format}${how.compression}`;
        const path = await put(folder, name, writeTable(rows, how));
        const columns = columnsOf(rows[0].length);
        expect(await stageAndRead([path], columns)).toEqual(await readByOurs([path], columns));
      }),
      { seed: 1, numRuns: 120 },
    );
  });

  it('hold the cells that were written, of several files', async () => {
    // Without cells that CSV cannot tell from nothing: one column's empty cell is a blank line.
    const how: Style = {
      format: 'csv',
      newline: '\n',
      quotesAll: true,
      hasFinalNewline: false,
      hasMark: true,
      blankEvery: 2,
      compression: '',
    };
    await fc.assert(
      fc.asyncProperty(fc.array(table, { minLength: 1, maxLength: 3 }), async (tables) => {
        const pairs = tables.map((rows) => rows.map((row) => [row[0], row.at(-1) as string]));
        const paths: string[] = [];
        for (const [index, rows] of pairs.entries()) {
          const compression = (['', '.gz', '.zst'] as const)[index];
          const bytes = writeTable(rows, { ...how, compression });
          paths.push(await put(folder, `several-${index}.csv${compression}`, bytes));
        }
        const found = await stageAndRead(paths, { f0: 'c0', f1: 'c1' });
        expect(found).toEqual({ rows: pairs.flat(), list: '' });
      }),
      { seed: 2, numRuns: 30 },
    );
  });

  it('are read as our parser reads them, or refused as it does: any characters', async () => {
    const noise = fc.array(
      fc.constantFrom(
        ...['a', '"', '"', '""', ',', ',', '\t', '\n', '\n', '\r\n', '\r', ' ', '1', '\\', '#'],
        ...['é', '\ufeff', '\0', '",', ',"', '"\n', '\n"', ' "', '" '],
      ),
      { maxLength: 30 },
    );
    const choices = fc.record({
      format: fc.constantFrom('csv', 'csv', 'tsv'),
      numColumns: fc.integer({ min: 1, max: 3 }),
      policy: fc.constantFrom<Policy>('fail', 'skip'),
    });
    await fc.assert(
      fc.asyncProperty(noise, choices, async (pieces, { format, numColumns, policy }) => {
        const header = ['c0', 'c1', 'c2'].slice(0, numColumns).join(format === 'csv' ? ',' : '\t');
        const path = await put(folder, `noise.${format}`, `${header}\n${pieces.join('')}`);
        const columns = columnsOf(numColumns);
        const choice = { policy, maxTextCharacters: 12 };
        expect(await stageAndRead([path], columns, choice)).toEqual(
          await readByOurs([path], columns, choice),
        );
      }),
      { seed: 3, numRuns: 300 },
    );
  });

  it('keep their order where several threads read one', async () => {
    const random = createRandom(1, 'staged-order');
    const lines = Array.from({ length: 300_000 }, (_, row) => `${row},"x, ${random.nextInt(1e9)}"`);
    const path = await put(folder, 'long.csv', ['c0,c1', ...lines].join('\n'));
    const columns = { f0: 'c0' };
    const into = await mkdtemp(join(folder, 'long-'));
    const badRows = new BadRows('fail');
    const options = { database, columns, badRows, maxTextCharacters: 1000, folder: into };
    const files = await stageFiles([path, path, await put(folder, 'end.csv', 'c0\nlast')], options);
    expect(files.map(({ form, numRows }) => [form, numRows])).toEqual([
      ['rows', 300_000],
      ['rows', 1],
    ]);
    const [counts] = await database.rows(
      `SELECT count(*)::INTEGER, count(*) FILTER (f0 = source::VARCHAR)::INTEGER, arg_max(f0, source) FROM ${stagedRelation(into, files, columns)}`,
    );
    expect(counts).toEqual([300_001, 300_000, 'last']);
  });

  it('of a glob and a folder are the files by name, each once', async () => {
    const place = join(folder, 'a [b] *c? 日');
    await mkdir(place);
    for (const name of ['2.csv', '1.csv.gz', '3.tsv']) {
      const bytes = Buffer.from(`t\n${name}`);
      await put(place, name, name.endsWith('.gz') ? gzipSync(bytes) : bytes);
    }
    await writeParquet(join(place, '4.parquet'), [
      { name: 't', type: 'VARCHAR', values: ['4.parquet'] },
    ]);
    const found = await stageAndRead([place, join(place, '2.csv')], { f0: 't' });
    expect(found).toEqual({ rows: [['1.csv.gz'], ['2.csv'], ['3.tsv'], ['4.parquet']], list: '' });
  });
});

describe('broken files', () => {
  const rows = Array.from({ length: 400 }, (_, row) => `row ${row},${(row * 7919) % 1000}`);
  const whole = Buffer.from(['c0,c1', ...rows].join('\n'));

  it.each([
    ['.gz', 'gzip'],
    ['.zst', 'zstd'],
  ] as const)('a %s that was cut off is refused, wherever', async (compression, called) => {
    const bytes = COMPRESS[compression](whole);
    for (const share of [0.3, 0.8, 0.999]) {
      const cut = bytes.subarray(0, Math.floor(bytes.length * share));
      const path = await put(folder, `cut.csv${compression}`, cut);
      const found = await stageAndRead([path], { f0: 'c0' });
      expect(found).toEqual({
        error: expect.stringContaining(
          `FILE_CORRUPT: ${path}: broken or cut-off ${called} data`,
        ) as string,
      });
    }
  });

  it('a wrong number of cells is an error with its line, or a row of the list', async () => {
    const path = await put(folder, 'cells.csv', 'c0,c1\na,1\n"b\nc",2\nd\ne,3,4\nf,5\n');
    const columns = { f0: 'c0', f1: 'c1' };
    const message = 'got 1 cell, expected 2 as in the header';
    expect(await stageAndRead([path], columns)).toEqual({
      error: `FILE_FORMAT: ${path}:5: ${message}`,
    });
    expect(await stageAndRead([path], columns, { policy: 'skip' })).toEqual({
      rows: [
        ['a', '1'],
        ['b\nc', '2'],
        ['f', '5'],
      ],
      list:
        'file\tline\treason\tmessage\texcerpt\n' +
        `${path}\t5\tcells\t${message}\td\n` +
        `${path}\t6\tcells\tgot 3 cells, expected 2 as in the header\te,3,4\n`,
    });
  });

  it('a text above the limit is an error in its line or row, one as long as the limit none', async () => {
    const texts = ['ab', 'éééé', 'abcde'];
    const csv = await put(folder, 'long-text.csv', ['c0', ...texts].join('\n'));
    const parquet = join(folder, 'long-text.parquet');
    await writeParquet(parquet, [{ name: 'c0', type: 'VARCHAR', values: texts }]);
    const message = '"c0" has 5 characters, expected at most 4';
    for (const [path, place] of [
      [csv, ':4: '],
      [parquet, ': row 3: '],
    ]) {
      const limits = { maxTextCharacters: 4 };
      expect(await stageAndRead([path], { f0: 'c0' }, limits)).toEqual({
        error: `FILE_FORMAT: ${path}${place}${message}`,
      });
      const skipped = await stageAndRead([path], { f0: 'c0' }, { ...limits, policy: 'skip' });
      expect(skipped).toMatchObject({ rows: [['ab'], ['éééé']] });
      const longer = await stageAndRead([path], { f0: 'c0' }, { maxTextCharacters: 5 });
      expect(longer).toEqual({ rows: texts.map((text) => [text]), list: '' });
    }
  });

  it('bytes that are not UTF-8 are an error in their line', async () => {
    const path = await put(folder, 'latin1.csv', Buffer.from('c0,c1\na,b\ncaf\xe9,d\n', 'latin1'));
    const columns = { f0: 'c1' };
    const found = await stageAndRead([path], columns);
    expect(found).toEqual({ error: expect.stringMatching(/^TEXT_ENCODING: .*:3: /) as string });
    expect(found).toEqual(await readByOurs([path], columns));
  });

  it('a header alone, and one without the column, are refused', async () => {
    const path = await put(folder, 'header.csv', 'c0,c1\n\n');
    expect(await stageAndRead([path], { f0: 'c0' })).toEqual({
      error: `FILE_EMPTY: ${path}: no row that can be used`,
    });
    expect(await stageAndRead([path], { f0: 'title' })).toEqual({
      error: `COLUMN_MISSING: ${path}: no column "title", the columns are "c0", "c1"`,
    });
  });
});

describe('Parquet files', () => {
  const values = ['a', '', '日本', 'tab\there'];

  it('are read where they are: texts, numbers as text, nothing where a value is absent', async () => {
    const path = join(folder, 'it is "odd".parquet');
    await database.run(
      `COPY (SELECT * FROM (VALUES ('a', 1, 0.5), (NULL, 2, NULL), ('日本', NULL, 2e0)) AS t("a ""b""", n, d)) TO '${path}' (FORMAT parquet)`,
    );
    const columns = { f0: 'a "b"', f1: 'n' };
    const badRows = new BadRows('fail');
    const into = join(folder, 'in-place');
    const options = { database, columns, badRows, maxTextCharacters: 10, folder: into };
    const files = await stageFiles([path], options);
    expect(files).toEqual([{ path, numRows: 3, form: 'in-place' }]);
    expect(await readdir(into).catch(() => [])).toEqual([]);
    const found = await stageAndRead([path], columns);
    expect(found).toEqual(await readByOurs([path], columns));
    expect(found).toMatchObject({
      rows: [
        ['a', '1'],
        ['', '2'],
        ['日本', ''],
      ],
    });
  });

  it('that are cut off or overwritten inside are refused', async () => {
    const path = join(folder, 'good.parquet');
    const many = Array.from({ length: 3000 }, (_, row) => `${values[row % 4]} ${row * 7919}`);
    await writeParquet(path, [{ name: 'c0', type: 'VARCHAR', values: many }]);
    const bytes = await readFile(path);
    const damaged = Buffer.from(bytes);
    damaged.fill(0xff, 200, 4000);
    for (const bad of [bytes.subarray(0, bytes.length >> 1), damaged]) {
      const broken = await put(folder, 'broken.parquet', bad);
      const into = join(folder, 'broken');
      const error = await errorOf(
        stageFiles([broken], {
          database,
          columns: { f0: 'c0' },
          badRows: new BadRows('fail'),
          maxTextCharacters: 1000,
          folder: into,
        }),
      );
      expect(error.code).toBe('FILE_CORRUPT');
      expect(error.message).toContain(`${broken}: broken or cut-off Parquet (`);
    }
  });
});
