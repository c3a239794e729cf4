// A file's bytes as a stream, decompressed. Says which file is broken; knows no text.
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { Bert2dnnError } from '../foundation/errors.js';
import type { Compression } from './inputs.js';
import { decompressZstd } from './zstd.js';

const READ_BYTES = 1 << 18;

/**
 * Streams the decompressed bytes of a file.
 * @throws Bert2dnnError FILE_MISSING if it cannot be read, FILE_CORRUPT if its compression is broken or cut off.
 */
export async function* readBytes(
  path: string,
  compression: Compression,
): AsyncGenerator<Uint8Array> {
  const file = createReadStream(path, { highWaterMark: READ_BYTES });
  try {
    if (compression === 'gzip') yield* gunzip(file);
    else if (compression === 'zstd') yield* decompressZstd(file);
    else yield* file;
  } catch (error) {
    throw describeReadError(path, compression, error);
  } finally {
    file.destroy();
  }
}

async function* gunzip(file: ReturnType<typeof createReadStream>): AsyncGenerator<Uint8Array> {
  const plain = createGunzip({ chunkSize: READ_BYTES });
  file.on('error', (error) => plain.destroy(error));
  try {
    yield* file.pipe(plain);
  } finally {
    plain.destroy();
  }
}

function describeReadError(path: string, compression: Compression, error: unknown): unknown {
  if (error instanceof Bert2dnnError) return error;
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const reason = error instanceof Error ? error.message : String(error);
  if (code.startsWith('Z_') || code === 'ZSTD_CORRUPT') {
    return new Bert2dnnError(
      'FILE_CORRUPT',
      `${path}: broken or cut-off ${compression} data (${reason})`,
      {
        hint: 'Copy or download the file again; the other files were not changed.',
        cause: error,
      },
    );
  }
  if (code === '') return error;
  return new Bert2dnnError('FILE_MISSING', `${path}: cannot be read (${code})`, { cause: error });
}
