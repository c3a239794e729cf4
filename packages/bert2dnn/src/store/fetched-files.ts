// Inputs in an object store as files of this machine: each object is fetched once into the cache, by ETag and size, and
// read from there. Paths of this machine pass through.
import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { formatOf, matchesGlob } from '../data/index.js';
import { Bert2dnnError } from '../foundation/errors.js';
import { writeAtomically } from '../foundation/files.js';
import { fingerprintJson } from '../foundation/fingerprint.js';
import { runInParallel } from '../foundation/in-parallel.js';
import { removeLeftovers } from '../foundation/temporary-names.js';
import { cacheFolder } from './cache-folder.js';
import type { ObjectStore, StoredObject } from './object-store.js';
import { type OpenedPlace, openPlace } from './open-place.js';
import { formatStoreUri, isStoreUri, type StorePlace } from './store-uri.js';

const NUM_FETCHES = 8;

/** Inputs as files of this machine. */
export interface FetchedFiles {
  /** What to open in place of the inputs: files of the cache, and what needed no fetching as it was given. */
  paths: string[];
  /** The URI of a file of `paths` that was fetched. */
  uris: ReadonlyMap<string, string>;
}

/**
 * Fetches inputs that are in an object store: an object, a glob over keys, or all data files right in a folder.
 * @throws Bert2dnnError FILE_MISSING if nothing is there, FILE_CORRUPT, STORE_UNREACHABLE, STORE_REFUSED, DISK_FULL.
 */
export async function fetchFiles(inputs: readonly string[]): Promise<FetchedFiles> {
  const paths: string[] = [];
  const uris = new Map<string, string>();
  for (const input of inputs) {
    if (!isStoreUri(input)) {
      paths.push(input);
      continue;
    }
    await withPlace(input, async (opened) => {
      const { store } = opened;
      const objects = await listInputs(input, opened);
      const files = objects.map((object) => ({ object, path: cachePath(store, object) }));
      await runInParallel(files, NUM_FETCHES, ({ object, path }) => fetchOnce(store, object, path));
      for (const { object, path } of files) {
        paths.push(path);
        uris.set(path, formatStoreUri({ bucket: store.bucket, key: object.key }));
      }
    });
  }
  return { paths, uris };
}

/** One file that may be in an object store. @throws as `fetchFiles`. */
export async function fetchFile(input: string): Promise<string> {
  const { paths } = await fetchFiles([input]);
  if (paths.length === 1) return paths[0];
  throw new Bert2dnnError('USAGE', `${input}: got ${paths.length} objects, expected one`);
}

/**
 * A folder that may be in an object store, with the files right in it but those that begin with a dot.
 * @throws as `fetchFiles`.
 */
export async function fetchFolder(input: string): Promise<string> {
  if (!isStoreUri(input)) return input;
  return withPlace(input, async ({ store, place }) => {
    const objects = await listFolder(store, place);
    if (objects.length === 0) throw nothingThere(input);
    const content = objects.map(({ key, etag, sizeBytes }) => [key, etag, sizeBytes]);
    const identity = fingerprintJson([store.endpoint, store.bucket, content]);
    const folder = join(cacheFolder(), 'folders', identity, basename(place.key) || store.bucket);
    await runInParallel(objects, NUM_FETCHES, (object) =>
      fetchOnce(store, object, join(folder, basename(object.key))),
    );
    return folder;
  });
}

/**
 * What is under a URI, as one value that changes with its bytes: keys, ETags and sizes. Fetches nothing.
 * `undefined` if nothing is there.
 * @throws Bert2dnnError STORE_UNREACHABLE, STORE_REFUSED, FILE_MISSING for the bucket.
 */
export async function fingerprintStored(uri: string): Promise<string | undefined> {
  return withPlace(uri, async (opened) => {
    const objects = await findObjects(opened);
    if (objects.length === 0) return undefined;
    return fingerprintJson(objects.map(({ key, etag, sizeBytes }) => [key, etag, sizeBytes]));
  });
}

async function withPlace<Result>(
  uri: string,
  work: (opened: OpenedPlace) => Promise<Result>,
): Promise<Result> {
  const opened = await openPlace(uri);
  try {
    return await work(opened);
  } finally {
    opened.store.close();
  }
}

async function listInputs(input: string, opened: OpenedPlace): Promise<StoredObject[]> {
  const { key } = opened.place;
  const objects = await findObjects(opened);
  const isNamed = objects.length === 1 && objects[0].key === key;
  const files = isNamed ? objects : objects.filter((object) => formatOf(object.key) !== undefined);
  if (isNamed && formatOf(key) === undefined) {
    throw new Bert2dnnError('FILE_FORMAT', `${input}: unknown kind of file "${basename(key)}"`);
  }
  if (files.length === 0) throw nothingThere(input);
  return files;
}

/** The object of a key, else those that a glob matches, else those right in the folder. Ordered as files of a disk are. */
async function findObjects({ store, place }: OpenedPlace): Promise<StoredObject[]> {
  const { key } = place;
  if (/[*?{[]/.test(key)) {
    const listed = await store.list(key.slice(0, key.search(/[*?{[]/)));
    return sortByKey(listed.filter((object) => matchesGlob(key, object.key)));
  }
  const object = key === '' || key.endsWith('/') ? undefined : await store.find(key);
  return object === undefined ? sortByKey(await listFolder(store, place)) : [object];
}

async function listFolder(store: ObjectStore, { key }: StorePlace): Promise<StoredObject[]> {
  const prefix = key === '' ? '' : `${key.replace(/\/+$/, '')}/`;
  const listed = await store.list(prefix, { delimiter: '/' });
  return listed.filter(({ key: each }) => each !== prefix && !basename(each).startsWith('.'));
}

/** As `sort` of paths: by UTF-16 units, where a store sorts by bytes of UTF-8. */
function sortByKey(objects: StoredObject[]): StoredObject[] {
  return objects.sort((left, right) => (left.key < right.key ? -1 : left.key > right.key ? 1 : 0));
}

/** Where an object is kept: by the store, the key, ETag and size; bucket and key end the path, for who reads it. */
function cachePath(store: ObjectStore, { key, etag, sizeBytes }: StoredObject): string {
  const origin = fingerprintJson([store.endpoint, store.bucket, key]);
  const version = `${etag.replace(/[^\w-]/g, '_')}-${sizeBytes}`;
  const isPlain = key.split('/').every((part) => /^[\w=@,][\w =@,.-]{0,99}$/.test(part));
  const shown = isPlain ? join(store.bucket, key) : basename(key);
  return join(cacheFolder(), 'objects', origin, version, shown);
}

async function fetchOnce(store: ObjectStore, object: StoredObject, path: string): Promise<void> {
  const size = await stat(path).then(
    (entry) => entry.size,
    () => undefined,
  );
  if (size === object.sizeBytes) return;
  await removeLeftovers(dirname(path));
  await writeAtomically(path, (temporaryPath) => store.fetch(object, temporaryPath));
}

function nothingThere(input: string): Bert2dnnError {
  return new Bert2dnnError('FILE_MISSING', `${input}: no data object is there`, {
    hint: 'Name an object, a folder of objects, or a glob such as s3://bucket/folder/*.parquet.',
  });
}
