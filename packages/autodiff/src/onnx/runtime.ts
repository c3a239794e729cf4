// The only file that imports onnxruntime-node: loads a model and runs it with caller-owned memory.
// Checks of names and shapes belong to the sessions above it.
import type { InferenceSession, Tensor as OrtTensor, TypedTensor } from 'onnxruntime-node';
import { AutodiffError } from '../errors.js';

/** Data of a tensor outside the runtime. */
export type RuntimeArray =
  | Float32Array
  | Float64Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Int8Array;

/** A tensor given to or taken from the runtime. */
export interface RuntimeTensor {
  type: string;
  data: RuntimeArray;
  shape: readonly number[];
}

/** An input or output as the model file declares it; unknown sizes are strings, possibly empty. */
export interface RuntimeValueInfo {
  name: string;
  type: string;
  shape: readonly (number | string)[];
}

/** A loaded model. */
export interface RuntimeModel {
  readonly inputs: readonly RuntimeValueInfo[];
  readonly outputs: readonly RuntimeValueInfo[];
  /**
   * Runs the model for the outputs named. Feeds are read in place; results are fresh arrays.
   * Outputs into memory of the caller's were tried: the binding copies them all the same.
   * @throws AutodiffError RUN_FAILED
   */
  run(
    feeds: Readonly<Record<string, RuntimeTensor>>,
    outputNames: readonly string[],
  ): Promise<Record<string, RuntimeTensor>>;
  release(): Promise<void>;
}

/** Options of a loaded model. */
export interface RuntimeOptions {
  /** Threads inside one operator. Default: 1. */
  threads?: number;
  /** How idle threads wait for the next operator. Default: `spin`. */
  waiting?: Waiting;
}

/**
 * `spin`: idle threads keep a processor busy for a moment, and start at once. `sleep`: they leave it to others, which
 * pays where the caller computes between runs or shares the machine.
 */
export type Waiting = 'spin' | 'sleep';

/** Nothing that a call survives: what fails is thrown, and warnings about unused initializers are not for users. */
const LOG_FATAL_ONLY = 4;

/** The setting `session.intra_op.allow_spinning`, as the binding takes it. */
const SLEEPING_THREADS = { session: { intra_op: { allow_spinning: '0' } } };

/**
 * Imported late: the native library takes a moment, and `--help` does not need it.
 *
 * ONNX Runtime 1.30 reports its use to its maker unless this variable is set when it is loaded: it leaves an id and logs
 * in the user's cache and temporary folder, and holds the address that they go to. Whoever wants that sets the variable
 * to 0. In a worker thread, whose environment is a copy, it has to be set by the main thread.
 */
async function importRuntime() {
  process.env.ORT_DISABLE_TELEMETRY ??= '1';
  const { default: ort } = await import('onnxruntime-node');
  return ort;
}

/**
 * Loads a model from its bytes or from a file.
 * @throws AutodiffError MODEL_INVALID
 */
export async function loadRuntimeModel(
  source: Uint8Array | string,
  options: RuntimeOptions = {},
): Promise<RuntimeModel> {
  const ort = await importRuntime();
  const sessionOptions: InferenceSession.SessionOptions = {
    intraOpNumThreads: options.threads ?? 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    logSeverityLevel: LOG_FATAL_ONLY,
    ...(options.waiting === 'sleep' && { extra: SLEEPING_THREADS }),
  };
  const session = await ort.InferenceSession.create(source as string, sessionOptions).catch(
    (cause: unknown) => {
      const place = typeof source === 'string' ? source : 'model';
      throw new AutodiffError('MODEL_INVALID', `${place}: ${messageOf(cause)}`, { cause });
    },
  );
  const toOrt = ({ type, data, shape }: RuntimeTensor): OrtTensor =>
    new ort.Tensor(type as 'float32', data as Float32Array, shape as number[]);
  return {
    inputs: session.inputMetadata.map(describe),
    outputs: session.outputMetadata.map(describe),
    async run(feeds, outputNames) {
      const results = await session
        .run(mapRecord(feeds, toOrt), outputNames)
        .catch((cause: unknown) => {
          throw new AutodiffError('RUN_FAILED', messageOf(cause), { cause });
        });
      return mapRecord(results, (tensor) => ({
        type: tensor.type,
        data: (tensor as TypedTensor<'float32'>).data as RuntimeArray,
        shape: tensor.dims,
      }));
    },
    release: () => session.release(),
  };
}

function describe(metadata: InferenceSession.ValueMetadata): RuntimeValueInfo {
  return metadata.isTensor
    ? { name: metadata.name, type: metadata.type, shape: metadata.shape }
    : { name: metadata.name, type: 'no tensor', shape: [] };
}

function mapRecord<From, To>(
  record: Readonly<Record<string, From>>,
  convert: (value: From) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, convert(value)]));
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
