// Runs a student in WebAssembly: everything lies in one memory, planned and filled when it is made. Tables that a loader
// read into it are not copied.
//
// The ways to run a student, slowest first (`npm run bench -- latency` has the figures):
//   1. ReferenceExecutor: plain JavaScript.
//   2. simd: four numbers at a time; layers in float32, or in whole numbers where the student is stored in int8.
//   3. relaxed: whole numbers sixteen products at a time instead of eight; the same bits as simd.
import { copyIds, type FeatureBuffer, type IdBags } from '../features/feature-buffer.js';
import { combinerScale } from '../kernels/embedding-bag.js';
import type { StudentDefinition } from '../model/definition.js';
import { SCORE_BIAS } from '../model/parameters.js';
import { PRECISIONS, type Precision, type StoredParameters } from '../model/stored-parameters.js';
import { towerLogit } from '../model/towers.js';
import {
  canRun,
  createMemory,
  type Instructions,
  type KernelMemory,
  type Kernels,
  startKernels,
} from '../wasm/kernel-modules.js';
import type { Executor } from './executor.js';
import {
  layOutStudent,
  NUM_IDS,
  type StackPlace,
  type StudentLayout,
  type TablePlace,
} from './student-layout.js';
import { fillStudentMemory, growWithParameters } from './student-memory.js';

/** Names of what executors compute with. */
const NUMBER_NAMES = { float32: 'f32', float16: 'f16', int8: 'int8' } as const;

/** A student in a memory of its own. */
export class WasmExecutor implements Executor {
  readonly name: string;
  readonly parameters: StoredParameters;
  private readonly kernels: Kernels;
  /** How tables are stored, as the kernels know it. */
  private readonly kind: number;
  /** The whole memory, and the ids' part of it. */
  private readonly floats: Float32Array;
  private readonly numbers: Int32Array;
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
    const precision = tablePrecision(layout);
    this.name = `${instructions}-${NUMBER_NAMES[precision]}`;
    this.kind = PRECISIONS.indexOf(precision);
    this.kernels = startKernels(instructions, memory);
    const { parameters } = parts;
    const { kernels } = this;
    this.parameters = fillStudentMemory(memory.buffer, layout, { parameters, kernels });
    this.floats = new Float32Array(memory.buffer);
    this.numbers = new Int32Array(memory.buffer);
    this.ids = new Int32Array(memory.buffer, layout.ids, NUM_IDS);
    this.fieldVectors = layout.stacks.map(() => new Float32Array(0));
  }

  /**
   * An executor, or undefined where this machine has no such instructions or no room.
   * @param room the memory that the parameters are views of, if they are: it becomes the executor's.
   */
  static create(
    definition: StudentDefinition,
    parameters: StoredParameters,
    instructions: Instructions,
    room?: KernelMemory,
  ): WasmExecutor | undefined {
    if (!canRun(instructions)) return undefined;
    const layout = layOutStudent(definition, parameters, room?.buffer);
    const memory = room ?? createMemory(layout.sizeBytes);
    const moved = room ? growWithParameters(room, layout.sizeBytes, parameters) : parameters;
    if (memory === undefined || moved === undefined) return undefined;
    return new WasmExecutor(definition, layout, { parameters: moved, instructions, memory });
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
      this.fillInput(stack, features, start, rows);
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

  /** The vectors and products of examples from `start` on, as the first rows of the stack's input. */
  private fillInput(stack: StackPlace, features: FeatureBuffer, start: number, rows: number): void {
    const { embeddingSize: D } = this.definition;
    const { blocks, products, input, inputStride } = stack;
    for (let index = 0; index < blocks.length; index++) {
      const block = blocks[index];
      const bags = features.blocks[block.index];
      for (let row = 0; row < rows; ) {
        const out = input + row * inputStride + block.start;
        const count = this.takeBags(bags, start + row, start + rows);
        if (count > 0) this.gather(out, inputStride, block.table, count);
        else this.gatherLarge(out, block.table, bags, start + row);
        row += Math.max(1, count);
      }
    }
    for (let index = 0; index < products.length; index++) {
      const { left, right, product } = products[index];
      for (let row = 0; row < rows; row++) {
        const place = input + row * inputStride;
        this.kernels.multiply(place + product, place + left, place + right, D);
      }
    }
  }

  /** Writes bags from `start` on to where kernels read them, as many as there is room for; returns how many. */
  private takeBags({ ids, offsets }: IdBags, start: number, end: number): number {
    const first = offsets[start];
    let bag = start;
    while (bag < end && offsets[bag + 1] - first <= NUM_IDS) {
      const size = offsets[bag + 1] - offsets[bag];
      this.writeBag(bag - start, size, size);
      bag += 1;
    }
    copyIds(this.ids, 0, ids, first, offsets[bag]);
    return bag - start;
  }

  /** Writes a bag of `size` ids, of which there are `count` here. */
  private writeBag(row: number, count: number, size: number): void {
    const place = this.layout.bags / 4 + 2 * row;
    this.numbers[place] = count;
    this.floats[place + 1] = combinerScale(this.definition.combiner, size);
  }

  /** The vector of a very large bag, part by part. */
  private gatherLarge(out: number, table: TablePlace, bags: IdBags, bag: number): void {
    const { floats, ids } = this;
    const { vector } = this.layout;
    const { embeddingSize: D } = this.definition;
    const end = bags.offsets[bag + 1];
    const size = end - bags.offsets[bag];
    floats.fill(0, out / 4, out / 4 + D);
    for (let from = bags.offsets[bag]; from < end; from += NUM_IDS) {
      const count = Math.min(NUM_IDS, end - from);
      copyIds(ids, 0, bags.ids, from, from + count);
      this.writeBag(0, count, size);
      this.gather(vector, 0, table, 1);
      for (let column = 0; column < D; column++) {
        floats[out / 4 + column] += floats[vector / 4 + column];
      }
    }
  }

  /** The scaled sums of the rows of bags that were written. */
  private gather(out: number, stride: number, place: TablePlace, count: number): void {
    const { bags, ids } = this.layout;
    const { table, scales } = place;
    const { embeddingSize: D } = this.definition;
    this.kernels.gather(this.kind, out, stride, table, bags, ids, count, D, scales);
  }
}

/** Precision of the tables, which is one for all. */
function tablePrecision({ tables }: StudentLayout): Precision {
  const [{ precision }] = tables.values();
  return precision;
}
