// A folder of outputs in an object store: each file is written on this machine first and then uploaded, whole or not at
// all; what is there is read from the bucket alone.
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Bert2dnnError } from '../foundation/errors.js';
import { describeWriteError, parseJson } from '../foundation/files.js';
import { sha256OfFile } from '../foundation/fingerprint.js';
import { createTemporaryName, removeLeftovers } from '../foundation/temporary-names.js';
import { cacheFolder } from './cache-folder.js';
import { fetchFile } from './fetched-files.js';
import type { ObjectStore } from './object-store.js';
import { openPlace } from './open-place.js';
import type { OutputFolder, PlacedFile } from './output-folder.js';
import { formatStoreUri, joinKey, type StorePlace } from './store-uri.js';

/**
 * Opens a folder of a bucket; asks the store once, so that a wrong name, key or right shows before any work.
 * @throws Bert2dnnError USAGE, FILE_MISSING for the bucket, STORE_REFUSED, STORE_UNREACHABLE.
 */
export async function openBucketFolder(uri: string): Promise<OutputFolder> {
  const { store, place } = await openPlace(uri);
  const folder = new BucketFolder(store, place);
  try {
    await store.list(joinKey(place.key, ''), { limit: 1 });
    await removeLeftovers(outgoingFolder());
    return folder;
  } catch (error) {
    folder.close();
    throw error;
  }
}

/** Where files wait for their upload. */
function outgoingFolder(): string {
  return join(cacheFolder(), 'outgoing');
}

class BucketFolder implements OutputFolder {
  readonly name: string;
  readonly #store: ObjectStore;
  readonly #place: StorePlace;

  constructor(store: ObjectStore, place: StorePlace) {
    this.name = formatStoreUri({ ...place, key: place.key.replace(/\/+$/, '') });
    this.#store = store;
    this.#place = place;
  }

  async list(): Promise<Set<string>> {
    const prefix = this.#key('');
    const objects = await this.#store.list(prefix, { delimiter: '/' });
    return new Set(objects.map(({ key }) => key.slice(prefix.length)));
  }

  async put(name: string, write: (path: string) => Promise<void>): Promise<PlacedFile> {
    const folder = join(outgoingFolder(), createTemporaryName('upload'));
    const path = join(folder, name);
    try {
      await mkdir(folder, { recursive: true }).catch((error) => {
        throw describeWriteError(folder, error);
      });
      await write(path);
      return await this.#upload(name, await readFile(path));
    } finally {
      await rm(folder, { recursive: true, force: true }).catch(() => undefined);
    }
  }

  async putText(name: string, text: string): Promise<void> {
    await this.#upload(name, Buffer.from(text));
  }

  /** By the ETag; where that is another one (a bucket that was copied), by the bytes. */
  async holds(name: string, { sha256, etag }: PlacedFile): Promise<boolean> {
    const object = await this.#store.find(this.#key(name));
    if (object === undefined) return false;
    if (object.etag === etag) return true;
    return (await sha256OfFile(await this.pathOf(name))) === sha256;
  }

  async readJson(name: string): Promise<unknown> {
    const bytes = await this.#store.read(this.#key(name));
    if (bytes === undefined) {
      throw new Bert2dnnError('FILE_MISSING', `${this.#uri(name)}: is not there, expected JSON`);
    }
    return parseJson(this.#uri(name), Buffer.from(bytes).toString('utf8'));
  }

  pathOf(name: string): Promise<string> {
    return fetchFile(this.#uri(name));
  }

  /** Asks first, because whoever only adds has no right to delete. */
  async remove(name: string): Promise<void> {
    const key = this.#key(name);
    if ((await this.#store.find(key)) !== undefined) await this.#store.remove(key);
  }

  close(): void {
    this.#store.close();
  }

  async #upload(name: string, bytes: Uint8Array): Promise<PlacedFile> {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return { sha256, etag: await this.#store.put(this.#key(name), { bytes, sha256 }) };
  }

  #key(name: string): string {
    return joinKey(this.#place.key, name);
  }

  #uri(name: string): string {
    return formatStoreUri({ ...this.#place, key: this.#key(name) });
  }
}
