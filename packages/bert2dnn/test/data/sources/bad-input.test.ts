// What is not as published: the error names the place, what was found and what was expected; nothing is written.
import { appendFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importData } from '../../../src/data/index.js';
import { importData as importByName } from '../../../src/library.js';
import { errorOf } from '../files.js';
import { writeEsci } from './esci-files.js';
import { copyOf, fixtureOf, workFolder } from './import-set.js';

const work = await workFolder();
let numOuts = 0;

/** The error of an import, after checking that it left nothing behind. */
async function failureOf(name: string, from: string, options: Record<string, unknown> = {}) {
  const parent = join(work, `out-${numOuts++}`);
  const error = await errorOf(importData({ name, from, out: join(parent, 'set'), ...options }));
  expect(await readdir(parent).catch(() => [])).toEqual([]);
  return error;
}

describe('names and options', () => {
  it('refuses an unknown set with the nearest name', async () => {
    expect(await failureOf('home-depo', work)).toEqual({
      code: 'USAGE',
      message:
        'name: got "home-depo", expected one of sst2, imdb, amazon-reviews, home-depot, crowdflower, esci, wands, ms-marco',
      hint: 'Did you mean home-depot?',
    });
    expect(
      await errorOf(importByName({ name: 'wandz' as 'wands', from: work, out: work })),
    ).toMatchObject({
      code: 'USAGE',
      hint: 'Did you mean wands?',
    });
  });

  it("refuses another set's option, an unknown split, and counts that are none", async () => {
    const { message } = await failureOf('wands', fixtureOf('wands'), { locale: 'us' });
    expect(message).toBe('locale: is no option of wands, which has none');
    expect((await failureOf('sst2', fixtureOf('sst2'), { split: ['test'] })).message).toBe(
      'split: got "test", expected one or more of train, dev',
    );
    expect((await failureOf('ms-marco', fixtureOf('ms-marco'), { negatives: 0.5 })).message).toBe(
      'negatives: got 0.5, expected a whole number above 0',
    );
    const both = { split: ['train', 'dev'] };
    expect((await failureOf('ms-marco', fixtureOf('ms-marco'), both)).code).toBe('USAGE');
  });
});

describe('files', () => {
  it('says which file is expected and what is there instead', async () => {
    const from = join(work, 'wrong-folder');
    await mkdir(from);
    expect((await failureOf('crowdflower', from)).message).toMatch(
      /wrong-folder: is empty, expected "train\.csv"/,
    );
    await writeFile(join(from, 'notes.txt'), 'x');
    expect(await failureOf('crowdflower', from)).toEqual({
      code: 'FILE_MISSING',
      message: `${from}: holds "notes.txt", expected "train.csv" of CrowdFlower Search Results Relevance (Kaggle 2015) (id, query, product_title, product_description, median_relevance, relevance_variance)`,
      hint: expect.stringContaining('Kaggle'),
    });
  });

  it('says that an archive is not unpacked', async () => {
    const from = join(work, 'zipped');
    await mkdir(from);
    await writeFile(join(from, 'test.csv.zip'), 'PK');
    await writeFile(join(from, 'train.csv.zip'), 'PK');
    expect((await failureOf('home-depot', from)).hint).toBe(
      '"train.csv.zip" is not unpacked: unpack it, then run the same command again.',
    );
    const { message, hint } = await failureOf('home-depot', join(from, 'train.csv.zip'));
    expect(message).toContain(
      'train.csv.zip: is a file, expected the folder with the files of Home Depot',
    );
    expect(hint).toBe('Unpack the archive and give its folder.');
    expect((await failureOf('imdb', join(work, 'nowhere'))).message).toContain(
      'nowhere: no such folder',
    );
  });

  it('says that a folder of reviews, candidates or a split is missing', async () => {
    const imdb = await copyOf('imdb', work);
    await rm(join(imdb, 'aclImdb/train/neg'), { recursive: true });
    expect((await failureOf('imdb', imdb)).message).toContain(
      'expected "train/neg" of IMDb reviews',
    );
    const marco = { negativesFrom: 'candidates' };
    expect((await failureOf('ms-marco', fixtureOf('ms-marco'), marco)).message).toContain(
      'expected "qidpidtriples.train.full.2.tsv"',
    );
    const sst2 = await copyOf('sst2', work);
    await rm(join(sst2, 'SST-2/dev.tsv'));
    expect((await failureOf('sst2', sst2, { split: ['dev'] })).message).toContain(
      'expected "dev.tsv"',
    );
  });

  it('tells a pointer of Git LFS from the file', async () => {
    const from = join(work, 'pointer');
    await writeEsci(from);
    const path = join(from, 'shopping_queries_dataset_examples.parquet');
    await writeFile(path, 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n');
    expect(await failureOf('esci', from)).toEqual({
      code: 'FILE_CORRUPT',
      message: `${path}: is a Git LFS pointer, expected the file`,
      hint: 'Fetch the files themselves: git lfs pull.',
    });
    await writeFile(
      path,
      (await readFile(join(from, 'shopping_queries_dataset_products.parquet'))).subarray(0, 900),
    );
    expect((await failureOf('esci', from)).code).toBe('FILE_CORRUPT');
  });

  it('refuses broken gzip, files without rows and text that is not UTF-8', async () => {
    const from = await copyOf('sst2', work);
    const train = join(from, 'SST-2/train.tsv');
    await writeFile(train, 'sentence\tlabel\n');
    expect(await failureOf('sst2', from)).toMatchObject({
      code: 'FILE_EMPTY',
      message: `${train}: has no rows, expected sentence, label`,
    });
    await writeFile(train, Buffer.from('sentence\tlabel\ncaf\xe9\t1\n', 'latin1'));
    expect(await failureOf('sst2', from)).toMatchObject({ code: 'TEXT_ENCODING' });
    await rename(train, `${train}.gz`);
    expect(await failureOf('sst2', from)).toMatchObject({ code: 'FILE_CORRUPT' });
    const imdb = await copyOf('imdb', work);
    await writeFile(join(imdb, 'aclImdb/train/pos/7_8.txt'), Buffer.from('caf\xe9', 'latin1'));
    expect((await failureOf('imdb', imdb)).message).toMatch(/7_8\.txt: is not UTF-8$/);
  });
});

describe('columns', () => {
  it('names the columns that there are', async () => {
    const from = await copyOf('home-depot', work);
    const path = join(from, 'train.csv');
    await writeFile(path, 'id,product_uid,title,search_term,relevance\n1,2,a,b,3\n');
    expect(await failureOf('home-depot', from)).toMatchObject({
      code: 'COLUMN_MISSING',
      message: `${path}:1: the columns are "id", "product_uid", "title", "search_term", "relevance", expected "product_title" among them`,
    });
    const wands = await copyOf('wands', work);
    await writeFile(
      join(wands, 'dataset/label.csv'),
      'id,query_id,product_id,label\n0,0,0,Exact\n',
    );
    expect((await failureOf('wands', wands)).message).toContain(
      'label.csv:1: the columns are "id,query_id,product_id,label"',
    );
  });

  it('counts the cells of a row, also without a header', async () => {
    const from = await copyOf('ms-marco', work);
    await appendFile(join(from, 'collection.tsv'), '10\ta passage\twith a tab\n');
    expect((await failureOf('ms-marco', from)).message).toMatch(
      /collection\.tsv:11: got 3 cells, expected 2 \(pid, passage\)$/,
    );
  });

  it('takes files of products and Python literals for what they are', async () => {
    const from = join(work, 'reviews');
    await mkdir(from);
    await writeFile(join(from, 'Kettles.jsonl'), '{"title":"Kettle","parent_asin":"P0"}\n');
    expect((await failureOf('amazon-reviews', from)).message).toMatch(
      /Kettles\.jsonl:1: the members are title, parent_asin, expected rating, text, title or overall/,
    );
    await writeFile(join(from, 'Kettles.jsonl'), "{'overall': 5.0, 'reviewText': 'a'}\n");
    const { message, hint } = await failureOf('amazon-reviews', from);
    expect(message).toMatch(/Kettles\.jsonl:1: not valid JSON/);
    expect(hint).toContain('Python literals');
    await rename(join(from, 'Kettles.jsonl'), join(from, 'meta_Kettles.jsonl'));
    expect((await failureOf('amazon-reviews', from)).message).toContain(
      'expected "CATEGORY.jsonl.gz"',
    );
  });

  it('names a column that a Parquet file lacks', async () => {
    const from = join(work, 'esci-columns');
    await writeEsci(from);
    const [examples, products] = ['examples', 'products'].map((name) =>
      join(from, `shopping_queries_dataset_${name}.parquet`),
    );
    await rm(examples);
    await rename(products, examples);
    await writeEsci(join(work, 'esci-other'));
    await rename(join(work, 'esci-other/shopping_queries_dataset_products.parquet'), products);
    expect((await failureOf('esci', from)).message).toContain('expected "query" among them');
  });
});

describe('labels', () => {
  it.each([
    ['sst2', 'SST-2/train.tsv', 'a film\t2\n', /train\.tsv:14: label must be 0\.\.1, got "2"/],
    [
      'home-depot',
      'train.csv',
      '9,9,t,q,3.5\n',
      /train\.csv:10: relevance must be 1\.\.3, got "3\.5"/,
    ],
    [
      'crowdflower',
      'train.csv',
      '9,q,t,d,,0\n',
      /train\.csv:11: median_relevance must be 1\.\.4, got nothing/,
    ],
    [
      'crowdflower',
      'train.csv',
      '9,q,t,d,4,-1\n',
      /train\.csv:11: relevance_variance must be a number of 0 or more, got "-1"/,
    ],
    [
      'wands',
      'dataset/label.csv',
      '8\t0\t0\texact\n',
      /label\.csv:10: label must be one of Irrelevant, Partial, Exact, got "exact"/,
    ],
    [
      'ms-marco',
      'qrels.train.tsv',
      '101\t0\t1\tx\n',
      /qrels\.train\.tsv:6: relevance must be 0\.\.3, got "x"/,
    ],
  ])('of %s in %s are checked with file and line', async (name, file, row, message) => {
    const from = await copyOf(name, work);
    await appendFile(join(from, file), row);
    const error = await failureOf(name, from);
    expect(error.message).toMatch(message);
    expect(['LABEL_INVALID', 'FILE_FORMAT']).toContain(error.code);
  });

  it('of IMDb are in the file names, and must suit their folder', async () => {
    const from = await copyOf('imdb', work);
    await writeFile(join(from, 'aclImdb/train/neg/8_9.txt'), 'A joy.');
    expect(await failureOf('imdb', from)).toMatchObject({
      code: 'LABEL_INVALID',
      message: expect.stringMatching(/8_9\.txt: got 9 stars, expected 1\.\.4 in neg/),
    });
    await rename(
      join(from, 'aclImdb/train/neg/8_9.txt'),
      join(from, 'aclImdb/train/neg/eight.txt'),
    );
    expect((await failureOf('imdb', from)).message).toMatch(
      /eight\.txt: is no review, expected files ID_RATING\.txt/,
    );
  });

  it('of ESCI are named by row; stars of Amazon by line', async () => {
    const esci = join(work, 'esci-label');
    await writeEsci(esci, 'X');
    expect((await failureOf('esci', esci)).message).toMatch(
      /examples\.parquet: row 3: esci_label must be one of E, S, C, I, got "X"/,
    );
    const from = join(work, 'stars');
    await mkdir(from);
    await writeFile(join(from, 'A.jsonl'), '{"rating":5,"text":"a"}\n{"rating":0,"text":"b"}\n');
    expect((await failureOf('amazon-reviews', from)).message).toMatch(
      /A\.jsonl:2: rating must be 1\.\.5, got "0"/,
    );
  });

  it('must be left after the options', async () => {
    const from = join(work, 'esci-jp');
    await writeEsci(from);
    expect(await failureOf('esci', from, { locale: 'jp' })).toMatchObject({ code: 'FILE_EMPTY' });
  });
});

describe('the place', () => {
  it('is replaced if it is an earlier import, and kept if it holds anything else', async () => {
    const out = join(work, 'place');
    const options = { name: 'sst2', from: fixtureOf('sst2'), out };
    await importData(options);
    await importData({ ...options, split: ['dev'] });
    const source = JSON.parse(await readFile(join(out, 'source.json'), 'utf8'));
    expect(source.outputs.labelled.rows).toBe(2);
    await writeFile(join(out, 'mine.txt'), 'keep');
    expect(await errorOf(importData(options))).toMatchObject({ code: 'WRITE_FAILED' });
    expect(await readFile(join(out, 'mine.txt'), 'utf8')).toBe('keep');
  });
});
