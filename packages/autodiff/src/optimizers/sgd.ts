// Stochastic gradient descent, without momentum: the plainest optimizer.
import {
  checkStep,
  type FloatArray,
  type Gradient,
  type Optimizer,
  type StepOptions,
} from './optimizer.js';

/** `w -= learningRate * g`. Rows without a gradient are untouched. It has no state. */
export class Sgd<A extends FloatArray = Float32Array> implements Optimizer<A> {
  step(
    parameters: Record<string, A>,
    gradients: Record<string, Gradient>,
    options: StepOptions,
  ): void {
    checkStep(parameters, gradients, options);
    const { learningRate } = options;
    for (const [name, gradient] of Object.entries(gradients)) {
      const parameter = parameters[name];
      if (gradient.kind === 'dense') sgdDense(parameter, gradient.data, learningRate);
      else sgdRows(parameter, gradient.ids, gradient.rows, learningRate);
    }
  }

  state(): Record<string, A> {
    return {};
  }

  restore(): void {}
}

/** parameter [N] -= learningRate * gradient [N]. */
function sgdDense(parameter: FloatArray, gradient: Float32Array, learningRate: number): void {
  for (let index = 0; index < parameter.length; index++) {
    parameter[index] -= learningRate * gradient[index];
  }
}

/** parameter [V, D] -= learningRate * rows [Z, D] at ids [Z]; the update is linear, so repeated ids just add up. */
function sgdRows(
  parameter: FloatArray,
  ids: Int32Array,
  rows: Float32Array,
  learningRate: number,
): void {
  const D = rows.length / ids.length;
  for (let index = 0; index < ids.length; index++) {
    const target = ids[index] * D;
    const source = index * D;
    for (let d = 0; d < D; d++) parameter[target + d] -= learningRate * rows[source + d];
  }
}
