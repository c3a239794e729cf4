// One update's computation: forward and backward as one ONNX model. It returns gradients and changes
// nothing: optimizers update the parameters in place, outside the runtime.
import { AutodiffError } from '../errors.js';
import { checkFeeds, type Feed } from '../graph/feeds.js';
import type { Tensor } from '../graph/tensor.js';
import { type EmittedModel, emitModel } from '../onnx/emit.js';
import { loadRuntimeModel, type RuntimeModel, type RuntimeTensor } from '../onnx/runtime.js';
import type { Gradient } from '../optimizers/optimizer.js';
import { requireFinite } from './finite.js';
import { type GradientPlan, planGradients, type TrainingStepOptions } from './gradient-plan.js';
import { drawMasks, toRuntime } from './runtime-feeds.js';
import type { Result } from './session.js';

/** One step's arguments beside the inputs. */
export interface TrainingStepRun {
  /** Every parameter that the loss needs, by name; read in place. */
  parameters: Readonly<Record<string, Float32Array>>;
  /** Number of the update: names the step in errors and, with `seed`, draws the dropout masks. */
  step: number;
  seed: number;
}

/** One step's results, in arrays of their own. */
export interface TrainingStepResult {
  loss: number;
  /** By parameter name. A parameter that is only a table of gathers has a gradient of rows. */
  gradients: Record<string, Gradient>;
  /** Gradients of `extraGradients`, by tensor name. */
  extra: Record<string, Result>;
  outputs: Record<string, Result>;
}

/** A compiled loss with its gradients. */
export class TrainingStep {
  readonly #model: RuntimeModel;
  readonly #emitted: EmittedModel;
  readonly #plan: GradientPlan;
  #isReleased = false;

  private constructor(model: RuntimeModel, emitted: EmittedModel, plan: GradientPlan) {
    this.#model = model;
    this.#emitted = emitted;
    this.#plan = plan;
  }

  /**
   * Differentiates and compiles.
   * @throws AutodiffError NOT_SCALAR, NO_GRADIENT, MODEL_INVALID
   */
  static async create(options: TrainingStepOptions): Promise<TrainingStep> {
    const plan = planGradients(options);
    const emitted = emitModel(plan.outputs, { training: true });
    const { threads, waiting } = options;
    const model = await loadRuntimeModel(emitted.bytes, { threads, waiting });
    return new TrainingStep(model, emitted, plan);
  }

  /**
   * Loss and gradients for one batch.
   * @throws AutodiffError NOT_FINITE naming step and tensor; FEED_MISSING, FEED_UNKNOWN, FEED_SHAPE,
   *   FEED_DTYPE, RUN_FAILED, RELEASED
   */
  async run(
    feeds: Readonly<Record<string, Feed>>,
    options: TrainingStepRun,
  ): Promise<TrainingStepResult> {
    if (this.#isReleased)
      throw new AutodiffError('RELEASED', 'training step: run() after release()');
    const { inputs, parameters, masks } = this.#emitted;
    const specs = [...inputs, ...parameters];
    const allFeeds = { ...feeds, ...feedParameters(parameters, options.parameters) };
    const bindings = checkFeeds(specs, allFeeds);
    const values = { ...toRuntime(specs, allFeeds), ...drawMasks(masks, bindings, options) };
    const results = await this.#model.run(values, Object.keys(this.#plan.outputs));
    return this.#collect(results, feeds, options.step);
  }

  /** Frees the runtime's memory. */
  async release(): Promise<void> {
    if (this.#isReleased) return;
    this.#isReleased = true;
    await this.#model.release();
  }

  #collect(
    results: Readonly<Record<string, RuntimeTensor>>,
    feeds: Readonly<Record<string, Feed>>,
    step: number,
  ): TrainingStepResult {
    const take = (name: string, what: string): Result => {
      const { data, shape } = results[name];
      requireFinite(data as Float32Array, `step ${step}: ${what}`);
      return { data: data as Float32Array, shape: [...shape] };
    };
    const loss = take('loss', 'the loss').data[0];
    const gradients: Record<string, Gradient> = {};
    for (const entry of this.#plan.gradients) {
      const what = `the gradient of '${entry.parameter}'`;
      gradients[entry.parameter] =
        entry.kind === 'dense'
          ? { kind: 'dense', data: take(entry.output, what).data }
          : joinRows(
              entry.gathers.map(({ rows, ids }) => ({
                rows: take(rows, what).data,
                ids: toInt32(ids.kind === 'fed' ? feeds[ids.name].data : results[ids.name].data),
              })),
            );
    }
    const pick = (names: ReadonlyMap<string, string>, what: string) =>
      Object.fromEntries([...names].map(([key, name]) => [key, take(name, `${what} '${key}'`)]));
    return {
      loss,
      gradients,
      extra: pick(this.#plan.extra, 'the gradient of'),
      outputs: pick(this.#plan.forward, 'the output'),
    };
  }
}

function feedParameters(
  tensors: readonly Tensor[],
  parameters: Readonly<Record<string, Float32Array>>,
): Record<string, Feed> {
  return Object.fromEntries(
    tensors
      .filter(({ name }) => parameters[name] !== undefined)
      .map(({ name, shape }) => [
        name,
        { data: parameters[name], shape: shape as readonly number[] },
      ]),
  );
}

function toInt32(ids: ArrayLike<number | bigint>): Int32Array {
  return ids instanceof Int32Array ? ids : Int32Array.from(ids as ArrayLike<number>, Number);
}

/** The rows of all gathers from one table. */
function joinRows(parts: readonly { ids: Int32Array; rows: Float32Array }[]): Gradient {
  if (parts.length === 1) return { kind: 'rows', ...parts[0] };
  const ids = new Int32Array(parts.reduce((sum, part) => sum + part.ids.length, 0));
  const rows = new Float32Array(parts.reduce((sum, part) => sum + part.rows.length, 0));
  let numIds = 0;
  let numValues = 0;
  for (const part of parts) {
    ids.set(part.ids, numIds);
    rows.set(part.rows, numValues);
    numIds += part.ids.length;
    numValues += part.rows.length;
  }
  return { kind: 'rows', ids, rows };
}
