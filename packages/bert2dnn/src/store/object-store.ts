// What this toolkit wants of an object store, whichever it is. Knows no protocol.

/** An object as a listing names it. */
export interface StoredObject {
  key: string;
  /** What the store calls these bytes: other bytes have another one. Without quotes. */
  etag: string;
  sizeBytes: number;
}

/** Bytes, and what they should be, by their sender. */
export interface SentObject {
  bytes: Uint8Array;
  /** Hex SHA-256 of the bytes: the store compares it, where it can. */
  sha256: string;
}

/** One bucket. Every method @throws Bert2dnnError STORE_UNREACHABLE, STORE_REFUSED, FILE_MISSING for the bucket. */
export interface ObjectStore {
  readonly bucket: string;
  /** Tells two stores apart that have a bucket of one name: the endpoint, or empty for the provider's own. */
  readonly endpoint: string;
  /** Objects whose keys begin with `prefix`, by key; with `delimiter` only those without it behind the prefix. */
  list(prefix: string, options?: { delimiter?: string; limit?: number }): Promise<StoredObject[]>;
  /** The object under a key, if there is one. */
  find(key: string): Promise<StoredObject | undefined>;
  /** The bytes under a key, if there are any; for small objects. */
  read(key: string): Promise<Uint8Array | undefined>;
  /**
   * Writes an object's bytes to a new file at `path`.
   * @throws Bert2dnnError FILE_MISSING if it is gone, FILE_CORRUPT if it is another one by now, or the bytes are not its own.
   */
  fetch(object: StoredObject, path: string): Promise<void>;
  /** Puts an object, whole or not at all; gives its ETag. */
  put(key: string, object: SentObject): Promise<string>;
  /** Removes an object; one that is not there is no error. */
  remove(key: string): Promise<void>;
  /** Ends its connections. */
  close(): void;
}
