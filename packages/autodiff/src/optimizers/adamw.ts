// AdamW: Adam with decoupled weight decay, equal to torch.optim.AdamW. The optimizer of Transformer fine-tuning.
import { type AdamWArrays, type AdamWScalars, adamwBlocks } from '../kernels/optimizer-kernels.js';
import {
  checkStep,
  copyArrays,
  type FloatArray,
  type Gradient,
  type Optimizer,
  type StepOptions,
  zerosLike,
} from './optimizer.js';
import { clearRows, scatterRows } from './row-gradient.js';

/** Options of `AdamW`; the defaults are PyTorch's. */
export interface AdamWOptions {
  /** Decay of the first moment, in [0, 1), default 0.9. */
  beta1?: number;
  /** Decay of the second moment, in [0, 1), default 0.999. */
  beta2?: number;
  /** Added to the root, default 1e-8. */
  epsilon?: number;
  /** Share of the weight taken off per step, times the learning rate; default 0.01. */
  weightDecay?: number;
  /** Names of parameters without weight decay (biases, layer norms); default none. */
  noDecay?: (name: string) => boolean;
  /** Factor of a parameter's learning rate, as in layer-wise rate decay; default 1 for all. */
  rateScale?: (name: string) => number;
}

/**
 * `w *= 1 - lr*decay; m = b1*m + (1-b1)*g; v = b2*v + (1-b2)*g^2;
 *  w -= lr/(1-b1^t) * m / (sqrt(v)/sqrt(1-b2^t) + epsilon)`.
 * Dense also for gradients by rows: the moments of every row decay and every row moves, as in PyTorch
 * with an embedding that is not sparse.
 * Source: Loshchilov and Hutter 2019, algorithm 2; torch/optim/adamw.py.
 */
export class AdamW<A extends FloatArray = Float32Array> implements Optimizer<A> {
  private readonly settings: Required<Omit<AdamWOptions, 'noDecay' | 'rateScale'>>;
  private readonly noDecay: (name: string) => boolean;
  private readonly rateScale: (name: string) => number;
  private readonly firstMoments = new Map<string, A>();
  private readonly secondMoments = new Map<string, A>();
  /** A zeroed gradient per table length, for gradients by rows; zero again after each use. */
  private readonly scratch = new Map<number, Float32Array>();

  /** @throws RangeError if an option is outside its range. */
  constructor(options: AdamWOptions = {}) {
    const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0.01 } = options;
    for (const [name, beta] of [
      ['beta1', beta1],
      ['beta2', beta2],
    ] as const) {
      if (!(beta >= 0 && beta < 1))
        throw new RangeError(`AdamW: ${name} must be in [0, 1), got ${beta}`);
    }
    if (!(epsilon > 0)) throw new RangeError(`AdamW: epsilon must be > 0, got ${epsilon}`);
    if (!(weightDecay >= 0))
      throw new RangeError(`AdamW: weightDecay must be >= 0, got ${weightDecay}`);
    this.settings = { beta1, beta2, epsilon, weightDecay };
    this.noDecay = options.noDecay ?? (() => false);
    this.rateScale = options.rateScale ?? (() => 1);
  }

  step(
    parameters: Record<string, A>,
    gradients: Record<string, Gradient>,
    options: StepOptions,
  ): void {
    checkStep(parameters, gradients, options);
    for (const [name, gradient] of Object.entries(gradients)) {
      const parameter = parameters[name];
      const arrays = { parameter, ...this.momentsOf(name, parameter) };
      const scalars = this.scalarsOf(name, options);
      if (gradient.kind === 'dense') {
        adamwDense({ ...arrays, gradient: gradient.data }, scalars);
      } else {
        const dTable = this.scratchOf(parameter.length);
        scatterRows(dTable, gradient);
        adamwDense({ ...arrays, gradient: dTable }, scalars);
        clearRows(dTable, gradient);
      }
    }
  }

  /** First moments as `first:<name>`, second moments as `second:<name>`. */
  state(): Record<string, A> {
    const state: Record<string, A> = {};
    for (const [name, moment] of this.firstMoments) state[`first:${name}`] = moment;
    for (const [name, moment] of this.secondMoments) state[`second:${name}`] = moment;
    return state;
  }

  /** @throws RangeError for a name that `state` does not give. */
  restore(state: Record<string, A>): void {
    this.firstMoments.clear();
    this.secondMoments.clear();
    for (const [key, moment] of Object.entries(copyArrays(state))) {
      if (key.startsWith('first:')) this.firstMoments.set(key.slice(6), moment);
      else if (key.startsWith('second:')) this.secondMoments.set(key.slice(7), moment);
      else
        throw new RangeError(
          `AdamW: unknown state "${key}", expected first:<name> or second:<name>`,
        );
    }
  }

  private scalarsOf(name: string, { learningRate, step }: StepOptions): AdamWScalars {
    const { beta1, beta2, epsilon, weightDecay } = this.settings;
    const rate = learningRate * this.rateScale(name);
    return {
      keep: this.noDecay(name) ? 1 : 1 - rate * weightDecay,
      beta1,
      beta2,
      stepSize: rate / (1 - beta1 ** step),
      rootScale: 1 / Math.sqrt(1 - beta2 ** step),
      epsilon,
    };
  }

  private momentsOf(name: string, parameter: A): { first: A; second: A } {
    let first = this.firstMoments.get(name);
    let second = this.secondMoments.get(name);
    if (first === undefined || second === undefined) {
      first = zerosLike(parameter);
      second = zerosLike(parameter);
      this.firstMoments.set(name, first);
      this.secondMoments.set(name, second);
    }
    return { first, second };
  }

  private scratchOf(length: number): Float32Array {
    let array = this.scratch.get(length);
    if (array === undefined) {
      array = new Float32Array(length);
      this.scratch.set(length, array);
    }
    return array;
  }
}

/** parameter, first, second [N] change in place by gradient [N]: float32 in WebAssembly, float64 here. */
function adamwDense(arrays: AdamWArrays<FloatArray>, scalars: AdamWScalars): void {
  if (isFloat32(arrays)) adamwBlocks(arrays, scalars);
  else adamwPlain(arrays, scalars);
}

function isFloat32(arrays: AdamWArrays<FloatArray>): arrays is AdamWArrays {
  return arrays.parameter instanceof Float32Array;
}

/** The reference of `adamwBlocks`, in float64 arithmetic. parameter, first, second, gradient [N]. */
export function adamwPlain(arrays: AdamWArrays<FloatArray>, scalars: AdamWScalars): void {
  const { parameter, first, second, gradient } = arrays;
  const { keep, beta1, beta2, stepSize, rootScale, epsilon } = scalars;
  const take1 = 1 - beta1;
  const take2 = 1 - beta2;
  for (let index = 0; index < parameter.length; index++) {
    const g = gradient[index];
    const m = beta1 * first[index] + take1 * g;
    const v = beta2 * second[index] + take2 * g * g;
    first[index] = m;
    second[index] = v;
    parameter[index] =
      keep * parameter[index] - (stepSize * m) / (Math.sqrt(v) * rootScale + epsilon);
  }
}
