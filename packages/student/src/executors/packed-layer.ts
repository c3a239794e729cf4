// A layer's weights as the kernels read them: panels of 32 outputs, channel after channel, so that a panel is one run of
// memory. Missing outputs and channels are zeros.
import type { Int8Tensor } from '../model/stored-parameters.js';
import type { Instructions } from './kernel-modules.js';
import { PANEL, roundUp } from './memory-plan.js';

/** Most channels whose sum of 7 times 8 bits cannot overflow. */
export const MAX_WHOLE_CHANNELS = 1 << 17;

/** Channels that a dot product takes at once. */
export const GROUP_CHANNELS: Readonly<Record<Instructions, number>> = { simd: 2, relaxed: 4 };

/** What the relaxed dot product adds to signed inputs. */
const ZERO_POINT = 64;

/** Channels of a panel of whole numbers: groups are complete, and lists go in steps of four. */
const CHANNEL_STEP = 4;

/** Bytes of one panel. */
export function panelBytes(numChannels: number, isWhole: boolean): number {
  return isWhole ? roundUp(numChannels, CHANNEL_STEP) * PANEL : numChannels * PANEL * 4;
}

/** Panels of a layer of O outputs. */
export function numPanels(O: number): number {
  return Math.ceil(O / PANEL);
}

/** Writes float32 weights [C, O] as panels [numPanels, C, 32]. */
export function packFloats(packed: Float32Array, weight: Float32Array, C: number, O: number): void {
  for (let first = 0, at = 0; first < O; first += PANEL) {
    const width = Math.min(PANEL, O - first);
    for (let channel = 0; channel < C; channel++, at += PANEL) {
      const from = channel * O + first;
      for (let lane = 0; lane < width; lane++) packed[at + lane] = weight[from + lane];
    }
  }
}

/** Writes whole weights [C, O] as panels [numPanels, C / group, 32, group]. */
export function packWhole(
  packed: Int8Array,
  weight: Int8Array,
  { C, O, group }: { C: number; O: number; group: number },
): void {
  const panel = panelBytes(C, true);
  for (let channel = 0; channel < C; channel++) {
    const place = Math.floor(channel / group) * group * PANEL + (channel % group);
    for (let output = 0; output < O; output++) {
      const at = Math.floor(output / PANEL) * panel + place + (output % PANEL) * group;
      packed[at] = weight[channel * O + output];
    }
  }
}

/** What sums begin with so that the zero point of signed inputs drops out: - 64 times the sum of an output's weights. */
export function zeroPointBases(bases: Int32Array, { values }: Int8Tensor, O: number): void {
  for (let start = 0; start < values.length; start += O) {
    for (let output = 0; output < O; output++) {
      bases[output] -= ZERO_POINT * values[start + output];
    }
  }
}
