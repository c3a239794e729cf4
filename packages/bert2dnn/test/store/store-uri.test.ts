// URIs of objects, and globs over their keys beside those of a disk.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listInputFiles, matchesGlob } from '../../src/data/index.js';
import { cacheFolder } from '../../src/store/cache-folder.js';
import { formatStoreUri, isStoreUri, joinKey, parseStoreUri } from '../../src/store/store-uri.js';

describe('a URI', () => {
  it('has a bucket and a key', () => {
    expect(parseStoreUri('s3://shop/a/b c.tsv')).toEqual({ bucket: 'shop', key: 'a/b c.tsv' });
    expect(parseStoreUri('s3://shop')).toEqual({ bucket: 'shop', key: '' });
    expect(parseStoreUri('S3://my.shop-1//a/')).toEqual({ bucket: 'my.shop-1', key: 'a/' });
    expect(formatStoreUri({ bucket: 'shop', key: 'a/b' })).toBe('s3://shop/a/b');
    expect(['s3://x', 'S3://x', './s3://x', 's3:/x', '/s3'].map(isStoreUri)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  it.each(['s3://', 's3://a', 's3:///key', 's3://UPPER_/x-', 's3://shop/../x', 's3://shop/./x'])(
    'is refused: %s',
    (text) => {
      expect(() => parseStoreUri(text)).toThrow(`got "${text}", expected s3://bucket/key`);
    },
  );

  it('with a secret is refused without showing it', () => {
    expect(() => parseStoreUri('s3://key:hush@shop/x')).toThrow('got "s3://***@shop/x"');
  });

  it('of a file in a folder', () => {
    expect(['a', 'a/', 'a//', ''].map((key) => joinKey(key, 'x'))).toEqual([
      'a/x',
      'a/x',
      'a/x',
      'x',
    ]);
    expect(joinKey('a', '')).toBe('a/');
  });
});

describe('a glob over keys', () => {
  const files = [
    'a.tsv',
    'b.tsv',
    '.c.tsv',
    'ab.csv',
    'd/a.tsv',
    'd/e/a.tsv',
    'd/.f/a.tsv',
    'e/b.csv',
  ];
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'glob-'));
    for (const file of files) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file), 'text\nx\n');
    }
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('matches what it matches on a disk', async () => {
    const part = fc.constantFrom(
      '*',
      '**',
      '?',
      '[ab]',
      '*.tsv',
      '?.tsv',
      '{a,b}.*',
      'd',
      'e',
      '.*',
      'a.tsv',
    );
    const patterns = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
    let numMatched = 0;
    await fc.assert(
      fc.asyncProperty(patterns, async (pattern) => {
        fc.pre(/[*?{[]/.test(pattern));
        const found = await listInputFiles([join(folder, pattern)]).catch(() => []);
        const onDisk = found.map((path) => path.slice(folder.length + 1));
        const keys = files.filter((file) => matchesGlob(pattern, file)).sort();
        numMatched += keys.length;
        expect(keys).toEqual(onDisk);
      }),
      { seed: 1, numRuns: 300 },
    );
    expect(numMatched).toBeGreaterThan(100);
  });
});

describe('the cache', () => {
  it('is where the environment says', () => {
    expect(cacheFolder({ BERT2DNN_CACHE: '/fast', XDG_CACHE_HOME: '/x' })).toBe('/fast');
    expect(cacheFolder({ XDG_CACHE_HOME: '/x' })).toBe(join('/x', 'bert2dnn'));
    expect(cacheFolder({})).toMatch(/\.cache.bert2dnn$/);
  });
});
