// What every optimizer shares: gradients (dense or by rows), the step's settings and the state that a resume needs.
// Optimizers change parameters in place, outside the graph. No graph and no session is known here.

/** Parameters and state come in either width: float32 in use, float64 when a test wants exact figures. */
export type FloatArray = Float32Array | Float64Array;

/**
 * The gradient of one parameter.
 * `dense`: as long as the parameter. `rows`: of a table `[V, D]`, the rows `ids [Z]` with values `rows [Z, D]`;
 * an id may repeat, its rows are then summed.
 */
export type Gradient =
  | { kind: 'dense'; data: Float32Array }
  | { kind: 'rows'; ids: Int32Array; rows: Float32Array };

/** What one update needs beside parameters and gradients. */
export interface StepOptions {
  /** Step size, >= 0. */
  learningRate: number;
  /** Number of this update, counted from 1. */
  step: number;
}

/** Updates parameters in place. */
export interface Optimizer<A extends FloatArray = Float32Array> {
  /**
   * One update of every parameter that has a gradient; the others stay as they are.
   * @throws RangeError for a gradient without a parameter or of the wrong size, or for bad options.
   */
  step(
    parameters: Record<string, A>,
    gradients: Record<string, Gradient>,
    options: StepOptions,
  ): void;
  /** The arrays that a resumed training needs, by name; live views, copy them to keep them. */
  state(): Record<string, A>;
  /** Puts back (copies of) what `state` gave; the next step is then exactly the one that would have followed. */
  restore(state: Record<string, A>): void;
}

/**
 * Checks the options and that each gradient fits its parameter.
 * @throws RangeError as `Optimizer.step`.
 */
export function checkStep(
  parameters: Record<string, FloatArray>,
  gradients: Record<string, Gradient>,
  options: StepOptions,
): void {
  const { learningRate, step } = options;
  if (!(learningRate >= 0 && Number.isFinite(learningRate))) {
    throw new RangeError(`optimizer: learningRate must be a number >= 0, got ${learningRate}`);
  }
  if (!Number.isInteger(step) || step < 1) {
    throw new RangeError(`optimizer: step must be a whole number from 1, got ${step}`);
  }
  for (const [name, gradient] of Object.entries(gradients)) {
    const parameter = parameters[name];
    if (parameter === undefined) {
      throw new RangeError(`optimizer: gradient "${name}" belongs to no parameter`);
    }
    checkSize(name, parameter, gradient);
  }
}

function checkSize(name: string, parameter: FloatArray, gradient: Gradient): void {
  if (gradient.kind === 'dense') {
    if (gradient.data.length === parameter.length) return;
    throw new RangeError(
      `optimizer: gradient "${name}" has ${gradient.data.length} values, its parameter ${parameter.length}`,
    );
  }
  const numIds = gradient.ids.length;
  if (numIds === 0 && gradient.rows.length === 0) return;
  const width = gradient.rows.length / numIds;
  if (!Number.isInteger(width) || width === 0 || parameter.length % width !== 0) {
    throw new RangeError(
      `optimizer: gradient "${name}" has ${gradient.rows.length} values for ${numIds} rows of a parameter of ${parameter.length}`,
    );
  }
  const numRows = parameter.length / width;
  for (const id of gradient.ids) {
    if (id < 0 || id >= numRows) {
      throw new RangeError(
        `optimizer: gradient "${name}" has row ${id}, its table ${numRows} rows`,
      );
    }
  }
}

/** A zeroed array of the same width and length. */
export function zerosLike<A extends FloatArray>(array: A): A {
  return new (array.constructor as new (length: number) => A)(array.length);
}

/** Copies of a record of arrays. */
export function copyArrays<A extends FloatArray>(arrays: Record<string, A>): Record<string, A> {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, array]) => [name, array.slice() as A]),
  );
}
