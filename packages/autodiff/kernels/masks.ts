// AssemblyScript: dropout masks, sixteen draws at a time, into a block of the module's own memory.
// The oracle is the plain TypeScript in src/dropout-mask.ts. Compiled by scripts/build-kernels.mjs.

/** Draws of a block at most; a multiple of 16. */
export const BLOCK: i32 = 32768;

const START: i32 = 1024;

/** Byte offset of the block. */
export function blockStart(): i32 {
  return START;
}

/** A 32-bit mixing function. Source: "lowbias32", Chris Wellons, Hash Prospector. */
function mix(value: v128): v128 {
  let bits = v128.xor(value, i32x4.shr_u(value, 16));
  bits = i32x4.mul(bits, i32x4.splat(0x7feb352d));
  bits = v128.xor(bits, i32x4.shr_u(bits, 15));
  bits = i32x4.mul(bits, i32x4.splat(0x846ca68b));
  return v128.xor(bits, i32x4.shr_u(bits, 16));
}

/**
 * block [N] = 1 where a draw keeps, 0 where it drops; N is rounded up to a multiple of 16. The four draws from index i on
 * (i a multiple of four) are the bytes of one hash of i; `first` is the index of the first draw.
 */
export function fill(N: i32, first: i32, key: i32, tweak: i32, threshold: i32): void {
  const keyLanes = i32x4.splat(key);
  const tweakLanes = i32x4.splat(tweak);
  const thresholdLanes = i8x16.splat(<i8>threshold);
  const ones = i8x16.splat(1);
  let counters = i32x4.add(i32x4.splat(first), i32x4(0, 4, 8, 12));
  for (let at: i32 = 0; at < N; at += 16) {
    const bits = mix(i32x4.add(mix(v128.xor(counters, keyLanes)), tweakLanes));
    v128.store(START + at, v128.and(i8x16.ge_u(bits, thresholdLanes), ones));
    counters = i32x4.add(counters, i32x4.splat(16));
  }
}
