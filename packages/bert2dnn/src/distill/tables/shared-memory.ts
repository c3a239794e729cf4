// The one memory that caller, workers and WebAssembly share: pages, and room taken from its end. Nothing is given back.
import { Bert2dnnError } from '../../foundation/errors.js';
import { TABLES_WASM } from './tables-wasm.js';

/** A compiled module; may be sent to a worker thread. */
export type WasmModule = object;

/** A shared WebAssembly memory; may be sent to a worker thread. */
export interface WasmMemory {
  readonly buffer: SharedArrayBuffer;
  grow(pages: number): number;
}

// Node's types know no WebAssembly; this is the part that is used.
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => WasmModule;
  Memory: new (limits: { initial: number; maximum: number; shared: true }) => WasmMemory;
  Instance: new (
    module: WasmModule,
    imports: { env: { memory: WasmMemory } },
  ) => { exports: unknown };
};

/** What the kernel exports. */
export interface TableKernel {
  /** Does chunks of the job in the control words until none is left; scratch [D] belongs to this thread. */
  work(scratch: number): void;
}

const PAGE_BYTES = 65536;
const MAX_PAGES = 65536;
/** Arrays begin at multiples of a cache line. */
const ALIGNMENT = 64;

/** The module, compiled once a process. */
let compiled: WasmModule | undefined;

/** The kernel's module. */
export function compileTableKernel(): WasmModule {
  compiled ??= new WebAssembly.Module(Buffer.from(TABLES_WASM, 'base64'));
  return compiled;
}

/** Starts the kernel on a memory. */
export function startTableKernel(module: WasmModule, memory: WasmMemory): TableKernel {
  return new WebAssembly.Instance(module, { env: { memory } }).exports as TableKernel;
}

/** A shared memory that hands out room; offsets stay valid when it grows. */
export class SharedMemory {
  readonly memory: WasmMemory;
  private numPages = 1;

  /** @param end first byte that may be handed out. */
  constructor(private end: number) {
    this.memory = new WebAssembly.Memory({
      initial: this.numPages,
      maximum: MAX_PAGES,
      shared: true,
    });
  }

  /**
   * Room for `sizeBytes`, zeroed: its byte offset.
   * @throws Bert2dnnError USAGE beyond 4 GiB, which is all that 32 bits can address.
   */
  allocate(sizeBytes: number): number {
    const start = Math.ceil(this.end / ALIGNMENT) * ALIGNMENT;
    const numPages = Math.ceil((start + sizeBytes) / PAGE_BYTES);
    if (numPages > MAX_PAGES) throw tooLarge(start + sizeBytes);
    if (numPages > this.numPages) {
      this.memory.grow(numPages - this.numPages);
      this.numPages = numPages;
    }
    this.end = start + sizeBytes;
    return start;
  }

  /** View of `length` numbers at a byte offset, which may come from an int32 word. */
  floats(start: number, length: number): Float32Array {
    return new Float32Array(this.memory.buffer, start >>> 0, length);
  }

  /** View of `length` whole numbers at a byte offset, likewise. */
  integers(start: number, length: number): Int32Array {
    return new Int32Array(this.memory.buffer, start >>> 0, length);
  }
}

function tooLarge(sizeBytes: number): Bert2dnnError {
  return new Bert2dnnError(
    'USAGE',
    `distill: the tables with their accumulators need ${(sizeBytes / 2 ** 30).toFixed(1)} GiB, expected 4 or less`,
    { hint: 'Lower --vocabulary-size or --embedding-size.' },
  );
}
