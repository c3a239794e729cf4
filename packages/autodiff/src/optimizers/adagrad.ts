// Adagrad: a step size of its own for every weight, smaller where gradients were large. Sparse by nature.
import {
  type AdagradArrays,
  type AdagradScalars,
  adagradBlocks,
} from '../kernels/optimizer-kernels.js';
import {
  checkStep,
  copyArrays,
  type FloatArray,
  type Gradient,
  type Optimizer,
  type StepOptions,
  zerosLike,
} from './optimizer.js';
import { mergeRows } from './row-gradient.js';

/** Options of `Adagrad`. */
export interface AdagradOptions {
  /** Start of the accumulator, default 0.1 (TensorFlow's; PyTorch's is 0). */
  initialAccumulator?: number;
  /** Added to the root, default 0 (TensorFlow 1's; PyTorch's is 1e-10). Not both may be 0. */
  epsilon?: number;
}

/**
 * `a += g^2; w -= learningRate * g / (sqrt(a) + epsilon)`.
 * Of a gradient by rows, repeated ids are summed first (one g, one square), and other rows are untouched;
 * both are what TensorFlow and PyTorch do with sparse gradients.
 * Source: Duchi, Hazan and Singer 2011; tf.compat.v1.train.AdagradOptimizer; torch.optim.Adagrad.
 */
export class Adagrad<A extends FloatArray = Float32Array> implements Optimizer<A> {
  private readonly initialAccumulator: number;
  private readonly epsilon: number;
  private accumulators: Record<string, A> = {};

  /** @throws RangeError for a negative option, or both 0 (a first gradient of 0 would divide by 0). */
  constructor(options: AdagradOptions = {}) {
    this.initialAccumulator = options.initialAccumulator ?? 0.1;
    this.epsilon = options.epsilon ?? 0;
    const isFine =
      this.initialAccumulator >= 0 &&
      this.epsilon >= 0 &&
      this.initialAccumulator + this.epsilon > 0;
    if (!isFine) {
      throw new RangeError(
        `Adagrad: initialAccumulator and epsilon must be >= 0 and not both 0, got ${this.initialAccumulator} and ${this.epsilon}`,
      );
    }
  }

  step(
    parameters: Record<string, A>,
    gradients: Record<string, Gradient>,
    options: StepOptions,
  ): void {
    checkStep(parameters, gradients, options);
    const settings = { learningRate: options.learningRate, epsilon: this.epsilon };
    for (const [name, gradient] of Object.entries(gradients)) {
      const parameter = parameters[name];
      this.accumulators[name] ??= zerosLike(parameter).fill(this.initialAccumulator) as A;
      const accumulator = this.accumulators[name];
      if (gradient.kind === 'dense') {
        adagradDense({ parameter, accumulator, gradient: gradient.data }, settings);
      } else {
        const { ids, rows } = mergeRows(gradient);
        adagradRows({ parameter, accumulator }, ids, rows, settings);
      }
    }
  }

  state(): Record<string, A> {
    return { ...this.accumulators };
  }

  restore(state: Record<string, A>): void {
    this.accumulators = copyArrays(state);
  }
}

/** parameter, accumulator [N] change in place by gradient [N]: float32 in WebAssembly, float64 here. */
function adagradDense(arrays: AdagradArrays<FloatArray>, scalars: AdagradScalars): void {
  if (isFloat32(arrays)) adagradBlocks(arrays, scalars);
  else adagradPlain(arrays, scalars);
}

function isFloat32(arrays: AdagradArrays<FloatArray>): arrays is AdagradArrays {
  return arrays.parameter instanceof Float32Array;
}

/** The reference of `adagradBlocks`, in float64 arithmetic. parameter, accumulator, gradient [N]. */
export function adagradPlain(
  { parameter, accumulator, gradient }: AdagradArrays<FloatArray>,
  { learningRate, epsilon }: AdagradScalars,
): void {
  for (let index = 0; index < parameter.length; index++) {
    const g = gradient[index];
    const a = accumulator[index] + g * g;
    accumulator[index] = a;
    parameter[index] -= (learningRate * g) / (Math.sqrt(a) + epsilon);
  }
}

/** parameter, accumulator [V, D]; distinct ids [U], rows [U, D]. */
function adagradRows(
  { parameter, accumulator }: { parameter: FloatArray; accumulator: FloatArray },
  ids: Int32Array,
  rows: Float32Array,
  { learningRate, epsilon }: AdagradScalars,
): void {
  const D = rows.length / ids.length;
  for (let index = 0; index < ids.length; index++) {
    const target = ids[index] * D;
    const source = index * D;
    for (let d = 0; d < D; d++) {
      const g = rows[source + d];
      const a = accumulator[target + d] + g * g;
      accumulator[target + d] = a;
      parameter[target + d] -= (learningRate * g) / (Math.sqrt(a) + epsilon);
    }
  }
}
