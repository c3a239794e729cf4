// Reads a file of this machine to where an executor will work on it.
import { type FileHandle, open } from 'node:fs/promises';
import type { ExecutorChoice } from '../executors/executor.js';
import { type FileBytes, roomFor } from '../executors/room.js';

/** The bytes of a file. Rejects as `node:fs` does. */
export async function readFileBytes(path: string, executor?: ExecutorChoice): Promise<FileBytes> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const room = roomFor(size, executor);
    if (room === undefined) return { bytes: await file.readFile() };
    const numRead = await readInto(file, room.bytes);
    // A file that shrank meanwhile.
    return { ...room, bytes: room.bytes.subarray(0, numRead) };
  } finally {
    await file.close();
  }
}

async function readInto(file: FileHandle, bytes: Uint8Array): Promise<number> {
  let numRead = 0;
  while (numRead < bytes.length) {
    const { bytesRead } = await file.read(bytes, numRead);
    if (bytesRead === 0) break;
    numRead += bytesRead;
  }
  return numRead;
}
