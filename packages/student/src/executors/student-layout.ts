// Where a student's tables, layers and scratch lie in the kernels' memory. Works out places only; `student-memory.ts`
// fills them.

import type { BlockDefinition, StudentDefinition } from '../model/definition.js';
import {
  blockStart,
  embeddingName,
  inputSize,
  type LayerStack,
  layerStacks,
  productStart,
  tableBlocks,
  tableOf,
  towerBlocks,
} from '../model/parameters.js';
import {
  arraysOf,
  type Precision,
  precisionOf,
  type StoredParameters,
  type StoredTensor,
} from '../model/stored-parameters.js';
import {
  DESCRIPTOR_BYTES,
  type LayerDescriptor,
  listBytes,
  MemoryPlan,
  PANEL,
  roundUp,
} from './memory-plan.js';
import { MAX_WHOLE_CHANNELS, numPanels, panelBytes } from './packed-layer.js';

/** A table [V, D] as it is stored; `scales` is 0 where it has none. */
export interface TablePlace {
  precision: Precision;
  table: number;
  scales: number;
}

/** A layer: its parameters' names, whether its weights are whole numbers, and its descriptor with where that lies. */
export interface LayerPlace {
  name: string;
  C: number;
  O: number;
  isWhole: boolean;
  address: number;
  descriptor: LayerDescriptor;
}

/** Layers behind each other and the blocks whose vectors go in. */
export interface StackPlace {
  /** Position in the definition, table, and where in a row the vector begins, in bytes. */
  blocks: { index: number; table: TablePlace; start: number }[];
  /** Where in a row the factors and the product begin, in bytes. */
  products: { left: number; right: number; product: number }[];
  layers: LayerPlace[];
  input: number;
  inputStride: number;
  /** Of the last layer, or the input if there is none. */
  output: number;
  outputStride: number;
  /** Numbers in a row of the output. */
  width: number;
}

/** All places; in bytes. */
export interface StudentLayout {
  tables: ReadonlyMap<string, TablePlace>;
  /** One, or one a field with towers. */
  stacks: StackPlace[];
  /** Room for the sizes and scales of bags, one a row, and for `NUM_IDS` ids of them. */
  bags: number;
  ids: number;
  /** Room for one vector [D]. */
  vector: number;
  /** Room for the weights of any layer in whole numbers, before they are packed. */
  unpacked: number;
  /** Rows that scratch has room for. */
  numRows: number;
  sizeBytes: number;
}

/** Ids that are summed at once. */
export const NUM_IDS = 8192;

/** Bytes of a bag's size and scale. */
const BAG_BYTES = 8;

/** Rows that run at once at most, and bytes that their scratch may take. */
const MAX_ROWS = 64;
const MAX_SCRATCH_BYTES = 1 << 24;

/**
 * Places of everything that a student needs, behind what `memory` holds already: tables that are views of it stay where
 * they are.
 */
export function layOutStudent(
  definition: StudentDefinition,
  parameters: StoredParameters,
  memory?: ArrayBuffer,
): StudentLayout {
  const plan = new MemoryPlan(memory?.byteLength);
  const place = (array: ArrayBufferView): number =>
    array.buffer === memory ? array.byteOffset : plan.reserve(array.byteLength);
  const tables = new Map(
    tableBlocks(definition).map(({ name }) => [
      name,
      placeTable(parameters[embeddingName(name)], place),
    ]),
  );
  const shapes = layerStacks(definition);
  const numRows = rowsOf(definition, shapes);
  const numChannels = Math.max(0, ...shapes.flatMap(({ sizes }) => sizes.map(([C]) => C)));
  const lists = plan.reserve(numRows * listBytes(numChannels));
  const stacks = shapes.map((stack, field) => {
    const place = placeInput(plan, definition, { field, numRows, tables });
    placeLayers(plan, place, { stack, numRows, lists, parameters });
    return place;
  });
  const bags = plan.reserve(BAG_BYTES * numRows);
  const ids = plan.reserve(4 * NUM_IDS);
  const vector = plan.reserve(4 * definition.embeddingSize);
  const wholeSizes = stacks.flatMap(({ layers }) =>
    layers.map(({ C, O, isWhole }) => (isWhole ? C * O : 0)),
  );
  const unpacked = plan.reserve(Math.max(0, ...wholeSizes));
  return { tables, stacks, bags, ids, vector, unpacked, numRows, sizeBytes: plan.sizeBytes };
}

function placeTable(tensor: StoredTensor, place: (array: ArrayBufferView) => number): TablePlace {
  const [table, scales = 0] = arraysOf(tensor).map(place);
  return { precision: precisionOf(tensor), table, scales };
}

function rowsOf(definition: StudentDefinition, stacks: readonly LayerStack[]): number {
  let rowBytes = 0;
  for (const { sizes } of stacks) {
    rowBytes += 4 * inputSize(definition);
    for (const [C, O] of sizes) rowBytes += 4 * roundUp(O, PANEL) + listBytes(C);
  }
  return Math.max(1, Math.min(MAX_ROWS, Math.floor(MAX_SCRATCH_BYTES / rowBytes)));
}

/** The blocks of a stack, and its input: of the whole student, or of one field's tower. */
function placeInput(
  plan: MemoryPlan,
  definition: StudentDefinition,
  parts: { field: number; numRows: number; tables: ReadonlyMap<string, TablePlace> },
): StackPlace {
  const { blocks, products, embeddingSize: D } = definition;
  const isTower = definition.head === 'towers';
  const used: readonly BlockDefinition[] = isTower ? towerBlocks(definition, parts.field) : blocks;
  const width = isTower ? used.length * D : inputSize(definition);
  // Kernels read four channels at once: what a row has beyond its own is zero.
  const stride = 4 * roundUp(width, 4);
  const input = plan.reserve(parts.numRows * stride);
  return {
    blocks: used.map((block, place) => ({
      index: blocks.indexOf(block),
      table: parts.tables.get(tableOf(block))!,
      start: 4 * place * D,
    })),
    products: products.map(([left, right], index) => ({
      left: 4 * blockStart(definition, left),
      right: 4 * blockStart(definition, right),
      product: 4 * productStart(definition, index),
    })),
    layers: [],
    input,
    inputStride: stride,
    output: input,
    outputStride: stride,
    width,
  };
}

/** The layers of a stack, each on the outputs of the one before. */
function placeLayers(
  plan: MemoryPlan,
  place: StackPlace,
  parts: { stack: LayerStack; numRows: number; lists: number; parameters: StoredParameters },
): void {
  const { prefix, sizes } = parts.stack;
  sizes.forEach(([C, O], layer) => {
    const name = `${prefix}.${layer}`;
    const tensor = parts.parameters[`${name}.weight`];
    const isWhole = precisionOf(tensor) === 'int8' && C <= MAX_WHOLE_CHANNELS;
    const panels = numPanels(O);
    const outputBytes = 4 * PANEL * panels;
    const output = plan.reserve(parts.numRows * outputBytes);
    const descriptor: LayerDescriptor = {
      input: place.output,
      inputStride: place.outputStride,
      output,
      outputStride: outputBytes,
      weights: plan.reserve(panels * panelBytes(C, isWhole)),
      bias: plan.reserve(outputBytes),
      scales: isWhole ? plan.reserve(outputBytes) : 0,
      bases: isWhole ? plan.reserve(outputBytes) : 0,
      lists: parts.lists,
      numChannels: C,
      numPanels: panels,
      panelBytes: panelBytes(C, isWhole),
      isHidden: layer + 1 < sizes.length ? 1 : 0,
      isFirst: layer === 0 ? 1 : 0,
    };
    place.layers.push({ name, C, O, isWhole, address: plan.reserve(DESCRIPTOR_BYTES), descriptor });
    place.output = output;
    place.outputStride = outputBytes;
    place.width = O;
  });
}
