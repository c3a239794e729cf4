// Zstandard by the library fzstd. Not by Node's own decoder: Node 20 has none, and that of 24 stops after a file's
// first frame. QUIRK: fzstd finds broken structure and cut-off files but does not verify a frame's checksum.
import { Decompress } from 'fzstd';

/** The data is broken or cut off. */
export class ZstdError extends Error {
  readonly code = 'ZSTD_CORRUPT';

  constructor(cause: unknown) {
    super('not valid Zstandard', { cause });
  }
}

/** Streams the decompressed bytes of a file. @throws ZstdError for broken or cut-off data. */
export async function* decompressZstd(file: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
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
