// AssemblyScript: inner loops of the optimizers on float32 blocks of the module's own memory, four values at a time.
// The oracle is the plain TypeScript beside each optimizer. Compiled by scripts/build-kernels.mjs.

/** Values of a block at most; arrays stand one after the other: parameter, first, second, gradient. */
export const BLOCK: i32 = 4096;

const BYTES: i32 = BLOCK * 4;
const START: i32 = 1024;
const PARAMETER: i32 = START;
const FIRST: i32 = START + BYTES;
const SECOND: i32 = START + 2 * BYTES;
const GRADIENT: i32 = START + 3 * BYTES;

/** Byte offset of the first array. */
export function blockStart(): i32 {
  return START;
}

/**
 * parameter, first, second [N] += one AdamW update by gradient [N]; N is rounded up to a multiple of four,
 * so the arrays' tails may hold anything.
 */
export function adamw(
  N: i32,
  keep: f32,
  beta1: f32,
  take1: f32,
  beta2: f32,
  take2: f32,
  stepSize: f32,
  rootScale: f32,
  epsilon: f32,
): void {
  const keepLanes = f32x4.splat(keep);
  const beta1Lanes = f32x4.splat(beta1);
  const take1Lanes = f32x4.splat(take1);
  const beta2Lanes = f32x4.splat(beta2);
  const take2Lanes = f32x4.splat(take2);
  const stepLanes = f32x4.splat(stepSize);
  const rootLanes = f32x4.splat(rootScale);
  const epsilonLanes = f32x4.splat(epsilon);
  const end = N * 4;
  for (let at: i32 = 0; at < end; at += 16) {
    const g = v128.load(GRADIENT + at);
    const m = f32x4.add(f32x4.mul(beta1Lanes, v128.load(FIRST + at)), f32x4.mul(take1Lanes, g));
    const v = f32x4.add(
      f32x4.mul(beta2Lanes, v128.load(SECOND + at)),
      f32x4.mul(f32x4.mul(take2Lanes, g), g),
    );
    const root = f32x4.add(f32x4.mul(f32x4.sqrt(v), rootLanes), epsilonLanes);
    const kept = f32x4.mul(keepLanes, v128.load(PARAMETER + at));
    v128.store(FIRST + at, m);
    v128.store(SECOND + at, v);
    v128.store(PARAMETER + at, f32x4.sub(kept, f32x4.div(f32x4.mul(stepLanes, m), root)));
  }
}

/**
 * parameter, first [N] change by one Adagrad update by gradient [N]; first is the accumulator. N is rounded up to a
 * multiple of four, so the arrays' tails may hold anything.
 */
export function adagrad(N: i32, learningRate: f32, epsilon: f32): void {
  const rateLanes = f32x4.splat(learningRate);
  const epsilonLanes = f32x4.splat(epsilon);
  const end = N * 4;
  for (let at: i32 = 0; at < end; at += 16) {
    const g = v128.load(GRADIENT + at);
    const a = f32x4.add(v128.load(FIRST + at), f32x4.mul(g, g));
    const root = f32x4.add(f32x4.sqrt(a), epsilonLanes);
    const move = f32x4.div(f32x4.mul(rateLanes, g), root);
    v128.store(FIRST + at, a);
    v128.store(PARAMETER + at, f32x4.sub(v128.load(PARAMETER + at), move));
  }
}
