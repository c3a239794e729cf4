// Runs a foreign ONNX model, for example a teacher exported from Python. Knows nothing of graphs.
import { AutodiffError } from '../errors.js';
import { bindShape, checkUnknown, type Feed } from '../graph/feeds.js';
import {
  loadRuntimeModel,
  type RuntimeArray,
  type RuntimeModel,
  type RuntimeTensor,
  type RuntimeValueInfo,
} from '../onnx/runtime.js';
import { decodeFloat16 } from './float16.js';
import type { Result } from './session.js';

/** Options of `OnnxSession.create`. */
export interface OnnxSessionOptions {
  /** Threads inside one operator. Default: 1. */
  threads?: number;
}

/** An input or output of a model: unknown sizes are strings (possibly empty). */
export type OnnxValue = RuntimeValueInfo;

/** A loaded ONNX model. */
export class OnnxSession {
  readonly #model: RuntimeModel;
  #isReleased = false;

  private constructor(model: RuntimeModel) {
    this.#model = model;
  }

  /**
   * Loads a model from bytes, or from a path (then external weights beside it are found too).
   * @throws AutodiffError MODEL_INVALID
   */
  static async create(
    source: Uint8Array | string,
    options: OnnxSessionOptions = {},
  ): Promise<OnnxSession> {
    return new OnnxSession(await loadRuntimeModel(source, options));
  }

  /** Declared inputs: name, element type, shape. */
  get inputs(): readonly OnnxValue[] {
    return this.#model.inputs;
  }

  /** Declared outputs: name, element type, shape. */
  get outputs(): readonly OnnxValue[] {
    return this.#model.outputs;
  }

  get inputNames(): string[] {
    return this.inputs.map((input) => input.name);
  }

  get outputNames(): string[] {
    return this.outputs.map((output) => output.name);
  }

  /**
   * Runs once and returns float32 results, for all outputs or those named.
   * An Int32Array may be fed to an int64 input; it is widened.
   * @throws AutodiffError FEED_MISSING, FEED_UNKNOWN, FEED_SHAPE, FEED_DTYPE, RUN_FAILED, RELEASED
   */
  async run(
    feeds: Readonly<Record<string, Feed>>,
    outputNames: readonly string[] = this.outputNames,
  ): Promise<Record<string, Result>> {
    if (this.#isReleased) throw new AutodiffError('RELEASED', 'session: run() after release()');
    checkUnknown(this.inputs, Object.keys(feeds));
    checkOutputs(this.outputNames, outputNames);
    const values: Record<string, RuntimeTensor> = {};
    const bindings = new Map<string, number>();
    for (const input of this.inputs) values[input.name] = toValue(input, feeds, bindings);
    const results = await this.#model.run(values, outputNames);
    return Object.fromEntries(outputNames.map((name) => [name, toResult(name, results[name])]));
  }

  /** Frees the runtime's memory. */
  async release(): Promise<void> {
    if (this.#isReleased) return;
    this.#isReleased = true;
    await this.#model.release();
  }
}

const ARRAY_OF_TYPE: Readonly<Record<string, new (size: number) => RuntimeArray>> = {
  float32: Float32Array,
  int32: Int32Array,
  int64: BigInt64Array,
  bool: Uint8Array,
};

function toValue(
  input: OnnxValue,
  feeds: Readonly<Record<string, Feed>>,
  bindings: Map<string, number>,
): RuntimeTensor {
  const feed = feeds[input.name];
  if (feed === undefined) {
    throw new AutodiffError(
      'FEED_MISSING',
      `'${input.name}' was not fed, expected ${input.type} [${input.shape.join(', ')}]`,
    );
  }
  const widens = input.type === 'int64' && feed.data instanceof Int32Array;
  const data = widens ? BigInt64Array.from(feed.data as Int32Array, BigInt) : feed.data;
  const expected = ARRAY_OF_TYPE[input.type];
  if (expected === undefined || !(data instanceof expected)) {
    throw new AutodiffError(
      'FEED_DTYPE',
      `'${input.name}': got ${feed.data.constructor.name}, expected ${expected?.name ?? 'nothing that can be fed'} for ${input.type}`,
    );
  }
  bindShape(input, feed, bindings);
  return { type: input.type, data, shape: feed.shape };
}

function checkOutputs(known: readonly string[], wanted: readonly string[]): void {
  for (const name of wanted) {
    if (known.includes(name)) continue;
    throw new AutodiffError(
      'FEED_UNKNOWN',
      `'${name}' is no output, expected ${known.map((k) => `'${k}'`).join(', ')}`,
    );
  }
}

function toResult(name: string, { type, data, shape }: RuntimeTensor): Result {
  if (type === 'float32') return { data: data as Float32Array, shape: [...shape] };
  if (type === 'float16' && data instanceof Uint16Array) {
    return { data: decodeFloat16(data), shape: [...shape] };
  }
  // Newer versions of Node give float16 as numbers.
  if (!['float16', 'int32', 'int64', 'float64', 'bool', 'uint8', 'int8'].includes(type)) {
    throw new AutodiffError('MODEL_INVALID', `output '${name}' is ${type}, expected float32`);
  }
  return { data: Float32Array.from(data as ArrayLike<number>, Number), shape: [...shape] };
}
