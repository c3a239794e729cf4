// From ids to logits with the reference kernels. Owns the scratch; makes no ids and no probabilities.
import type { FeatureBuffer } from '../features/feature-buffer.js';
import { elementwiseProduct } from '../kernels/elementwise-product.js';
import { embeddingBag } from '../kernels/embedding-bag.js';
import type { StudentDefinition } from './definition.js';
import { Layers } from './layers.js';
import {
  blockStart,
  embeddingName,
  inputSize,
  layerStacks,
  type Parameters,
  productStart,
  tableOf,
} from './parameters.js';

/** What turns a buffer of ids into logits. */
export interface Forward {
  /** Logits [B, numOutputs] of the buffer's examples: a view that the next call overwrites. */
  run(features: FeatureBuffer): Float32Array;
}

/** The head `layers`: all vectors in one row, through one stack of layers. Grows with the largest batch. */
export class ForwardPass implements Forward {
  private batchSize = 0;
  private input = new Float32Array(0);
  private readonly layers: Layers;

  constructor(
    private readonly definition: StudentDefinition,
    private readonly parameters: Parameters,
  ) {
    this.layers = new Layers(layerStacks(definition)[0], parameters);
  }

  run(features: FeatureBuffer): Float32Array {
    const B = features.numExamples;
    if (B > this.batchSize) this.grow(B);
    this.fillInput(features, B);
    return this.layers.run(this.input, B).subarray(0, B * this.definition.numOutputs);
  }

  private fillInput(features: FeatureBuffer, B: number): void {
    const { definition, parameters, input } = this;
    const { blocks, products, embeddingSize: D, combiner } = definition;
    const stride = inputSize(definition);
    blocks.forEach((block, index) => {
      const { ids, offsets } = features.blocks[index];
      const start = blockStart(definition, block.name);
      const table = parameters[embeddingName(tableOf(block))];
      embeddingBag(input, ids, offsets, table, { B, D, combiner, stride, start });
    });
    products.forEach(([leftName, rightName], index) => {
      const left = blockStart(definition, leftName);
      const right = blockStart(definition, rightName);
      const product = productStart(definition, index);
      elementwiseProduct(input, { B, D, stride, left, right, product });
    });
  }

  private grow(B: number): void {
    this.batchSize = B;
    this.input = new Float32Array(B * inputSize(this.definition));
    this.layers.grow(B);
  }
}
