// Where everything lies in the memory of the kernels. Places are given out first, then the memory is made as large as
// they need and does not grow again, so that views of it stay valid.

/** Every place begins at a multiple of a cache line. */
const ALIGNMENT_BYTES = 64;
/** The compiler keeps the first bytes for itself. */
export const FIRST_BYTE = 1024;

/** Places in a memory to come. */
export class MemoryPlan {
  /** @param sizeBytes of what is there already, and then of all places so far. */
  constructor(public sizeBytes = FIRST_BYTE) {}

  /** Byte offset of a new place. */
  reserve(sizeBytes: number): number {
    const place = this.sizeBytes;
    this.sizeBytes = roundUp(place + sizeBytes, ALIGNMENT_BYTES);
    return place;
  }
}

/** Smallest multiple of `step` that is not less. */
export function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}

/** A layer's descriptor: byte offsets, sizes in bytes, and numbers. `kernels/shared/layer.ts` reads it in this order. */
export const LAYER_MEMBERS = [
  'input',
  'inputStride',
  'output',
  'outputStride',
  'weights',
  'bias',
  'scales',
  'bases',
  'lists',
  'numChannels',
  'numPanels',
  'panelBytes',
  'isHidden',
  'isFirst',
] as const;

export type LayerDescriptor = Record<(typeof LAYER_MEMBERS)[number], number>;

export const DESCRIPTOR_BYTES = 4 * LAYER_MEMBERS.length;

/** Outputs of a panel of weights. */
export const PANEL = 32;

/** Bytes of the list of inputs of one row. */
export function listBytes(numChannels: number): number {
  return 16 + (numChannels + 4) * 8;
}
