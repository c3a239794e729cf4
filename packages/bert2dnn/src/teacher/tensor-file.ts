// Float32 arrays in a safetensors file, streamed in and out, so that no file need fit into one buffer. For checkpoints:
// the fingerprint of what was written is asked for when it is read. Foreign files are read by @bert2dnn/student.
import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { Bert2dnnError } from '../foundation/errors.js';
import { writeAtomically } from '../foundation/files.js';

/** What a written file is known by. */
export interface TensorFileRecord {
  numBytes: number;
  /** SHA-256 of all its bytes, in hex. */
  sha256: string;
}

type Arrays = Readonly<Record<string, Float32Array>>;

/** Bytes of one call: the system takes at most 2 GiB. */
const CHUNK_BYTES = 1 << 28;

/**
 * Writes arrays as one-dimensional F32 tensors, atomically; equal arrays in equal order give equal bytes.
 * @throws Bert2dnnError DISK_FULL, WRITE_FAILED.
 */
export async function writeTensorFile(path: string, arrays: Arrays): Promise<TensorFileRecord> {
  const hash = createHash('sha256');
  let numBytes = 0;
  await writeAtomically(path, async (temporaryPath) => {
    const handle = await open(temporaryPath, 'wx');
    try {
      for (const bytes of [encodeHeader(arrays), ...Object.values(arrays).map(bytesOf)]) {
        hash.update(bytes);
        await writeAll(handle, bytes);
        numBytes += bytes.length;
      }
    } finally {
      await handle.close();
    }
  });
  return { numBytes, sha256: hash.digest('hex') };
}

/**
 * Reads what `writeTensorFile` wrote.
 * @throws Bert2dnnError FILE_CORRUPT when a byte differs from what `record` says, FILE_MISSING when it cannot be read.
 */
export async function readTensorFile(
  path: string,
  record: TensorFileRecord,
): Promise<Record<string, Float32Array>> {
  const handle = await open(path, 'r').catch((cause: unknown) => {
    throw new Bert2dnnError('FILE_MISSING', `${path}: cannot be read`, { cause });
  });
  try {
    const { size } = await handle.stat();
    if (size !== record.numBytes) {
      throw corrupt(path, `got ${size} bytes, expected ${record.numBytes}`);
    }
    return await readArrays(handle, path, record);
  } finally {
    await handle.close();
  }
}

async function readArrays(
  handle: FileHandle,
  path: string,
  { numBytes, sha256 }: TensorFileRecord,
): Promise<Record<string, Float32Array>> {
  const hash = createHash('sha256');
  const take = async (bytes: Uint8Array): Promise<void> => {
    await readAll(handle, bytes, path);
    hash.update(bytes);
  };
  const prefix = new Uint8Array(8);
  await take(prefix);
  const headerLength = Number(new DataView(prefix.buffer).getBigUint64(0, true));
  if (headerLength > numBytes - 8) throw corrupt(path, `got a header of ${headerLength} bytes`);
  const header = new Uint8Array(headerLength);
  await take(header);
  const arrays: Record<string, Float32Array> = {};
  for (const [name, length] of parseHeader(header, numBytes - 8 - headerLength, path)) {
    arrays[name] = new Float32Array(length);
    await take(bytesOf(arrays[name]));
  }
  const got = hash.digest('hex');
  if (got !== sha256) throw corrupt(path, `got SHA-256 ${got}, expected ${sha256}`);
  return arrays;
}

/** Length and JSON, padded with blanks to a multiple of 8. */
function encodeHeader(arrays: Arrays): Uint8Array {
  let end = 0;
  const entries = Object.entries(arrays).map(([name, { length, byteLength }]) => {
    const begin = end;
    end += byteLength;
    return [name, { dtype: 'F32', shape: [length], data_offsets: [begin, end] }];
  });
  const text = JSON.stringify(Object.fromEntries(entries));
  const json = new TextEncoder().encode(text);
  const header = new Uint8Array(8 + Math.ceil(json.length / 8) * 8).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(header.length - 8), true);
  header.set(json, 8);
  return header;
}

/** Names and lengths in the order of the data, which they fill. */
function parseHeader(bytes: Uint8Array, dataBytes: number, path: string): [string, number][] {
  try {
    const header = JSON.parse(new TextDecoder().decode(bytes)) as Record<
      string,
      { data_offsets: [number, number] }
    >;
    const lengths = Object.entries(header).map(
      ([
        name,
        {
          data_offsets: [begin, end],
        },
      ]) => {
        return [name, (end - begin) / 4] as [string, number];
      },
    );
    const total = lengths.reduce((sum, [, length]) => sum + 4 * length, 0);
    if (total === dataBytes && lengths.every(([, length]) => length >= 0)) return lengths;
  } catch (cause) {
    throw corrupt(path, 'the header is not readable', cause);
  }
  throw corrupt(path, `the header does not describe ${dataBytes} bytes of data`);
}

function bytesOf(array: Float32Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await handle.write(
      bytes,
      done,
      Math.min(CHUNK_BYTES, bytes.length - done),
    );
    done += bytesWritten;
  }
}

async function readAll(handle: FileHandle, bytes: Uint8Array, path: string): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesRead } = await handle.read(
      bytes,
      done,
      Math.min(CHUNK_BYTES, bytes.length - done),
    );
    if (bytesRead === 0) throw corrupt(path, 'the file ended early');
    done += bytesRead;
  }
}

function corrupt(path: string, reason: string, cause?: unknown): Bert2dnnError {
  return new Bert2dnnError('FILE_CORRUPT', `${path}: ${reason}`, { cause });
}
