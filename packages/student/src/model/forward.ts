// From ids to logits with the reference kernels. Owns the scratch; makes no ids and no probabilities.
import type { FeatureBuffer } from '../features/feature-buffer.js';
import { denseLayer } from '../kernels/dense-layer-skipping.js';
import { elementwiseProduct } from '../kernels/elementwise-product.js';
import { embeddingBag } from '../kernels/embedding-bag.js';
import type { StudentDefinition } from './definition.js';
import {
  blockStart,
  embeddingName,
  inputSize,
  layerSizes,
  type Parameters,
  productStart,
} from './parameters.js';

/** Scratch of a student: the first layer's input and the layers' outputs. Grows with the largest batch. */
export class ForwardPass {
  private batchSize = 0;
  private input = new Float32Array(0);
  /** Outputs of each layer [B, O]; the last are the logits. */
  private outputs: Float32Array[] = [];

  constructor(
    private readonly definition: StudentDefinition,
    private readonly parameters: Parameters,
  ) {}

  /** Logits [B, numOutputs] of the buffer's examples: a view that the next call overwrites. */
  run(features: FeatureBuffer): Float32Array {
    const B = features.numExamples;
    if (B > this.batchSize) this.grow(B);
    this.fillInput(features, B);
    const sizes = layerSizes(this.definition);
    let input: Float32Array = this.input;
    for (let layer = 0; layer < sizes.length; layer++) {
      const [C, O] = sizes[layer];
      const weight = this.parameters[`layer.${layer}.weight`];
      const bias = this.parameters[`layer.${layer}.bias`];
      denseLayer(this.outputs[layer], input, weight, bias, {
        B,
        C,
        O,
        relu: layer + 1 < sizes.length,
      });
      input = this.outputs[layer];
    }
    return input.subarray(0, B * this.definition.numOutputs);
  }

  private fillInput(features: FeatureBuffer, B: number): void {
    const { definition, parameters, input } = this;
    const { blocks, products, embeddingSize: D, combiner } = definition;
    const stride = inputSize(definition);
    blocks.forEach((block, index) => {
      const { ids, offsets } = features.blocks[index];
      const start = blockStart(definition, block.name);
      const table = parameters[embeddingName(block.name)];
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
    this.outputs = layerSizes(this.definition).map(([, O]) => new Float32Array(B * O));
  }
}
