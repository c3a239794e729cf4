// The compiled kernels, started on a memory. A browser, an edge runtime or a policy may forbid it; then there are none.
import { FEATURES_WASM } from './features-wasm.js';
import { RELAXED_WASM } from './relaxed-wasm.js';
import { SIMD_WASM } from './simd-wasm.js';

/** The part of a WebAssembly memory that is used. */
export interface KernelMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

// Types for WebAssembly come with those of browsers or Node; this package is compiled without either.
declare const WebAssembly:
  | {
      Module: new (bytes: Uint8Array) => object;
      Instance: new (module: object, imports: object) => { exports: unknown };
      Memory: new (size: { initial: number }) => KernelMemory;
    }
  | undefined;

/** Layers in whole numbers, which both modules have: `layer` is the byte offset of a descriptor, see `memory-plan.ts`. */
export interface WholeKernels {
  layerWhole(layer: number, B: number): void;
  packWhole(layer: number, from: number, O: number): void;
}

/** All kernels; everything but a size or a scale is a byte offset. */
export interface Kernels extends WholeKernels {
  layerFloat(layer: number, B: number): void;
  /** Sums rows of a table: rows of `out`, from B bags, each a size and a scale, and the ids of all. `kind`: index into `PRECISIONS`. */
  gather(
    kind: number,
    out: number,
    stride: number,
    table: number,
    bags: number,
    ids: number,
    B: number,
    D: number,
    scales: number,
  ): void;
  multiply(out: number, left: number, right: number, D: number): void;
  /** Not 0 if some numbers are not finite: `mask` has the bits of exponents, `step` the lowest of them. */
  carries(from: number, end: number, mask: number, step: number): number;
  /** XXH64 of bytes, as a number with a sign. */
  checksum(from: number, end: number): bigint;
}

/** Instructions that kernels are compiled to. */
export type Instructions = 'simd' | 'relaxed';

type ModuleName = Instructions | 'features';

/** Makes the ids of one block, see `kernels/features.ts`, and returns where they end; all are byte offsets but B. */
export type FeatureKernel = (
  texts: number,
  B: number,
  block: number,
  counts: number,
  out: number,
) => number;

/** Kernels by kind of block. */
export type FeatureKernels = Record<'match' | 'cross' | 'ngrams', FeatureKernel>;

const PAGE_BYTES = 65_536;
/** Most that a WebAssembly memory can have. */
const MAX_PAGES = 65_535;

/** What `scripts/build-kernels.mjs` adds to each byte of a module. */
const SHIFT = 41;

const MODULES: Record<ModuleName, string> = {
  simd: SIMD_WASM,
  relaxed: RELAXED_WASM,
  features: FEATURES_WASM,
};
const modules: Partial<Record<ModuleName, object | null>> = {};

/** Whether this machine runs them. */
export function canRun(name: ModuleName): boolean {
  return moduleOf('simd') !== null && moduleOf(name) !== null;
}

/** A memory of so many bytes, zeroed; undefined where there is no room for it. */
export function createMemory(sizeBytes: number): KernelMemory | undefined {
  const pages = Math.ceil(sizeBytes / PAGE_BYTES);
  if (pages > MAX_PAGES) return undefined;
  try {
    return new WebAssembly!.Memory({ initial: pages });
  } catch {
    return undefined;
  }
}

/** Makes a memory larger, and ends all views of it; false, and nothing is changed, where there is no room. */
export function growMemory(memory: KernelMemory, sizeBytes: number): boolean {
  const pages = Math.ceil((sizeBytes - memory.buffer.byteLength) / PAGE_BYTES);
  try {
    memory.grow(pages);
    return true;
  } catch {
    return false;
  }
}

/** Kernels that work on a memory, on a machine that `canRun` them. */
export function startKernels(instructions: Instructions, memory: KernelMemory): Kernels {
  const start = (module: object) =>
    new WebAssembly!.Instance(module, { env: { memory } }).exports as object;
  const kernels = start(moduleOf('simd')!) as Kernels;
  if (instructions === 'simd') return kernels;
  return { ...kernels, ...(start(moduleOf('relaxed')!) as WholeKernels) };
}

/** The kernels that make ids, on a memory. */
export function startFeatureKernels(memory: KernelMemory): FeatureKernels {
  // AssemblyScript names an import's module after the file that wants it.
  const imports = { env: { memory }, quantities: { log: Math.log } };
  return new WebAssembly!.Instance(moduleOf('features')!, imports).exports as FeatureKernels;
}

/** The compiled module, null where it cannot be had. Compiled once. */
function moduleOf(name: ModuleName): object | null {
  // Not `??=`: what cannot be compiled is null, and is not tried again.
  if (modules[name] === undefined) modules[name] = compile(MODULES[name]);
  return modules[name];
}

function compile(characters: string): object | null {
  try {
    // A loop: `Uint8Array.from` calls a function for each character, and nothing is compiled yet. Below 0 it wraps around.
    const bytes = new Uint8Array(characters.length);
    for (let index = 0; index < bytes.length; index++)
      bytes[index] = characters.charCodeAt(index) - SHIFT;
    return new WebAssembly!.Module(bytes);
  } catch {
    // It may be forbidden, the engine may not know the instructions, or there is no WebAssembly.
    return null;
  }
}
