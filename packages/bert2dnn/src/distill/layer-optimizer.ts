// The optimizers of a student's layers; the tables have their own, by rows.
import {
  Adagrad,
  AdamW,
  type Gradient,
  type Optimizer,
  type StepOptions,
} from '@bert2dnn/autodiff';

/** Names of the optimizers of the layers. */
export const OPTIMIZERS = ['adagrad', 'adamw'] as const;

export type LayerOptimizer = (typeof OPTIMIZERS)[number];

/** Settings of `createLayerOptimizer`. */
export interface LayerOptimizerOptions {
  /** Default `adagrad`. */
  optimizer?: LayerOptimizer;
  /** Start of Adagrad's accumulators. */
  initialAccumulator: number;
  /** Share of the weights, not the biases, taken off per update, times the rate; 0 or more, default 0. */
  weightDecay?: number;
}

/** The optimizer of the layers: Adagrad with decoupled decay, or AdamW with PyTorch's moments. */
export function createLayerOptimizer(options: LayerOptimizerOptions): Optimizer {
  const { optimizer = 'adagrad', initialAccumulator, weightDecay = 0 } = options;
  if (optimizer === 'adamw') return new AdamW({ weightDecay, noDecay: isBias });
  const adagrad = new Adagrad({ initialAccumulator });
  return weightDecay === 0 ? adagrad : new DecayedAdagrad(adagrad, weightDecay);
}

function isBias(name: string): boolean {
  return name.endsWith('bias');
}

/**
 * `w *= 1 - learningRate * decay` before Adagrad's update of w, so that the decay does not pass through the accumulators.
 * Source: Loshchilov and Hutter 2019, who decouple the decay of SGD and Adam in the same way.
 */
class DecayedAdagrad implements Optimizer {
  constructor(
    private readonly adagrad: Adagrad,
    private readonly weightDecay: number,
  ) {}

  step(
    parameters: Record<string, Float32Array>,
    gradients: Record<string, Gradient>,
    options: StepOptions,
  ): void {
    const keep = 1 - options.learningRate * this.weightDecay;
    for (const name of Object.keys(gradients)) {
      if (isBias(name)) continue;
      const parameter = parameters[name];
      for (let index = 0; index < parameter.length; index++) parameter[index] *= keep;
    }
    this.adagrad.step(parameters, gradients, options);
  }

  state(): Record<string, Float32Array> {
    return this.adagrad.state();
  }

  restore(state: Record<string, Float32Array>): void {
    this.adagrad.restore(state);
  }
}
