// Where an object is: `s3://bucket/key` read into its parts. Connects to nothing.
import { Bert2dnnError } from '../foundation/errors.js';

/** A place in a bucket. */
export interface StorePlace {
  bucket: string;
  /** Key, or what keys begin with; without a slash at its start. */
  key: string;
}

const STORE_URI = /^s3:\/\/([a-z0-9][a-z0-9._-]{1,61}[a-z0-9])(?:\/+(.*))?$/is;

/** Whether a path means a place in an object store and not a file of this machine. */
export function isStoreUri(path: string): boolean {
  return /^s3:\/\//i.test(path);
}

/**
 * Reads `s3://bucket/key`; the key may be empty.
 * @throws Bert2dnnError USAGE for anything else.
 */
export function parseStoreUri(text: string): StorePlace {
  const [, bucket, key = ''] = STORE_URI.exec(text) ?? [];
  const isUpward = key.split('/').some((part) => part === '.' || part === '..');
  if (bucket !== undefined && !isUpward) return { bucket, key };
  // What stands before an `@` may be a secret: it is not shown.
  const shown = text.replace(/^(s3:\/\/)[^/]*@/i, '$1***@');
  throw new Bert2dnnError('USAGE', `got "${shown}", expected s3://bucket/key`, {
    hint: 'Credentials and the endpoint come from the environment: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, AWS_ENDPOINT_URL.',
  });
}

/** The place for people, and for another machine. */
export function formatStoreUri({ bucket, key }: StorePlace): string {
  return `s3://${bucket}/${key}`;
}

/** The key of a file in the folder that `key` means. */
export function joinKey(key: string, name: string): string {
  const folder = key.replace(/\/+$/, '');
  return folder === '' ? name : `${folder}/${name}`;
}
