// AdamW: Adam with decoupled weight decay, equal to torch.optim.AdamW. The optimizer of Transformer fine-tuning.
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
}

/**
 * `w *= 1 - lr*decay; m = b1*m + (1-b1)*g; v = b2*v + (1-b2)*g^2;
 *  w -= lr/(1-b1^t) * m / (sqrt(v)/sqrt(1-b2^t) + epsilon)`.
 * Dense also for gradients by rows: the moments of every row decay and every row moves, as in PyTorch
 * with an embedding that is not sparse.
 * Source: Loshchilov and Hutter 2019, algorithm 2; torch/optim/adamw.py.
 */
export class AdamW<A extends FloatArray = Float32Array> implements Optimizer<A> {
  private readonly settings: Required<Omit<AdamWOptions, 'noDecay'>>;
  private readonly noDecay: (name: string) => boolean;
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
  }

  step(
    parameters: Record<string, A>,
    gradients: Record<string, Gradient>,
    options: StepOptions,
  ): void {
    checkStep(parameters, gradients, options);
    for (const [name, gradient] of Object.entries(gradients)) {
      const parameter = parameters[name];
      const moments = this.momentsOf(name, parameter);
      const weightDecay = this.noDecay(name) ? 0 : this.settings.weightDecay;
      const settings = { ...this.settings, ...options, weightDecay };
      if (gradient.kind === 'dense') {
        adamwDense(parameter, moments, gradient.data, settings);
      } else {
        const dTable = this.scratchOf(parameter.length);
        scatterRows(dTable, gradient);
        adamwDense(parameter, moments, dTable, settings);
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

  private momentsOf(name: string, parameter: A): Moments {
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

interface Moments {
  first: FloatArray;
  second: FloatArray;
}

type AdamWSettings = Required<Omit<AdamWOptions, 'noDecay'>> & StepOptions;

/** parameter, moments, gradient [N]. */
function adamwDense(
  parameter: FloatArray,
  { first, second }: Moments,
  gradient: Float32Array,
  settings: AdamWSettings,
): void {
  const { beta1, beta2, epsilon, learningRate, step } = settings;
  const keep = 1 - learningRate * settings.weightDecay;
  const take1 = 1 - beta1;
  const take2 = 1 - beta2;
  const stepSize = learningRate / (1 - beta1 ** step);
  const rootScale = 1 / Math.sqrt(1 - beta2 ** step);
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
