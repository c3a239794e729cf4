// The optimizers' inner loops in WebAssembly SIMD, block by block: arrays stay where they are, and each block is
// copied into 64 kB of the module's memory, which the processor's cache holds. Float32 only.
//
// AdamW on 22.7 M values, one thread (`npm run bench -- optimizers`; figures in bench/README.md):
//   1. adamwPlain in adamw.ts: plain TypeScript, float64 arithmetic; the oracle.
//   2. adamwBlocks: four values at a time in float32.
// Adagrad likewise: adagradPlain in adagrad.ts, then adagradBlocks.
import { OPTIMIZERS_WASM } from './optimizers-wasm.js';
import { type KernelExports, startKernel } from './wasm-module.js';

/** The four arrays of one AdamW update, all [N]. */
export interface AdamWArrays<A = Float32Array> {
  parameter: A;
  first: A;
  second: A;
  gradient: Float32Array;
}

/** The numbers of one AdamW update, worked out from options, rate and step. */
export interface AdamWScalars {
  /** What weight decay leaves of a parameter. */
  keep: number;
  beta1: number;
  beta2: number;
  /** Learning rate over the first moment's bias correction. */
  stepSize: number;
  /** Inverse root of the second moment's bias correction. */
  rootScale: number;
  epsilon: number;
}

/** The three arrays of one Adagrad update, all [N]. */
export interface AdagradArrays<A = Float32Array> {
  parameter: A;
  /** Sums of squared gradients. */
  accumulator: A;
  gradient: Float32Array;
}

/** The numbers of one Adagrad update. */
export interface AdagradScalars {
  learningRate: number;
  /** Added to the root. */
  epsilon: number;
}

interface Exports extends KernelExports {
  adagrad(N: number, learningRate: number, epsilon: number): void;
  adamw(
    N: number,
    keep: number,
    beta1: number,
    take1: number,
    beta2: number,
    take2: number,
    stepSize: number,
    rootScale: number,
    epsilon: number,
  ): void;
}

interface Kernels {
  block: number;
  /** Views of the module's four arrays [block]. */
  parameter: Float32Array;
  first: Float32Array;
  second: Float32Array;
  gradient: Float32Array;
  adamw: Exports['adamw'];
  adagrad: Exports['adagrad'];
}

let loaded: Kernels | undefined;

function load(): Kernels {
  if (loaded !== undefined) return loaded;
  const exports = startKernel<Exports>(OPTIMIZERS_WASM, 4 * 4);
  const block = exports.BLOCK.value;
  const start = exports.blockStart();
  const view = (index: number) =>
    new Float32Array(exports.memory.buffer, start + index * 4 * block, block);
  loaded = {
    block,
    parameter: view(0),
    first: view(1),
    second: view(2),
    gradient: view(3),
    adamw: exports.adamw,
    adagrad: exports.adagrad,
  };
  return loaded;
}

/** `adamwDense` in float32: parameter, first, second [N] change in place. */
export function adamwBlocks(arrays: AdamWArrays, scalars: AdamWScalars): void {
  const kernels = load();
  const { keep, beta1, beta2, stepSize, rootScale, epsilon } = scalars;
  const numValues = arrays.parameter.length;
  for (let start = 0; start < numValues; start += kernels.block) {
    const size = Math.min(kernels.block, numValues - start);
    const end = start + size;
    kernels.parameter.set(arrays.parameter.subarray(start, end));
    kernels.first.set(arrays.first.subarray(start, end));
    kernels.second.set(arrays.second.subarray(start, end));
    kernels.gradient.set(arrays.gradient.subarray(start, end));
    kernels.adamw(size, keep, beta1, 1 - beta1, beta2, 1 - beta2, stepSize, rootScale, epsilon);
    const isWhole = size === kernels.block;
    arrays.parameter.set(isWhole ? kernels.parameter : kernels.parameter.subarray(0, size), start);
    arrays.first.set(isWhole ? kernels.first : kernels.first.subarray(0, size), start);
    arrays.second.set(isWhole ? kernels.second : kernels.second.subarray(0, size), start);
  }
}

/** `adagradPlain` in float32: parameter, accumulator [N] change in place. */
export function adagradBlocks(arrays: AdagradArrays, scalars: AdagradScalars): void {
  const kernels = load();
  const numValues = arrays.parameter.length;
  for (let start = 0; start < numValues; start += kernels.block) {
    const size = Math.min(kernels.block, numValues - start);
    const end = start + size;
    kernels.parameter.set(arrays.parameter.subarray(start, end));
    kernels.first.set(arrays.accumulator.subarray(start, end));
    kernels.gradient.set(arrays.gradient.subarray(start, end));
    kernels.adagrad(size, scalars.learningRate, scalars.epsilon);
    const isWhole = size === kernels.block;
    arrays.parameter.set(isWhole ? kernels.parameter : kernels.parameter.subarray(0, size), start);
    arrays.accumulator.set(isWhole ? kernels.first : kernels.first.subarray(0, size), start);
  }
}
