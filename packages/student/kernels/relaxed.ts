// AssemblyScript: layers in whole numbers with relaxed SIMD, whose dot product takes 8 bits. Runs beside simd.ts in the
// same memory. A fused multiply-add for float32 is left out: it gained 5%, and bits would differ between machines.
// Compiled by scripts/build-kernels.mjs.
export { layerWhole, packWhole } from './shared/whole-layer';
