// Room for a file of a student in the memory that its kernels will work on: a table is where it is used as soon as it is
// read, and is never copied again.
import { canRun, createMemory, type KernelMemory } from '../wasm/kernel-modules.js';
import type { ExecutorChoice } from './executor.js';
import { FIRST_BYTE } from './memory-plan.js';

/** Bytes of a file, and the memory that they lie in where it is one of kernels. */
export interface FileBytes {
  bytes: Uint8Array;
  memory?: KernelMemory | undefined;
}

/** Compiles what will be needed, so that a file that comes later need not wait for it. */
export function prepareKernels(executor?: ExecutorChoice): void {
  if (executor !== 'reference') canRun('features');
}

/** Room for a file of so many bytes; undefined where no kernels will run, or there is none. */
export function roomFor(
  numBytes: number,
  executor: ExecutorChoice = 'auto',
): FileBytes | undefined {
  if (executor === 'reference' || !canRun('simd')) return undefined;
  const memory = createMemory(FIRST_BYTE + numBytes);
  return memory && { bytes: new Uint8Array(memory.buffer, FIRST_BYTE, numBytes), memory };
}

/** A copy of bytes in room of their own; the bytes as they are if they lie in a memory, or where there is no room. */
export function toRoom(file: FileBytes, executor?: ExecutorChoice): FileBytes {
  const room = file.memory ? undefined : roomFor(file.bytes.length, executor);
  room?.bytes.set(file.bytes);
  return room ?? file;
}
