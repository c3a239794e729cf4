// Dropout masks from a counter-based generator: any mask can be made again from seed, step and name alone,
// so a resumed or distributed training draws the same ones. Not for cryptography.
import { fillMaskBlocks, type MaskKeys } from './kernels/mask-kernels.js';

/** Which mask to draw. */
export interface DropoutMaskOptions {
  /** Seed of the training. */
  seed: number;
  /** Number of the update. */
  step: number;
  /** Name of the dropout, so that no two of them share draws. */
  name: string;
  /** Share to drop, in [0, 1); rounded to 1/256, see `effectiveDropoutRate`. */
  rate: number;
}

/**
 * The rate that the masks really have: the nearest multiple of 1/256 below 1, as each draw has 8 bits.
 * @throws RangeError if the rate is outside [0, 1).
 */
export function effectiveDropoutRate(rate: number): number {
  return dropThreshold(rate) / 256;
}

/**
 * Fills a mask: 1 = keep, 0 = drop. One 32-bit hash gives four 8-bit draws; a draw keeps at or above rate * 256.
 * mask [N], any N.
 * @throws RangeError if the rate is outside [0, 1).
 */
export function fillDropoutMask(mask: Uint8Array, options: DropoutMaskOptions): void {
  fillMaskBlocks(mask, maskKeys(options));
}

/** `fillDropoutMask` in plain TypeScript: the oracle of the kernel. @throws RangeError */
export function fillDropoutMaskPlain(mask: Uint8Array, options: DropoutMaskOptions): void {
  const { key, tweak, threshold } = maskKeys(options);
  for (let index = 0; index < mask.length; index++) {
    const bits = hashCounter(index & ~3, key, tweak);
    mask[index] = ((bits >>> ((index & 3) * 8)) & 255) >= threshold ? 1 : 0;
  }
}

function dropThreshold(rate: number): number {
  if (!(rate >= 0 && rate < 1))
    throw new RangeError(`dropout: rate must be in [0, 1), got ${rate}`);
  return Math.min(255, Math.round(rate * 256));
}

/** Two keys: one alone would make masks of different steps shifted copies of each other. */
function maskKeys({ seed, step, name, rate }: DropoutMaskOptions): MaskKeys {
  const threshold = dropThreshold(rate);
  let nameHash = 0x811c9dc5;
  for (let index = 0; index < name.length; index++) {
    nameHash = Math.imul(nameHash ^ name.charCodeAt(index), 0x01000193);
  }
  const seedHash = mix(seed | 0) ^ mix(Math.floor(seed / 2 ** 32) ^ 0x5bd1e995);
  const key = mix(mix(seedHash ^ nameHash) + step);
  const tweak = mix(key ^ mix(nameHash + Math.imul(step, 0x9e3779b9)));
  return { key, tweak, threshold };
}

function hashCounter(counter: number, key: number, tweak: number): number {
  return mix((mix(counter ^ key) + tweak) | 0);
}

/** A 32-bit mixing function. Source: "lowbias32", Chris Wellons, Hash Prospector (bias 0.17). */
function mix(value: number): number {
  let bits = value;
  bits = Math.imul(bits ^ (bits >>> 16), 0x7feb352d);
  bits = Math.imul(bits ^ (bits >>> 15), 0x846ca68b);
  return bits ^ (bits >>> 16);
}
