// A student's numbers in the kernels' memory, and the parameters as views of it.
import { decodeTensor } from '../model/decode-parameters.js';
import { embeddingName } from '../model/parameters.js';
import {
  arraysOf,
  type Int8Tensor,
  mapArrays,
  type NumberArray,
  type StoredParameters,
  type StoredTensor,
} from '../model/stored-parameters.js';
import { growMemory, type KernelMemory, type Kernels } from '../wasm/kernel-modules.js';
import { LAYER_MEMBERS, type LayerDescriptor } from './memory-plan.js';
import { numPanels, packFloats } from './packed-layer.js';
import type { LayerPlace, StudentLayout, TablePlace } from './student-layout.js';

/**
 * Copies tables that are elsewhere, and packs layers. Returns the parameters: tables as views of the memory, what belongs
 * to layers as copies, so that the given ones, often views of a whole file, can be forgotten.
 */
export function fillStudentMemory(
  buffer: ArrayBuffer,
  layout: StudentLayout,
  parts: { parameters: StoredParameters; kernels: Kernels },
): StoredParameters {
  const moved: Record<string, StoredTensor> = { ...parts.parameters };
  for (const [name, place] of layout.tables) {
    const table = embeddingName(name);
    moved[table] = placedTable(buffer, place, parts.parameters[table]);
  }
  for (const { layers } of layout.stacks) {
    for (const layer of layers) fillLayer(buffer, layer, { ...parts, unpacked: layout.unpacked });
  }
  for (const [name, tensor] of Object.entries(moved)) {
    if (!name.endsWith('.embedding')) moved[name] = mapArrays(tensor, copyOf);
  }
  return moved;
}

/** A table at its place, where it is copied to if it is not there. */
function placedTable(
  buffer: ArrayBuffer,
  { table, scales }: TablePlace,
  tensor: StoredTensor,
): StoredTensor {
  return mapArrays(tensor, (array) => {
    if (array.buffer === buffer) return array;
    const isScales = array === (tensor as Int8Tensor).scales;
    const copy = viewLike(array, buffer, isScales ? scales : table, array.length);
    copy.set(array);
    return copy;
  });
}

/** A view of the kind of `array`. */
function viewLike<T extends NumberArray>(
  array: T,
  buffer: ArrayBuffer,
  place: number,
  length: number,
): T {
  const View = array.constructor as new (buffer: ArrayBuffer, place: number, length: number) => T;
  return new View(buffer, place, length);
}

/**
 * Makes the memory larger that parameters are views of, and returns them as views of it as it is then; undefined, and
 * nothing is changed, where there is no room.
 */
export function growWithParameters(
  memory: KernelMemory,
  sizeBytes: number,
  parameters: StoredParameters,
): StoredParameters | undefined {
  const { buffer } = memory;
  // A view that ends forgets where it was.
  const places = new Map<NumberArray, [place: number, length: number]>();
  for (const array of Object.values(parameters).flatMap(arraysOf)) {
    if (array.buffer === buffer) places.set(array, [array.byteOffset, array.length]);
  }
  if (!growMemory(memory, sizeBytes)) return undefined;
  const renewed: Record<string, StoredTensor> = {};
  for (const [name, tensor] of Object.entries(parameters)) {
    renewed[name] = mapArrays(tensor, (array) => {
      const place = places.get(array);
      return place ? viewLike(array, memory.buffer, ...place) : array;
    });
  }
  return renewed;
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

function copyOf<T extends NumberArray>(array: T): T {
  return array.slice() as T;
}
