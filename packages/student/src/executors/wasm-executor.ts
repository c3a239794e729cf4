// Runs a student in WebAssembly: everything lies in one memory, planned and filled when it is made.
//
// The ways to run a student, slowest first (`npm run bench -- latency` has the figures):
//   1. ReferenceExecutor: plain JavaScript.
//   2. simd: four numbers at a time; layers in float32, or in whole numbers where the student is stored in int8.
//   3. relaxed: whole numbers sixteen products at a time instead of eight; the same bits as simd.
import type { FeatureBuffer, IdBags } from '../features/feature-buffer.js';
import { combinerScale } from '../kernels/embedding-bag.js';
import type { StudentDefinition } from '../model/definition.js';
import { SCORE_BIAS } from '../model/parameters.js';
import type { Precision, StoredParameters } from '../model/stored-parameters.js';
import { towerLogit } from '../model/towers.js';
import type { Executor } from './executor.js';
import {
  canRun,
  createMemory,
  type Instructions,
  type KernelMemory,
  type Kernels,
  startKernels,
} from './kernel-modules.js';
import {
  layOutStudent,
  NUM_IDS,
  type StackPlace,
  type StudentLayout,
  type TablePlace,
} from './student-layout.js';
import { fillStudentMemory } from './student-memory.js';

/** Names of what executors compute with. */
const NUMBER_NAMES = { float32: 'f32', float16: 'f16', int8: 'int8' } as const;

/** A student in a memory of its own. */
export class WasmExecutor implements Executor {
  readonly name: string;
  readonly parameters: StoredParameters;
  private readonly kernels: Kernels;
  /** The whole memory, and the ids' part of it. */
  private readonly floats: Float32Array;
  private readonly ids: Int32Array;
  private logits = new Float32Array(0);
  private view = this.logits;
  private fieldVectors: Float32Array[] = [];

  private constructor(
    private readonly definition: StudentDefinition,
    private readonly layout: StudentLayout,
    parts: { parameters: StoredParameters; instructions: Instructions; memory: KernelMemory },
  ) {
    const { memory, instructions } = parts;
    this.name = `${instructions}-${NUMBER_NAMES[tablePrecision(layout)]}`;
    this.kernels = startKernels(instructions, memory);
    const { parameters } = parts;
    const { kernels } = this;
    this.parameters = fillStudentMemory(memory.buffer, layout, { parameters, kernels });
    this.floats = new Float32Array(memory.buffer);
    this.ids = new Int32Array(memory.buffer, layout.ids, NUM_IDS);
    this.fieldVectors = layout.stacks.map(() => new Float32Array(0));
  }

  /** An executor, or undefined where this machine has no such instructions or no room. */
  static create(
    definition: StudentDefinition,
    parameters: StoredParameters,
    instructions: Instructions,
  ): WasmExecutor | undefined {
    if (!canRun(instructions)) return undefined;
    const layout = layOutStudent(definition, parameters);
    const memory = createMemory(layout.sizeBytes);
    if (memory === undefined) return undefined;
    return new WasmExecutor(definition, layout, { parameters, instructions, memory });
  }

  run(features: FeatureBuffer): Float32Array {
    const B = features.numExamples;
    const { numOutputs: O, head } = this.definition;
    if (this.logits.length < B * O) {
      this.logits = new Float32Array(B * O);
      this.view = this.logits;
    }
    if (head === 'towers') this.runTowers(features, B);
    else this.runStack(this.layout.stacks[0], features, this.logits);
    // The view is kept, because making one costs memory.
    if (this.view.length !== B * O) this.view = this.logits.subarray(0, B * O);
    return this.view;
  }

  vectors(fieldIndex: number, features: FeatureBuffer): Float32Array {
    const stack = this.layout.stacks[fieldIndex];
    const length = features.numExamples * stack.width;
    if (this.fieldVectors[fieldIndex].length < length) {
      this.fieldVectors[fieldIndex] = new Float32Array(length);
    }
    this.runStack(stack, features, this.fieldVectors[fieldIndex]);
    return this.fieldVectors[fieldIndex].subarray(0, length);
  }

  private runTowers(features: FeatureBuffer, B: number): void {
    const vectors = this.layout.stacks.map((_, field) => this.vectors(field, features));
    const { width: E } = this.layout.stacks[0];
    const [bias] = this.parameters[SCORE_BIAS] as Float32Array;
    for (let row = 0; row < B; row++) this.logits[row] = towerLogit(vectors, { E, row, bias });
  }

  /** Outputs [B, width] of a stack. */
  private runStack(stack: StackPlace, features: FeatureBuffer, out: Float32Array): void {
    const { floats, kernels } = this;
    const { numRows } = this.layout;
    const { layers, width, output, outputStride } = stack;
    for (let start = 0; start < features.numExamples; start += numRows) {
      const rows = Math.min(numRows, features.numExamples - start);
      for (let row = 0; row < rows; row++) this.fillRow(stack, features, start + row, row);
      for (let layer = 0; layer < layers.length; layer++) {
        const { isWhole, address } = layers[layer];
        if (isWhole) kernels.layerWhole(address, rows);
        else kernels.layerFloat(address, rows);
      }
      for (let row = 0; row < rows; row++) {
        const from = (output + row * outputStride) / 4;
        const to = (start + row) * width;
        for (let column = 0; column < width; column++) out[to + column] = floats[from + column];
      }
    }
  }

  /** One example's vectors and products, as a row of the stack's input. */
  private fillRow(
    stack: StackPlace,
    features: FeatureBuffer,
    exampleIndex: number,
    row: number,
  ): void {
    const { embeddingSize: D } = this.definition;
    const { blocks, products } = stack;
    const input = stack.input + row * stack.inputStride;
    for (let index = 0; index < blocks.length; index++) {
      const block = blocks[index];
      this.gather(input + block.start, block.table, features.blocks[block.index], exampleIndex);
    }
    for (let index = 0; index < products.length; index++) {
      const { left, right, product } = products[index];
      this.kernels.multiply(input + product, input + left, input + right, D);
    }
  }

  /** The vector of one bag. */
  private gather(out: number, table: TablePlace, bags: IdBags, bag: number): void {
    const { ids } = this;
    const start = bags.offsets[bag];
    const count = bags.offsets[bag + 1] - start;
    const scale = combinerScale(this.definition.combiner, count);
    const first = Math.min(count, NUM_IDS);
    for (let index = 0; index < first; index++) ids[index] = bags.ids[start + index];
    this.gatherIds(out, table, first, scale);
    if (count > NUM_IDS) this.addRest(out, table, { bags, start, count, scale });
  }

  /** Adds what a very large bag has beyond `NUM_IDS`, part by part. */
  private addRest(
    out: number,
    table: TablePlace,
    bag: { bags: IdBags; start: number; count: number; scale: number },
  ): void {
    const { floats, ids } = this;
    const { vector } = this.layout;
    for (let done = NUM_IDS; done < bag.count; done += NUM_IDS) {
      const from = bag.start + done;
      const size = Math.min(NUM_IDS, bag.count - done);
      ids.set(bag.bags.ids.subarray(from, from + size));
      this.gatherIds(vector, table, size, bag.scale);
      for (let column = 0; column < this.definition.embeddingSize; column++) {
        floats[out / 4 + column] += floats[vector / 4 + column];
      }
    }
  }

  /** The scaled sum of the rows of the first Z ids. */
  private gatherIds(out: number, table: TablePlace, Z: number, scale: number): void {
    const { kernels } = this;
    const { embeddingSize: D } = this.definition;
    const { ids } = this.layout;
    if (table.precision === 'float32') kernels.gatherFloat(out, table.table, ids, Z, D, scale);
    else if (table.precision === 'float16') {
      kernels.gatherHalf(out, table.table, ids, Z, D, scale);
    } else kernels.gatherWhole(out, table.table, table.scales, ids, Z, D, scale);
  }
}

/** Precision of the tables, which is one for all. */
function tablePrecision({ tables }: StudentLayout): Precision {
  const [{ precision }] = tables.values();
  return precision;
}
