// A student's numbers in the kernels' memory, and the parameters as views of it.
import { decodeTensor } from '../model/decode-parameters.js';
import { embeddingName } from '../model/parameters.js';
import type { Int8Tensor, StoredParameters, StoredTensor } from '../model/stored-parameters.js';
import type { Kernels } from './kernel-modules.js';
import { LAYER_MEMBERS, type LayerDescriptor } from './memory-plan.js';
import { numPanels, packFloats } from './packed-layer.js';
import type { LayerPlace, StudentLayout, TablePlace } from './student-layout.js';

/**
 * Copies tables and packs layers. Returns the parameters: tables as views of the memory, what belongs to layers as
 * copies, so that the given ones, often views of a whole file, can be forgotten.
 */
export function fillStudentMemory(
  buffer: ArrayBuffer,
  layout: StudentLayout,
  parts: { parameters: StoredParameters; kernels: Kernels },
): StoredParameters {
  const moved: Record<string, StoredTensor> = {};
  for (const [name, tensor] of Object.entries(parts.parameters)) moved[name] = tensor;
  for (const [name, place] of layout.tables) {
    const table = embeddingName(name);
    moved[table] = copyTable(buffer, place, parts.parameters[table]);
  }
  for (const { layers } of layout.stacks) {
    for (const layer of layers) fillLayer(buffer, layer, { ...parts, unpacked: layout.unpacked });
  }
  for (const [name, tensor] of Object.entries(moved)) {
    if (!name.endsWith('.embedding')) moved[name] = copyOf(tensor);
  }
  return moved;
}

/** Copies a table to its place and returns it there. */
function copyTable(
  buffer: ArrayBuffer,
  { table, scales }: TablePlace,
  tensor: StoredTensor,
): StoredTensor {
  if (tensor instanceof Float32Array) {
    const floats = new Float32Array(buffer, table, tensor.length);
    floats.set(tensor);
    return floats;
  }
  if (tensor.precision === 'float16') {
    const bits = new Uint16Array(buffer, table, tensor.bits.length);
    bits.set(tensor.bits);
    return { precision: 'float16', bits };
  }
  const values = new Int8Array(buffer, table, tensor.values.length);
  values.set(tensor.values);
  const rowScales = new Float32Array(buffer, scales, tensor.scales.length);
  rowScales.set(tensor.scales);
  return { precision: 'int8', values, scales: rowScales };
}

function writeDescriptor(buffer: ArrayBuffer, address: number, descriptor: LayerDescriptor): void {
  const words = new Uint32Array(buffer, address, LAYER_MEMBERS.length);
  LAYER_MEMBERS.forEach((member, index) => {
    words[index] = descriptor[member];
  });
}

function fillLayer(
  buffer: ArrayBuffer,
  { name, C, O, isWhole, address, descriptor }: LayerPlace,
  {
    parameters,
    kernels,
    unpacked,
  }: { parameters: StoredParameters; kernels: Kernels; unpacked: number },
): void {
  writeDescriptor(buffer, address, descriptor);
  const { weights, bias, scales, panelBytes } = descriptor;
  new Float32Array(buffer, bias, O).set(parameters[`${name}.bias`] as Float32Array);
  const tensor = parameters[`${name}.weight`];
  if (isWhole) {
    const whole = tensor as Int8Tensor;
    new Int8Array(buffer, unpacked, C * O).set(whole.values);
    kernels.packWhole(address, unpacked, O);
    new Float32Array(buffer, scales, O).set(whole.scales);
    return;
  }
  const floats = decodeTensor(tensor, `${name}.weight`, [C, O]);
  const packed = new Float32Array(buffer, weights, (numPanels(O) * panelBytes) / 4);
  packFloats(packed, floats, C, O);
}

function copyOf(tensor: StoredTensor): StoredTensor {
  if (tensor instanceof Float32Array) return tensor.slice();
  if (tensor.precision === 'float16') return { precision: 'float16', bits: tensor.bits.slice() };
  return { precision: 'int8', values: tensor.values.slice(), scales: tensor.scales.slice() };
}
