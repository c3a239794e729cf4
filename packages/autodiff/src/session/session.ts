// Runs outputs of a graph in ONNX Runtime. Inputs and parameters are read in place from the caller's memory.
import { AutodiffError } from '../errors.js';
import { checkFeeds, type Feed } from '../graph/feeds.js';
import type { Tensor } from '../graph/tensor.js';
import { type EmittedModel, emitModel } from '../onnx/emit.js';
import { loadRuntimeModel, type RuntimeModel } from '../onnx/runtime.js';
import { drawMasks, type MaskSeed, toRuntime } from './runtime-feeds.js';

/** Options of `Session.create`. */
export interface SessionOptions {
  /** Threads inside one operator. Default: 1. */
  threads?: number;
  /** Parameters held by the session, by name: faster, as the runtime lays them out once. */
  frozen?: Readonly<Record<string, Float32Array>>;
  /** Keep dropout; runs then need `masks`. Default: false. */
  training?: boolean;
  /** Where to run. Only `cpu` exists. */
  device?: 'cpu';
}

/** Options of one run. */
export interface RunOptions {
  /** Seed and step of the dropout masks of a training session. */
  masks?: MaskSeed;
}

/** A float32 result. */
export interface Result {
  data: Float32Array;
  shape: number[];
}

/** Outputs of a graph, ready to run. */
export class Session {
  readonly #model: RuntimeModel;
  readonly #emitted: EmittedModel;
  readonly #outputNames: string[];
  #isReleased = false;

  private constructor(model: RuntimeModel, emitted: EmittedModel, outputNames: string[]) {
    this.#model = model;
    this.#emitted = emitted;
    this.#outputNames = outputNames;
  }

  /**
   * Compiles `outputs`, which must be float32.
   * @throws AutodiffError DTYPE_MISMATCH, MODEL_INVALID and what `emitOnnx` throws.
   */
  static async create(
    outputs: Readonly<Record<string, Tensor>>,
    options: SessionOptions = {},
  ): Promise<Session> {
    for (const [name, tensor] of Object.entries(outputs)) requireFloat(name, tensor);
    const { threads, frozen, training } = options;
    const emitted = emitModel(outputs, { frozen, training });
    const model = await loadRuntimeModel(emitted.bytes, { threads });
    return new Session(model, emitted, Object.keys(outputs));
  }

  /**
   * Runs once. `feeds` holds every input and every parameter that is not frozen, by name.
   * @throws AutodiffError FEED_MISSING, FEED_UNKNOWN, FEED_SHAPE, FEED_DTYPE, RUN_FAILED, RELEASED
   */
  async run(
    feeds: Readonly<Record<string, Feed>>,
    options: RunOptions = {},
  ): Promise<Record<string, Result>> {
    if (this.#isReleased) throw new AutodiffError('RELEASED', 'session: run() after release()');
    const { inputs, parameters, masks } = this.#emitted;
    const specs = [...inputs, ...parameters];
    const bindings = checkFeeds(specs, feeds);
    const values = {
      ...toRuntime(specs, feeds),
      ...drawMasks(masks, bindings, options.masks),
    };
    const results = await this.#model.run(values, this.#outputNames);
    return Object.fromEntries(
      this.#outputNames.map((name) => {
        const { data, shape } = results[name];
        return [name, { data: data as Float32Array, shape: [...shape] }];
      }),
    );
  }

  /** Frees the runtime's memory. */
  async release(): Promise<void> {
    if (this.#isReleased) return;
    this.#isReleased = true;
    await this.#model.release();
  }
}

function requireFloat(name: string, tensor: Tensor): void {
  if (tensor.dtype === 'float32') return;
  throw new AutodiffError(
    'DTYPE_MISMATCH',
    `output '${name}' is ${tensor.dtype}, expected float32`,
    {
      hint: "convert it with cast(x, 'float32')",
    },
  );
}
