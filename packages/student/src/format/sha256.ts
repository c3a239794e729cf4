// SHA-256 as hex digits: the engine's where there is one, else in plain JavaScript. Browsers offer theirs on https pages and
// localhost only.
import { loadPlain, plainSha256 } from '../plain/plain.js';

/** SHA-256 of the bytes as 64 hex digits. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  const subtle = globalThis.crypto?.subtle;
  if (subtle === undefined) {
    await loadPlain();
    return plainSha256(bytes);
  }
  const digest = await subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
