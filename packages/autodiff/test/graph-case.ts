// What the operation tests share: a small graph with seeded inputs, checked on every executor.
// Central differences in float64 judge the reference; the reference judges ONNX Runtime.
import { expect } from 'vitest';
import { gradients } from '../src/gradients.js';
import type { DataType } from '../src/graph/data-type.js';
import { type Dim, resolveDim } from '../src/graph/dimension.js';
import type { Feed } from '../src/graph/feeds.js';
import { Graph } from '../src/graph/graph.js';
import { sizeOfShape } from '../src/graph/shape.js';
import type { Tensor } from '../src/graph/tensor.js';
import { mul } from '../src/ops/arithmetic.js';
import { reduceSum } from '../src/ops/sum.js';
import { evaluateReference } from '../src/reference/evaluate.js';
import { Session } from '../src/session/session.js';

/** Sizes of the symbols in the cases' shapes. */
export const SIZES: ReadonlyMap<string, number> = new Map([
  ['B', 2],
  ['S', 3],
]);

/** One input of a case. float32 values lie in `low`..`high`, and away from 0 where a kink is. */
export interface CaseInput {
  shape: Dim[];
  dtype?: DataType;
  low?: number;
  high?: number;
  awayFromZero?: boolean;
}

/** An operation with inputs on which all executors are compared. */
export interface GraphCase {
  name: string;
  inputs: Record<string, CaseInput>;
  build: (inputs: Record<string, Tensor>) => Tensor;
}

/** A built case with its feeds in float32-exact numbers. */
export interface BuiltCase {
  graph: Graph;
  inputs: Record<string, Tensor>;
  output: Tensor;
  feeds: Record<string, Feed>;
}

/** mulberry32: a seeded stream in [0, 1). */
export function seededStream(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function resolveShape(shape: readonly Dim[]): number[] {
  return shape.map((dim) => resolveDim(dim, SIZES));
}

export function makeFeed(input: CaseInput, random: () => number): Feed {
  const shape = resolveShape(input.shape);
  const size = sizeOfShape(shape);
  const { dtype = 'float32', low = -2, high = 2 } = input;
  const draw = () => low + (high - low) * random();
  if (dtype === 'bool') {
    return { data: Uint8Array.from({ length: size }, () => (random() < 0.5 ? 0 : 1)), shape };
  }
  if (dtype === 'int32')
    return { data: Int32Array.from({ length: size }, () => draw() | 0), shape };
  if (dtype === 'int64') {
    return { data: BigInt64Array.from({ length: size }, () => BigInt(draw() | 0)), shape };
  }
  const shifted = (value: number) => value + (value < 0 ? -0.1 : 0.1);
  const data = Float32Array.from({ length: size }, () =>
    input.awayFromZero ? shifted(draw()) : draw(),
  );
  return { data, shape };
}

/** Builds a case with symbolic sizes, or with the same sizes as numbers. */
export function buildCase(testCase: GraphCase, sizes: 'static' | 'symbolic'): BuiltCase {
  const graph = new Graph();
  const random = seededStream(7);
  const inputs: Record<string, Tensor> = {};
  const feeds: Record<string, Feed> = {};
  for (const [name, input] of Object.entries(testCase.inputs)) {
    const shape = sizes === 'static' ? resolveShape(input.shape) : input.shape;
    inputs[name] = graph.input(name, shape, input.dtype);
    feeds[name] = makeFeed(input, random);
  }
  return { graph, inputs, feeds, output: testCase.build(inputs) };
}

/** A scalar in which every element of the output has its own weight, so no gradient can hide. */
export function objectiveOf({ graph, output, feeds }: BuiltCase): Tensor {
  if (output.shape.length === 0) return output;
  const weights: CaseInput = { shape: [...output.shape], low: 0.5, high: 1.5 };
  feeds.objectiveWeights = makeFeed(weights, seededStream(11));
  return reduceSum(mul(output, graph.input('objectiveWeights', weights.shape)));
}

type Feeds64 = Record<string, { data: Float64Array; shape: readonly number[] }>;

export function toFloat64(feeds: Record<string, Feed>): Feeds64 {
  return Object.fromEntries(
    Object.entries(feeds).map(([name, { data, shape }]) => [
      name,
      { data: Float64Array.from(data as ArrayLike<number>, Number), shape },
    ]),
  );
}

/**
 * Largest relative error of the reference's gradients against a five-point central difference.
 * Error of the stencil: about h^4, so 1e-12 at h = 1e-3; rounding adds about 1e-12.
 */
export function largestGradientError(
  objective: Tensor,
  wrt: readonly Tensor[],
  feeds: Record<string, Feed>,
  options: { training?: { seed: number; step: number }; maxElements?: number } = {},
): number {
  const values = toFloat64(feeds);
  const analytic = evaluateReference(gradients(objective, wrt), values, options);
  const at = () => evaluateReference([objective], values, options)[0].data[0];
  let largest = 0;
  wrt.forEach((tensor, position) => {
    const { data, shape } = values[tensor.name];
    expect(analytic[position].shape).toEqual([...shape]);
    const stride = Math.max(1, Math.floor(data.length / (options.maxElements ?? data.length)));
    for (let index = 0; index < data.length; index += stride) {
      const numeric = centralDifference(data, index, at);
      const gradient = analytic[position].data[index];
      const scale = Math.max(Math.abs(numeric), Math.abs(gradient), 1e-3);
      largest = Math.max(largest, Math.abs(numeric - gradient) / scale);
    }
  });
  return largest;
}

function centralDifference(data: Float64Array, index: number, at: () => number): number {
  const h = 1e-3;
  const original = data[index];
  const shifted = (steps: number) => {
    data[index] = original + steps * h;
    return at();
  };
  const slope = (8 * (shifted(1) - shifted(-1)) - (shifted(2) - shifted(-2))) / (12 * h);
  data[index] = original;
  return slope;
}

/** Largest error of ONNX Runtime against the reference, relative to the largest value of each tensor. */
export async function largestOnnxError(
  outputs: Record<string, Tensor>,
  feeds: Record<string, Feed>,
  masks?: { seed: number; step: number },
): Promise<number> {
  const names = Object.keys(outputs);
  const expected = evaluateReference(
    names.map((name) => outputs[name]),
    toFloat64(feeds),
    { training: masks },
  );
  const session = await Session.create(outputs, { training: masks !== undefined });
  const results = await session.run(feeds, { masks });
  await session.release();
  let largest = 0;
  names.forEach((name, position) => {
    const { data, shape } = expected[position];
    expect(results[name].shape, name).toEqual(shape);
    const scale = data.reduce((max, value) => Math.max(max, Math.abs(value)), 1e-3);
    data.forEach((value, index) => {
      largest = Math.max(largest, Math.abs(results[name].data[index] - value) / scale);
    });
  });
  return largest;
}

/** Every float32 input of a case: what it can be differentiated by. */
export function differentiable(built: BuiltCase): Tensor[] {
  return Object.values(built.inputs).filter((tensor) => tensor.dtype === 'float32');
}
