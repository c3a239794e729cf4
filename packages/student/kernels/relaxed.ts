// AssemblyScript: the layers of a student with relaxed SIMD: fused multiply-add, and dot products of 8 bits. Runs beside
// simd.ts in the same memory. Compiled by scripts/build-kernels.mjs.
export { layerFloat } from './shared/float-layer';
export { layerWhole } from './shared/whole-layer';
