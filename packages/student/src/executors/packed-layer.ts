// A layer's weights as the kernels read them: panels of 32 outputs, channel after channel, so that a panel is one run of
// memory. Missing outputs and channels are zeros. Whole numbers are packed by the kernels.
import { PANEL, roundUp } from './memory-plan.js';

/** Most channels whose sum of 7 times 8 bits cannot overflow. */
export const MAX_WHOLE_CHANNELS = 1 << 17;

/** Channels of a panel of whole numbers: groups of two or four are complete. */
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
    for (let row = first; row < C * O; row += O, at += PANEL) {
      packed.set(weight.subarray(row, row + Math.min(PANEL, O - first)), at);
    }
  }
}
