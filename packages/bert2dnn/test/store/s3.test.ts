// The S3 client against a real server, with a proxy between that misbehaves.
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRandom } from '../../src/foundation/random.js';
import type { ObjectStore } from '../../src/store/object-store.js';
import { openS3 } from '../../src/store/s3.js';
import { BUCKET, openBucket, putObject, S3Server, setEnvironment } from './s3-server.js';
import { StoreProxy } from './store-proxy.js';

let server: S3Server;
let proxy: StoreProxy;
let work: string;
let restore: () => void;
let store: ObjectStore;

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 's3-'));
  server = await S3Server.start();
  proxy = await StoreProxy.start(server.port);
  restore = setEnvironment(server.environment(join(work, 'cache'), proxy.port));
  store = openBucket();
});
afterAll(async () => {
  store.close();
  restore();
  await proxy.stop();
  await server.stop();
  await rm(work, { recursive: true });
});
beforeEach(() => proxy.reset());

const random = createRandom(1, 'bytes');
const LARGE = Buffer.from(Uint8Array.from({ length: 300_000 }, () => random.nextInt(256)));
const file = (): string => join(work, 'fetched');

async function storedLarge() {
  await putObject(store, 'large.bin', LARGE);
  const [object] = await store.list('large');
  return object;
}

describe('objects', () => {
  it('are put, listed, found, read, fetched and removed, whatever their keys', async () => {
    const key = 'odd/käse (so) +1 %.tsv';
    const etag = await putObject(store, key, 'hello');
    expect(etag).toBe(createHash('md5').update('hello').digest('hex'));
    const object = { key, etag, sizeBytes: 5 };
    expect(await store.list('odd/')).toEqual([object]);
    expect(await store.find(key)).toEqual(object);
    expect(Buffer.from((await store.read(key)) ?? []).toString()).toBe('hello');
    await store.fetch(object, file());
    expect(await readFile(file(), 'utf8')).toBe('hello');
    await store.remove(key);
    expect([await store.find(key), await store.read(key), await store.list('odd/')]).toEqual([
      undefined,
      undefined,
      [],
    ]);
  });

  it('are listed beyond a page, and only right in a folder where that is asked', async () => {
    const names = Array.from(
      { length: 1003 },
      (_, index) => `many/${String(index).padStart(4, '0')}`,
    );
    // Quick: what they hold does not matter.
    for (let start = 0; start < names.length; start += 50) {
      await Promise.all(names.slice(start, start + 50).map((name) => putObject(store, name, '')));
    }
    await putObject(store, 'many/below/x', '');
    expect((await store.list('many/0')).map(({ key }) => key)).toEqual(names.slice(0, 1000));
    expect((await store.list('many/', { delimiter: '/' })).map(({ key }) => key)).toEqual(names);
    expect(await store.list('many/', { limit: 1 })).toHaveLength(1);
  });

  it('without a byte are fetched', async () => {
    const etag = await putObject(store, 'empty', '');
    await store.fetch({ key: 'empty', etag, sizeBytes: 0 }, file());
    expect(await readFile(file())).toHaveLength(0);
  });
});

describe('a bad moment', () => {
  const isOfLarge = (path: string): boolean => path.includes('large.bin');

  it.each([
    ['500', 3, { kind: 'status', status: 500, code: 'InternalError' }],
    ['503', 1, { kind: 'status', status: 503, code: 'SlowDown' }],
    ['a cut connection', 3, { kind: 'cut' }],
  ] as const)('passes: %s, %i times', async (_, times, fault) => {
    const left = new Map<string, number>([
      ['PUT', times],
      ['GET', times],
    ]);
    proxy.plan = (method, path) => {
      const numLeft = left.get(method) ?? 0;
      if (!isOfLarge(path) || numLeft === 0) return undefined;
      left.set(method, numLeft - 1);
      return fault;
    };
    await store.fetch(await storedLarge(), file());
    expect(Buffer.compare(await readFile(file()), LARGE)).toBe(0);
    expect(proxy.numFaults).toBe(2 * times);
  });

  it('goes on where a body was cut off, as long as anything comes', async () => {
    const object = await storedLarge();
    proxy.plan = (method, path) =>
      method === 'GET' && isOfLarge(path) ? { kind: 'cut-body', numBytes: 40_000 } : undefined;
    await store.fetch(object, file());
    expect(Buffer.compare(await readFile(file()), LARGE)).toBe(0);
    expect(proxy.numFaults).toBe(8);
  });

  it('that lasts is told, with the object and without the key', async () => {
    const object = await storedLarge();
    proxy.plan = (method) => (method === 'GET' ? { kind: 'cut-body', numBytes: 0 } : undefined);
    await expect(store.fetch(object, file())).rejects.toMatchObject({
      code: 'STORE_UNREACHABLE',
      message: expect.stringMatching(
        /^s3:\/\/shop-data\/large\.bin: no good answer \((?!.*S3RVER)/,
      ),
    });
  });
});

describe('what is wrong for good', () => {
  it('an object that went, or was replaced, after it was listed', async () => {
    const object = await storedLarge();
    await putObject(store, 'large.bin', LARGE.subarray(1));
    await expect(store.fetch(object, file())).rejects.toMatchObject({
      code: 'FILE_CORRUPT',
      message: 's3://shop-data/large.bin: the object was replaced while it was read',
    });
    await store.remove('large.bin');
    await expect(store.fetch(object, file())).rejects.toMatchObject({
      code: 'FILE_MISSING',
      message: 's3://shop-data/large.bin: the object is gone',
    });
  });

  it('bytes that are not those of the checksum that the store keeps', async () => {
    const object = await storedLarge();
    const checksum = createHash('sha256').update(LARGE).digest('base64');
    proxy.headers = { 'x-amz-checksum-sha256': checksum };
    await store.fetch(object, file());
    proxy.plan = (method) => (method === 'GET' ? { kind: 'change-body' } : undefined);
    await expect(store.fetch(object, file())).rejects.toMatchObject({
      code: 'FILE_CORRUPT',
      message: expect.stringMatching(/^s3:\/\/shop-data\/large\.bin: .*checksum/),
    });
  });

  it('wrong bytes behind a cut, where the library no longer compares', async () => {
    const object = await storedLarge();
    const checksum = createHash('sha256').update(LARGE).digest('base64');
    proxy.headers = { 'x-amz-checksum-sha256': checksum };
    let isFirst = true;
    proxy.plan = (method) => {
      if (method !== 'GET') return undefined;
      const fault = isFirst ? { kind: 'cut-body' as const, numBytes: 1000 } : undefined;
      isFirst = false;
      return fault ?? { kind: 'change-body' };
    };
    await expect(store.fetch(object, file())).rejects.toMatchObject({ code: 'FILE_CORRUPT' });
    expect(proxy.numFaults).toBe(2);
  });

  it('an upload that arrives damaged', async () => {
    proxy.plan = (method) =>
      method === 'PUT' ? { kind: 'status', status: 400, code: 'BadDigest' } : undefined;
    await expect(putObject(store, 'x', 'x')).rejects.toMatchObject({ code: 'FILE_CORRUPT' });
  });

  it('a bucket that is not there', async () => {
    const missing = openS3('no-such-bucket');
    for (const ask of [() => missing.list(''), () => putObject(missing, 'x', 'x')]) {
      await expect(ask()).rejects.toMatchObject({
        code: 'FILE_MISSING',
        message: expect.stringMatching(/^s3:\/\/no-such-bucket\/x?: there is no such bucket$/),
      });
    }
    missing.close();
  });

  it('access that is refused, and tried once only', async () => {
    proxy.plan = () => ({ kind: 'status', status: 403, code: 'AccessDenied' });
    await expect(store.list('')).rejects.toMatchObject({
      code: 'STORE_REFUSED',
      message: `s3://${BUCKET}/: access is refused (AccessDenied)`,
    });
    expect(proxy.numFaults).toBe(1);
  });

  it('a key id that the store does not know; its secret is shown nowhere', async () => {
    const back = setEnvironment({ AWS_ACCESS_KEY_ID: 'AKIDX', AWS_SECRET_ACCESS_KEY: 'hush-hush' });
    const stranger = openBucket();
    const error = await stranger.list('').catch((caught: unknown) => caught);
    back();
    stranger.close();
    expect(error).toMatchObject({
      code: 'STORE_REFUSED',
      message: `s3://${BUCKET}/: access is refused (InvalidAccessKeyId)`,
    });
    expect(`${(error as Error).stack} ${(error as { hint: string }).hint}`).not.toMatch(
      /AKIDX|hush/,
    );
  });
});

it('leaves no file behind but the one that was asked for', async () => {
  expect(await readdir(work)).toEqual(['fetched']);
});
