// Parquet in and out: values, order, bytes that do not change, and a disk that is full.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Database, sqlText } from '../../src/data/duckdb.js';
import {
  ParquetWriter,
  readParquetMetadata,
  readTable,
  readTableColumns,
  writeParquet,
} from '../../src/data/index.js';
import { errorOf, put, temporaryFolder } from './files.js';

const folder = await temporaryFolder();

async function read(path: string | string[], options: Parameters<typeof readTable>[1]) {
  const texts = (options.texts ?? []).map((): string[] => []);
  const numbers = (options.numbers ?? []).map((): number[] => []);
  let next = options.start ?? 0;
  for await (const batch of readTable(path, options)) {
    expect(batch.start).toBe(next);
    next += batch.numRows;
    batch.texts.forEach((values, index) => {
      texts[index].push(...values);
    });
    batch.numbers.forEach((values, index) => {
      numbers[index].push(...values);
    });
  }
  return { texts, numbers };
}

describe('ParquetWriter', () => {
  it('writes vectors as lists of floats and pairs into the footer, the same bytes each time', async () => {
    const metadata = { teacher: "it's", 'a "b"': 'ü\n{}' };
    const write = async (name: string) => {
      const columns = [
        { name: 'row', type: 'BIGINT' },
        { name: 'embedding', type: 'FLOAT[]' },
      ] as const;
      const path = join(folder, name);
      const writer = await ParquetWriter.create(path, columns, { metadata });
      await writer.appendBatch([
        [7, 8],
        [Float32Array.of(0.1, -2), undefined],
      ]);
      await writer.close();
      return path;
    };
    const path = await write('vectors.parquet');
    expect(await readParquetMetadata(path)).toEqual(metadata);
    const database = await Database.open();
    const rows = await database.rows(
      `SELECT row::INTEGER, embedding, typeof(embedding) FROM ${sqlText(path)}`,
    );
    database.close();
    expect(rows).toEqual([
      [7, [Math.fround(0.1), -2], 'FLOAT[]'],
      [8, null, 'FLOAT[]'],
    ]);
    expect(await readFile(await write('again.parquet'))).toEqual(await readFile(path));
  });
});

describe('ParquetWriter and readTable', () => {
  it('keep values: texts, whole numbers, NaN as absent', async () => {
    const path = join(folder, 'values.parquet');
    await writeParquet(path, [
      { name: 'row', type: 'BIGINT', values: [0, 2 ** 40, -1] },
      { name: 'logit_0', type: 'FLOAT', values: Float32Array.of(0.1, Number.NaN, -3) },
      { name: 'p "q"', type: 'DOUBLE', values: [0.1, 1e-300, 1] },
      { name: 'text', type: 'VARCHAR', values: ['', 'a\u001e\n"b', '日本 😀'] },
    ]);
    expect(await readTableColumns(path)).toEqual(['row', 'logit_0', 'p "q"', 'text']);
    const { texts, numbers } = await read(path, {
      texts: ['text'],
      numbers: ['p "q"', 'row', 'logit_0'],
    });
    expect(texts).toEqual([['', 'a\u001e\n"b', '日本 😀']]);
    expect(numbers).toEqual([
      [0.1, 1e-300, 1],
      [0, 2 ** 40, -1],
      [Math.fround(0.1), Number.NaN, -3],
    ]);
  });

  it('give back any texts in any range, whatever characters they hold', async () => {
    const path = join(folder, 'property.parquet');
    const text = fc.string({
      unit: fc.constantFrom('a', '\u001e', 'é', '😀', '\u0000', '\n', "'"),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(text, { minLength: 1, maxLength: 40 }),
        fc.nat(45),
        fc.nat(45),
        async (values, start, count) => {
          await writeParquet(path, [{ name: 't', type: 'VARCHAR', values }]);
          const { texts } = await read(path, { texts: ['t'], start, count });
          expect(texts[0]).toEqual(values.slice(start, start + count));
        },
      ),
      { numRuns: 25, seed: 1 },
    );
  });

  it('keep the order of rows over row groups and joined blocks, from any start', async () => {
    const path = join(folder, 'order.parquet');
    const writer = await ParquetWriter.create(path, [
      { name: 'row', type: 'INTEGER' },
      { name: 'text', type: 'VARCHAR' },
    ]);
    for (let start = 0; start < 140_000; start += 35_000) {
      const rows = Int32Array.from({ length: 35_000 }, (_, index) => start + index);
      await writer.appendBatch([rows, Array.from(rows, (row) => `t${row}`)]);
    }
    expect(await writer.close()).toBe(140_000);
    for (const start of [0, 65_535, 70_001]) {
      let next = start;
      for await (const { texts, numbers } of readTable(path, {
        texts: ['text'],
        numbers: ['row'],
        start,
      })) {
        const isInOrder = numbers[0].every(
          (row, index) => row === next + index && texts[0][index] === `t${row}`,
        );
        expect(isInOrder).toBe(true);
        next += numbers[0].length;
      }
      expect(next).toBe(140_000);
    }
  });

  it('can be read side by side, and left in the middle', async () => {
    const path = join(folder, 'order.parquet');
    const readers = [0, 1, 2].map(() => readTable(path, { texts: ['text'], batchRows: 1000 }));
    for (const start of [0, 1000, 2000]) {
      for (const reader of readers) {
        const { value } = await reader.next();
        expect(value?.texts[0][0]).toBe(`t${start}`);
      }
    }
    await Promise.all(readers.map((reader) => reader.return(undefined)));
    expect((await read(path, { numbers: ['row'], start: 139_999 })).numbers).toEqual([[139_999]]);
  });

  it('write the same bytes for the same content, however it was batched', async () => {
    const values = Array.from({ length: 9000 }, (_, row) => `text ${row % 311}`);
    const columns = [{ name: 't', type: 'VARCHAR' as const }];
    const write = async (name: string, batchRows: number): Promise<Buffer> => {
      const writer = await ParquetWriter.create(join(folder, name), columns);
      for (let start = 0; start < values.length; start += batchRows) {
        await writer.appendBatch([values.slice(start, start + batchRows)]);
      }
      await writer.close();
      return readFile(join(folder, name));
    };
    const first = await write('same-1.parquet', 9000);
    expect((await write('same-2.parquet', 9000)).equals(first)).toBe(true);
    expect((await write('same-3.parquet', 777)).equals(first)).toBe(true);
  });

  it('read a range through text files, whose rows are not known before', async () => {
    const paths = [
      await put(folder, 'numbers-0.csv', 'n\n1\n2\n3\n'),
      await put(folder, 'numbers-1.tsv', 'n\n4\n5\n'),
    ];
    expect((await read(paths, { numbers: ['n'], start: 2, count: 2 })).numbers).toEqual([[3, 4]]);
    expect((await read(paths, { numbers: ['n'], start: 4 })).numbers).toEqual([[5]]);
    expect((await read(paths, { numbers: ['n'], start: 9 })).numbers).toEqual([[]]);
  });

  it('say where a cell is no number', async () => {
    const path = await put(folder, 'word.csv', 'n\n1\ntwo\n');
    expect((await errorOf(read(path, { numbers: ['n'] }))).message).toBe(
      `${path}:3: n must be a number, got "two"`,
    );
  });

  it('leave nothing behind when given up', async () => {
    const path = join(folder, 'given-up', 'x.parquet');
    const writer = await ParquetWriter.create(path, [{ name: 'a', type: 'INTEGER' }]);
    await writer.appendBatch([[1]]);
    writer.abort();
    await expect(readdir(join(folder, 'given-up'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('refuse columns of different lengths', async () => {
    const columns = [
      { name: 'a', type: 'INTEGER' as const, values: [1, 2] },
      { name: 'b', type: 'INTEGER' as const, values: [1] },
    ];
    await expect(writeParquet(join(folder, 'uneven.parquet'), columns)).rejects.toThrow(
      /a batch has columns of 2, 1 rows/,
    );
  });

  it.runIf(process.platform === 'linux')(
    'a full disk is reported by DuckDB in the words that we look for',
    async () => {
      // /dev/full answers every write as a full disk does.
      const database = await Database.open();
      const { describeWriteError } = await import('../../src/foundation/files.js');
      const error = await database
        .run(`COPY (SELECT 1 AS a) TO ${sqlText('/dev/full')} (FORMAT parquet)`)
        .then(
          () => undefined,
          (reason: unknown) => describeWriteError('out.parquet', reason),
        );
      database.close();
      expect(error).toMatchObject({
        code: 'DISK_FULL',
        message: 'out.parquet: the disk is full; nothing was written',
      });
    },
  );
});
