// SHA-256 as hex digits: the engine's where there is one, else in plain JavaScript. Browsers offer theirs on https pages and
// localhost only.
import { computeSha256 } from './plain-sha256.js';

/** SHA-256 of the bytes as 64 hex digits. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  const subtle = globalThis.crypto?.subtle;
  if (subtle === undefined) return computeSha256(bytes);
  const digest = await subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
