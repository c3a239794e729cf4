// Dropout masks in WebAssembly SIMD, block by block: a block is filled in the module's memory and copied out.
//
// The masks of a training step of MiniLM-L6, 32 x 64, one thread (`npm run bench -- teacher` has the figures):
//   1. fillDropoutMaskPlain in dropout-mask.ts: plain TypeScript; the oracle.
//   2. fillMaskBlocks: sixteen draws at a time; the same bytes.
import { MASKS_WASM } from './masks-wasm.js';
import { type KernelExports, startKernel } from './wasm-module.js';

/** What the draws of one mask are made from. */
export interface MaskKeys {
  /** 32 bits that are mixed into the counter. */
  key: number;
  /** 32 bits that are added between the two mixings. */
  tweak: number;
  /** A draw of 0..255 keeps at or above it. */
  threshold: number;
}

interface Exports extends KernelExports {
  fill(N: number, first: number, key: number, tweak: number, threshold: number): void;
}

interface Kernels {
  /** View of the module's block. */
  block: Uint8Array;
  fill: Exports['fill'];
}

let loaded: Kernels | undefined;

function load(): Kernels {
  if (loaded !== undefined) return loaded;
  const exports = startKernel<Exports>(MASKS_WASM, 1);
  const start = exports.blockStart();
  const size = exports.BLOCK.value;
  loaded = { block: new Uint8Array(exports.memory.buffer, start, size), fill: exports.fill };
  return loaded;
}

/** mask [N], any N: 1 = keep, 0 = drop. */
export function fillMaskBlocks(mask: Uint8Array, { key, tweak, threshold }: MaskKeys): void {
  const { block, fill } = load();
  for (let start = 0; start < mask.length; start += block.length) {
    const size = Math.min(block.length, mask.length - start);
    fill(size, start, key, tweak, threshold);
    mask.set(size === block.length ? block : block.subarray(0, size), start);
  }
}
