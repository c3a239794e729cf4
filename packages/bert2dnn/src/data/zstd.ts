// Zstandard: Node's own decoder where it has one (22.15 and later), else the library fzstd.
// QUIRK: fzstd finds broken structure and cut-off files but does not verify a frame's checksum.

import type { ReadStream } from 'node:fs';
import type { Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { Decompress } from 'fzstd';

/** Node's decoder, absent from the types of Node 20. */
const createNative = (zlib as { createZstdDecompress?: () => Transform }).createZstdDecompress;

/** An error that says that the data is broken, whatever decoder found it. */
export class ZstdError extends Error {
  readonly code = 'ZSTD_CORRUPT';

  constructor(cause: unknown) {
    super('not valid Zstandard', { cause });
  }
}

/** Streams the decompressed bytes of a file. @throws ZstdError for broken or cut-off data. */
export async function* decompressZstd(file: ReadStream): AsyncGenerator<Uint8Array> {
  if (createNative === undefined) {
    yield* decompressByLibrary(file);
    return;
  }
  const plain = createNative();
  file.on('error', (error) => plain.destroy(error));
  try {
    yield* file.pipe(plain);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code?.startsWith('ZSTD')) throw new ZstdError(error);
    throw error;
  } finally {
    plain.destroy();
  }
}

/** The same by fzstd. */
export async function* decompressByLibrary(
  file: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let ready: Uint8Array[] = [];
  const decoder = new Decompress((chunk) => ready.push(chunk));
  const push = (chunk: Uint8Array, isLast: boolean): Uint8Array[] => {
    try {
      decoder.push(chunk, isLast);
    } catch (error) {
      throw new ZstdError(error);
    }
    const chunks = ready;
    ready = [];
    return chunks;
  };
  for await (const chunk of file) yield* push(chunk, false);
  yield* push(new Uint8Array(0), true);
}
