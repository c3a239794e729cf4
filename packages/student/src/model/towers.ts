// The head `towers`: a vector for each field from its own blocks and its own layers, compared by a dot product. A
// title's vector depends on the title alone, so that a catalogue's can be made beforehand.
// Source: the two-armed network of Nigam et al., Semantic Product Search, KDD 2019, with layers for its one average.
import type { FeatureBuffer } from '../features/feature-buffer.js';
import { embeddingBag } from '../kernels/embedding-bag.js';
import type { StudentDefinition } from './definition.js';
import type { Forward } from './forward.js';
import { Layers } from './layers.js';
import {
  embeddingName,
  layerStacks,
  type Parameters,
  SCORE_BIAS,
  tableOf,
  towerBlocks,
} from './parameters.js';

/** The tower of one field with its scratch. */
interface Tower {
  layers: Layers;
  /** Positions of its blocks in the definition. */
  blockIndices: number[];
  input: Float32Array;
}

/** Vectors of fields and their logits. Grows with the largest batch. */
export class TowerPass implements Forward {
  /** Width E of a field's vector. */
  readonly width: number;
  private batchSize = 0;
  private logits = new Float32Array(0);
  private readonly towers: Tower[];

  constructor(
    private readonly definition: StudentDefinition,
    private readonly parameters: Parameters,
  ) {
    this.towers = layerStacks(definition).map((stack, fieldIndex) => ({
      layers: new Layers(stack, parameters),
      blockIndices: towerBlocks(definition, fieldIndex).map((b) => definition.blocks.indexOf(b)),
      input: new Float32Array(0),
    }));
    this.width = towerWidth(definition);
  }

  run(features: FeatureBuffer): Float32Array {
    const B = features.numExamples;
    const vectors = this.towers.map((_, field) => this.vectors(field, features));
    const [bias] = this.parameters[SCORE_BIAS];
    for (let row = 0; row < B; row++) {
      this.logits[row] = towerLogit(vectors, { E: this.width, row, bias });
    }
    return this.logits.subarray(0, B);
  }

  /** Vectors [B, E] of a field of the buffer's examples: a view that the next call overwrites. */
  vectors(fieldIndex: number, features: FeatureBuffer): Float32Array {
    const B = features.numExamples;
    if (B > this.batchSize) this.grow(B);
    const { blocks, embeddingSize: D, combiner } = this.definition;
    const { layers, blockIndices, input } = this.towers[fieldIndex];
    const stride = blockIndices.length * D;
    blockIndices.forEach((blockIndex, place) => {
      const { ids, offsets } = features.blocks[blockIndex];
      const table = this.parameters[embeddingName(tableOf(blocks[blockIndex]))];
      embeddingBag(input, ids, offsets, table, { B, D, combiner, stride, start: place * D });
    });
    return layers.run(input, B).subarray(0, B * this.width);
  }

  private grow(B: number): void {
    this.batchSize = B;
    this.logits = new Float32Array(B);
    for (const tower of this.towers) {
      tower.input = new Float32Array(B * tower.blockIndices.length * this.definition.embeddingSize);
      tower.layers.grow(B);
    }
  }
}

/** Logit of row `row` of every field's vectors [B, E]: the scaled product of the first field's and the sum of the others. */
export function towerLogit(
  vectors: readonly Float32Array[],
  { E, row, bias }: { E: number; row: number; bias: number },
): number {
  const [first] = vectors;
  let sum = 0;
  for (let field = 1; field < vectors.length; field++) {
    const other = vectors[field];
    for (let at = row * E; at < (row + 1) * E; at++) sum += first[at] * other[at];
  }
  return sum / Math.sqrt(E) + bias;
}

/** Width of the vectors that a student with towers compares. */
export function towerWidth(definition: StudentDefinition): number {
  // Without layers the towers are as wide as their blocks; the check sees to it that all are equal.
  const { hiddenLayers, embeddingSize } = definition;
  return hiddenLayers.at(-1) ?? towerBlocks(definition, 0).length * embeddingSize;
}
