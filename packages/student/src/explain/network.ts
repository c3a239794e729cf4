// What a student does behind the vectors of its blocks, in float64: its logits, and the exact integral of their
// gradient along the straight line from no features at all to an example's vectors.
import { denseLayer } from '../kernels/dense-layer-skipping.js';
import type { StudentDefinition } from '../model/definition.js';
import {
  blockStart,
  layerStacks,
  type Parameters,
  productStart,
  SCORE_BIAS,
  towerBlocks,
} from '../model/parameters.js';
import { towerWidth } from '../model/towers.js';
import { type InputLine, LineStack } from './line-stack.js';

/** Runs of one student. */
export class Network {
  constructor(
    private readonly definition: StudentDefinition,
    private readonly parameters: Parameters,
  ) {}

  /** Logits [numOutputs] of the blocks' vectors. */
  logits(vectors: readonly Float64Array[]): Float64Array {
    const outputs = layerStacks(this.definition).map((stack, index) =>
      runLayers(stack, this.parameters, this.input(vectors, index)),
    );
    if (this.definition.head !== 'towers') return outputs[0];
    const [first, ...others] = outputs;
    const logit = others.reduce((sum, other) => sum + dot(first, other), 0);
    return Float64Array.of(logit / this.rootWidth() + this.parameters[SCORE_BIAS][0]);
  }

  /**
   * For each block [D] the gradient of a logit by its vector, averaged along the line, so that the products of
   * gradients and vectors add up to the logit less that of no features.
   * Source: integrated gradients, Sundararajan et al., ICML 2017; the integral is exact, see `line-stack.ts`.
   */
  averageGradients(vectors: readonly Float64Array[], output: number): Float64Array[] {
    const stacks = layerStacks(this.definition).map(
      (stack, index) => new LineStack(stack, this.parameters, this.line(vectors, index)),
    );
    if (this.definition.head === 'towers') integrate(stacks, (t) => this.towerGradients(stacks, t));
    else {
      const gradient = new Float64Array(this.definition.numOutputs);
      gradient[output] = 1;
      integrate(stacks, () => [gradient]);
    }
    const integrals = stacks.map((stack) => stack.finish());
    if (this.definition.head === 'towers') {
      return this.splitTowers(integrals.map(({ plain }) => plain));
    }
    return this.splitLayers(integrals[0], vectors);
  }

  /** Gradient of the logit by the vector of each tower at t: the other vectors, over the root of their width. */
  private towerGradients(stacks: readonly LineStack[], t: number): Float64Array[] {
    const root = this.rootWidth();
    const [first, ...others] = stacks.map((stack) => stack.outputs(t));
    const sum = first.map((_, i) => others.reduce((total, other) => total + other[i], 0) / root);
    return [sum, ...others.map(() => first.map((value) => value / root))];
  }

  private splitLayers(
    { plain, byT }: { plain: Float64Array; byT: Float64Array },
    vectors: readonly Float64Array[],
  ): Float64Array[] {
    const { blocks, products, embeddingSize: D } = this.definition;
    const gradients = blocks.map((_, block) => plain.slice(block * D, (block + 1) * D));
    products.forEach(([left, right], index) => {
      // A product is t^2 times its value at the end, and its gradient by either factor t times the other.
      const start = productStart(this.definition, index);
      const [leftBlock, rightBlock] = [left, right].map(
        (name) => blockStart(this.definition, name) / D,
      );
      for (let column = 0; column < D; column++) {
        const gradient = byT[start + column];
        gradients[leftBlock][column] += gradient * vectors[rightBlock][column];
        gradients[rightBlock][column] += gradient * vectors[leftBlock][column];
      }
    });
    return gradients;
  }

  private splitTowers(integrals: readonly Float64Array[]): Float64Array[] {
    const { blocks, embeddingSize: D } = this.definition;
    const gradients = blocks.map(() => new Float64Array(D));
    integrals.forEach((integral, fieldIndex) => {
      towerBlocks(this.definition, fieldIndex).forEach((block, place) => {
        const gradient = integral.slice(place * D, (place + 1) * D);
        gradients[blocks.indexOf(block)] = gradient;
      });
    });
    return gradients;
  }

  /** Input of a stack: the vectors of its blocks, and the products. */
  private input(vectors: readonly Float64Array[], stackIndex: number): Float64Array {
    const { linear, quadratic } = this.line(vectors, stackIndex);
    return linear.map((value, index) => value + quadratic[index]);
  }

  private line(vectors: readonly Float64Array[], stackIndex: number): InputLine {
    const { definition } = this;
    const { blocks, products, embeddingSize: D, head } = definition;
    const used = head === 'towers' ? towerBlocks(definition, stackIndex) : blocks;
    const numProducts = head === 'towers' ? 0 : products.length;
    const linear = new Float64Array((used.length + numProducts) * D);
    const quadratic = new Float64Array(linear.length);
    used.forEach((block, place) => {
      linear.set(vectors[blocks.indexOf(block)], place * D);
    });
    for (let index = 0; index < numProducts; index++) {
      const start = productStart(definition, index);
      const [left, right] = products[index].map((name) => blockStart(definition, name));
      for (let column = 0; column < D; column++) {
        quadratic[start + column] = linear[left + column] * linear[right + column];
      }
    }
    return { linear, quadratic };
  }

  private rootWidth(): number {
    return Math.sqrt(towerWidth(this.definition));
  }
}

/** Walks all stacks together from cut to cut, from 0 to 1. */
function integrate(
  stacks: readonly LineStack[],
  outputGradients: (t: number) => readonly Float64Array[],
): void {
  let from = 0;
  while (from < 1) {
    let next: number;
    let hasTurned: boolean;
    do {
      next = Math.min(...stacks.map((stack) => stack.nextCut(from)));
      const middle = (from + next) / 2;
      hasTurned = stacks.map((stack) => stack.repair(middle)).includes(true);
    } while (hasTurned);
    const middle = (from + next) / 2;
    const gradients = outputGradients(middle);
    stacks.forEach((stack, index) => {
      stack.accumulate(gradients[index], from, next);
    });
    from = next;
  }
}

function runLayers(
  { prefix, sizes }: { prefix: string; sizes: readonly (readonly [number, number])[] },
  parameters: Parameters,
  input: Float64Array,
): Float64Array {
  let x = input;
  sizes.forEach(([C, O], layer) => {
    const weight = parameters[`${prefix}.${layer}.weight`];
    const bias = parameters[`${prefix}.${layer}.bias`];
    const out = new Float64Array(O);
    denseLayer(out, x, weight, bias, { B: 1, C, O, relu: layer + 1 < sizes.length });
    x = out;
  });
  return x;
}

function dot(left: Float64Array, right: Float64Array): number {
  return left.reduce((sum, value, index) => sum + value * right[index], 0);
}
