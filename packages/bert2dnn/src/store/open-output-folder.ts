// The door to a folder of outputs, wherever it is.
import { removeLeftovers } from '../foundation/temporary-names.js';
import { LocalFolder } from './local-folder.js';
import type { OutputFolder } from './output-folder.js';
import { isStoreUri } from './store-uri.js';

/**
 * Opens the folder of a path, or of an `s3://` URI. What killed processes left half written is removed.
 * @param isOurs which names the caller writes: what was to have another one stays
 * @throws Bert2dnnError for a bucket: USAGE, FILE_MISSING, STORE_REFUSED, STORE_UNREACHABLE.
 */
export async function openOutputFolder(
  out: string,
  isOurs: (name: string) => boolean,
): Promise<OutputFolder> {
  if (!isStoreUri(out)) {
    await removeLeftovers(out, isOurs);
    return new LocalFolder(out);
  }
  const { openBucketFolder } = await import('./bucket-folder.js');
  return openBucketFolder(out);
}
