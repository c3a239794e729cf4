// The door to an object store.
import type { ObjectStore } from './object-store.js';
import { parseStoreUri, type StorePlace } from './store-uri.js';

/** A store and the place in it that a URI means. */
export interface OpenedPlace {
  store: ObjectStore;
  place: StorePlace;
}

/**
 * Opens the store of a URI; endpoint, region and credentials are those of the environment.
 * Its library is loaded here, so that whoever has files on a disk does without.
 * @throws Bert2dnnError USAGE for a URI that is none.
 */
export async function openPlace(uri: string): Promise<OpenedPlace> {
  const place = parseStoreUri(uri);
  const { openS3 } = await import('./s3.js');
  return { store: openS3(place.bucket), place };
}
