// Which files an input means.
import { mkdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatOf, listInputFiles } from '../../src/data/inputs.js';
import { put, temporaryFolder } from './files.js';

const folder = await temporaryFolder();
await mkdir(join(folder, 'deep', 'er'), { recursive: true });
for (const name of [
  'b.csv',
  'a.csv',
  'a.tsv.gz',
  'note.txt',
  '.hidden.csv',
  '[x].csv',
  'deep/c.csv',
  'deep/er/d.csv',
]) {
  await put(folder, name, 'text\nx\n');
}

async function list(...inputs: string[]): Promise<string[]> {
  const files = await listInputFiles(inputs.map((input) => join(folder, input)));
  return files.map((file) => relative(folder, file));
}

describe('listInputFiles', () => {
  it.each([
    [
      ['b.csv', 'a.csv'],
      ['b.csv', 'a.csv'],
    ],
    [['.'], ['[x].csv', 'a.csv', 'a.tsv.gz', 'b.csv']],
    [['*.csv'], ['[x].csv', 'a.csv', 'b.csv']],
    [
      ['?.csv', 'a.csv'],
      ['a.csv', 'b.csv'],
    ],
    [['[x].csv'], ['[x].csv']],
    [['{b,a}.*'], ['a.csv', 'a.tsv.gz', 'b.csv']],
    [['**/*.csv'], ['[x].csv', 'a.csv', 'b.csv', 'deep/c.csv', 'deep/er/d.csv']],
    [['d*/*.csv'], ['deep/c.csv']],
  ])('%j are %j', async (inputs, files) => {
    expect(await list(...inputs)).toEqual(files);
  });
});

describe('formatOf', () => {
  it.each([
    ['a.csv', { format: 'csv', compression: 'none' }],
    ['a.TSV.GZ', { format: 'tsv', compression: 'gzip' }],
    ['a.b.ndjson.zst', { format: 'jsonl', compression: 'zstd' }],
    ['a.parquet', { format: 'parquet', compression: 'none' }],
    ['a.parquet.gz', undefined],
    ['a.gz', undefined],
    ['csv', undefined],
  ])('%s', (path, format) => {
    expect(formatOf(path)).toEqual(format);
  });
});
