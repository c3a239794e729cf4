// What is written is read back the same, in every format; and nothing is left behind by a failure.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTable } from '../../src/data/table.js';
import { writeTable, writtenFormat } from '../../src/evaluate/table-writer.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bert2dnn-table-'));
});
afterAll(() => rm(folder, { recursive: true }));

const COLUMNS = [
  { name: 'text', type: 'text' as const },
  { name: 'score, 0..1', type: 'number' as const },
];
const TEXTS = ['plain', 'a "quoted", one', 'two\nlines', '', ' spaces ', 'Grüße 東京 🙂'];
const NUMBERS = [0.1, -3, 1e-20, 5, 0, 7];

async function* batches() {
  yield [TEXTS.slice(0, 2), NUMBERS.slice(0, 2)];
  yield [TEXTS.slice(2), NUMBERS.slice(2)];
}

describe('writeTable', () => {
  it.each(['a.csv', 'a.jsonl', 'a.parquet', 'a.csv.gz', 'a.jsonl.gz'])(
    'round trip: %s',
    async (name) => {
      const path = join(folder, name);
      await writeTable(path, COLUMNS, batches());
      const texts: string[] = [];
      const numbers: number[] = [];
      for await (const batch of readTable(path, { texts: ['text'], numbers: ['score, 0..1'] })) {
        texts.push(...batch.texts[0]);
        numbers.push(...batch.numbers[0]);
      }
      expect(texts).toEqual(TEXTS);
      expect(numbers).toEqual(NUMBERS);
    },
  );

  it('writes TSV without quotes: what would break a cell becomes a space', async () => {
    const path = join(folder, 'a.tsv');
    await writeTable(path, COLUMNS, batches());
    expect((await readFile(path, 'utf8')).split('\n').slice(0, 4)).toEqual([
      'text\tscore, 0..1',
      'plain\t0.1',
      'a "quoted", one\t-3',
      'two lines\t1e-20',
    ]);
  });

  it('writes an absent number as an empty cell or null', async () => {
    const absent = async function* () {
      yield [['a'], [Number.NaN]];
    };
    await writeTable(join(folder, 'b.csv.gz'), COLUMNS, absent());
    await writeTable(join(folder, 'b.jsonl'), COLUMNS, absent());
    expect(gunzipSync(await readFile(join(folder, 'b.csv.gz'))).toString()).toBe(
      'text,"score, 0..1"\na,\n',
    );
    expect(await readFile(join(folder, 'b.jsonl'), 'utf8')).toBe(
      '{"text":"a","score, 0..1":null}\n',
    );
  });

  it.each(['c.csv', 'c.parquet'])('leaves nothing behind when the rows fail: %s', async (name) => {
    const failing = async function* () {
      yield [TEXTS, NUMBERS];
      throw new Error('half way');
    };
    await expect(writeTable(join(folder, name), COLUMNS, failing())).rejects.toThrow('half way');
    expect((await readdir(folder)).filter((each) => each.includes('c.'))).toEqual([]);
  });

  it('refuses a name that says no format it can write', () => {
    for (const name of ['a.xlsx', 'a', 'a.csv.zst', 'a.parquet.gz']) {
      expect(() => writtenFormat(name), name).toThrow('cannot write this kind of file');
    }
    expect(writtenFormat('x/a.ndjson.gz')).toEqual({ format: 'jsonl', gzip: true });
  });
});
