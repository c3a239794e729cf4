// A stack of dense layers with its scratch: ReLU after each but the last. One input row in, one output row out.
import { denseLayer } from '../kernels/dense-layer-skipping.js';
import type { LayerStack, Parameters } from './parameters.js';

/** Runs one stack. Grows with the largest batch. */
export class Layers {
  private outputs: Float32Array[] = [];

  constructor(
    private readonly stack: LayerStack,
    private readonly parameters: Parameters,
  ) {}

  /** Makes room for batches of `batchSize`. */
  grow(batchSize: number): void {
    this.outputs = this.stack.sizes.map(([, O]) => new Float32Array(batchSize * O));
  }

  /** Outputs [B, O] of the last layer, overwritten by the next call; a stack without layers gives its input. */
  run(input: Float32Array, B: number): Float32Array {
    const { prefix, sizes } = this.stack;
    let x = input;
    sizes.forEach(([C, O], layer) => {
      const weight = this.parameters[`${prefix}.${layer}.weight`];
      const bias = this.parameters[`${prefix}.${layer}.bias`];
      const out = this.outputs[layer];
      denseLayer(out, x, weight, bias, { B, C, O, relu: layer + 1 < sizes.length });
      x = out;
    });
    return x;
  }
}
