// Checksums of a student's numbers. They find what was changed by accident: who changes a file on purpose can change its
// checksum as well.
import { type FileBytes, toRoom } from '../executors/room.js';
import { plainXxh64, sha256, withPlain } from '../plain/plain.js';
import { startKernels } from '../wasm/kernel-modules.js';

/** Kinds of checksums, and how many hex digits they have. Files are written with the first; older ones have the other. */
export const CHECKSUM_DIGITS = { xxh64: 16, sha256: 64 };

/** A checksum of bytes. */
export interface Checksum {
  kind: keyof typeof CHECKSUM_DIGITS;
  /** Hex digits. */
  digits: string;
}

/** The checksum of bytes. */
export async function checksumOf(
  file: FileBytes,
  kind: Checksum['kind'] = 'xxh64',
): Promise<Checksum> {
  if (kind === 'sha256') return { kind, digits: await withPlain(() => sha256(file.bytes)) };
  const { bytes, memory } = toRoom(file);
  if (memory === undefined) return xxh64(await withPlain(() => plainXxh64(bytes)));
  const { byteOffset: start, length } = bytes;
  return xxh64(startKernels('simd', memory).checksum(start, start + length));
}

/** @param hash with or without a sign. */
function xxh64(hash: bigint): Checksum {
  const kind = 'xxh64';
  const digits = BigInt.asUintN(64, hash).toString(16).padStart(CHECKSUM_DIGITS[kind], '0');
  return { kind, digits };
}
