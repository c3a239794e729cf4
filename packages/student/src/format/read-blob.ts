// Reads a blob to where an executor will work on it.
import type { ExecutorChoice } from '../executors/executor.js';
import { type FileBytes, roomFor } from '../executors/room.js';

/** The bytes of a blob. Rejects as its stream does. */
export async function readBlob(blob: Blob, executor?: ExecutorChoice): Promise<FileBytes> {
  const room = roomFor(blob.size, executor);
  if (room === undefined) return { bytes: new Uint8Array(await blob.arrayBuffer()) };
  const reader = blob.stream().getReader();
  for (let place = 0; ; ) {
    const { done, value } = await reader.read();
    if (done) return room;
    room.bytes.set(value, place);
    place += value.length;
  }
}
