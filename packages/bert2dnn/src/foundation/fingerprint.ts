// Fingerprints: what a file, a folder or a set of options is, as a short name. The first 16 hex digits of SHA-256.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

const DIGITS = 16;

/** A JSON value, in which `undefined` members are dropped. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json | undefined };

/** Fingerprint of a JSON value; the order of its keys does not matter. */
export function fingerprintJson(value: Json): string {
  return createHash('sha256').update(stableStringify(value)).digest('hex').slice(0, DIGITS);
}

/** JSON text with sorted keys, so that equal values give equal text. */
export function stableStringify(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(stableStringify).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const members = Object.keys(value)
      .filter((key) => value[key] !== undefined)
      .sort()
      .map((key) => `${JSON.stringify(key)}:${stableStringify(value[key] as Json)}`);
    return `{${members.join(',')}}`;
  }
  return JSON.stringify(value);
}

/** Fingerprint of bytes. */
export function fingerprintBytes(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, DIGITS);
}

/** Fingerprint of arrays with their names, in their order. */
export function fingerprintArrays(arrays: Readonly<Record<string, ArrayBufferView>>): string {
  const hash = createHash('sha256');
  for (const [name, { buffer, byteOffset, byteLength }] of Object.entries(arrays)) {
    hash.update(`${name}:${byteLength}\n`).update(new Uint8Array(buffer, byteOffset, byteLength));
  }
  return hash.digest('hex').slice(0, DIGITS);
}

/** Hex SHA-256 of a file's bytes, read as a stream. @throws the error of node:fs if it cannot be read. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk);
  return hash.digest('hex');
}

/** Fingerprint of a file's bytes. @throws as `sha256OfFile`. */
export async function fingerprintFile(path: string): Promise<string> {
  return (await sha256OfFile(path)).slice(0, DIGITS);
}

/** Fingerprint of a file, or of a folder's files with their relative paths; dot files are left out. */
export async function fingerprintPath(path: string): Promise<string> {
  if (!(await stat(path)).isDirectory()) return fingerprintFile(path);
  const parts: [string, string][] = [];
  for (const entry of await readdir(path, { recursive: true, withFileTypes: true })) {
    const full = join(entry.parentPath, entry.name);
    if (entry.isFile() && !entry.name.startsWith('.')) {
      parts.push([full.slice(path.length), await fingerprintFile(full)]);
    }
  }
  return fingerprintJson(parts.sort((left, right) => (left[0] < right[0] ? -1 : 1)));
}
