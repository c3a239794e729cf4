// Starts a compiled kernel: its exports, and room in its memory for the blocks that it works on.

// Node's types know no WebAssembly; this is the part that is used.
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { exports: unknown };
};

/** What every kernel exports. */
export interface KernelExports {
  memory: { buffer: ArrayBuffer; grow(pages: number): number };
  /** Values of a block at most. */
  BLOCK: { value: number };
  /** Byte offset of the first block. */
  blockStart(): number;
}

const PAGE_BYTES = 65536;

/** Starts a module given in base64, with memory for `blockBytes` a value of its blocks. */
export function startKernel<E extends KernelExports>(base64: string, blockBytes: number): E {
  const module = new WebAssembly.Module(Buffer.from(base64, 'base64'));
  const exports = new WebAssembly.Instance(module).exports as E;
  const end = exports.blockStart() + exports.BLOCK.value * blockBytes;
  exports.memory.grow(Math.ceil(end / PAGE_BYTES));
  return exports;
}
