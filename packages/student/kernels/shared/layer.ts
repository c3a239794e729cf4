// AssemblyScript: a layer's descriptor, and the lists of inputs that are not 0. src/executors/memory-plan.ts writes the
// descriptors and names their members in the same order.

// Members of a layer's descriptor: byte offsets of 32-bit words.
export const INPUT: usize = 0;
export const INPUT_STRIDE: usize = 4;
export const OUTPUT: usize = 8;
export const OUTPUT_STRIDE: usize = 12;
export const WEIGHTS: usize = 16;
export const BIAS: usize = 20;
export const SCALES: usize = 24;
export const BASES: usize = 28;
export const LISTS: usize = 32;
export const C: usize = 36;
export const NUM_PANELS: usize = 40;
export const PANEL_BYTES: usize = 44;
export const IS_HIDDEN: usize = 48;
export const IS_FIRST: usize = 52;

/** Outputs of a panel of weights: eight registers of four. */
export const PANEL: usize = 32;

/** Before a row's list: its length in bytes, and the scale of its whole numbers. */
export const LIST_HEAD: usize = 16;
export const ENTRY_BYTES: usize = 8;

/** Byte offset of a row's list. A list has at most one entry a channel, and one more that is written over. */
export function listOf(layer: usize, row: usize): usize {
  return load<u32>(layer, LISTS) + row * (LIST_HEAD + (load<u32>(layer, C) + 4) * ENTRY_BYTES);
}

/** Byte offset of a row of the input. */
export function inputOf(layer: usize, row: usize): usize {
  return load<u32>(layer, INPUT) + row * load<u32>(layer, INPUT_STRIDE);
}

/** Byte offset of a row of the output. */
export function outputOf(layer: usize, row: usize): usize {
  return load<u32>(layer, OUTPUT) + row * load<u32>(layer, OUTPUT_STRIDE);
}

/** Lists of B rows: values that are not 0, each with the place of its weights in a panel. */
export function listValues(layer: usize, B: usize): void {
  const numChannels: usize = load<u32>(layer, C);
  for (let row: usize = 0; row < B; row++) {
    const list = listOf(layer, row);
    let input = inputOf(layer, row);
    const first = list + LIST_HEAD;
    let entry = first;
    const end = numChannels * PANEL * 4;
    for (let place: usize = 0; place < end; place += PANEL * 4) {
      const value = load<f32>(input);
      store<f32>(entry, value);
      store<u32>(entry, <u32>place, 4);
      entry += value !== 0 ? ENTRY_BYTES : 0;
      input += 4;
    }
    store<u32>(list, <u32>(entry - first));
  }
}

/** Largest magnitude of a row. Rows are padded with zeros to a multiple of four. */
export function largestMagnitude(input: usize, numChannels: usize): f32 {
  let largest = f32x4.splat(0);
  for (const end = input + numChannels * 4; input < end; input += 16) {
    largest = f32x4.max(largest, f32x4.abs(v128.load(input)));
  }
  return max(
    max(f32x4.extract_lane(largest, 0), f32x4.extract_lane(largest, 1)),
    max(f32x4.extract_lane(largest, 2), f32x4.extract_lane(largest, 3)),
  );
}
