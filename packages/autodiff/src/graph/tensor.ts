// What a graph is made of: tensors, the nodes that produce them, and the definition of an operation.
// Types, and the functions by which operations are applied.
import { AutodiffError } from '../errors.js';
import type { OnnxBuilder } from '../onnx/builder.js';
import type { Values } from '../reference/values.js';
import type { DataType } from './data-type.js';
import type { Dim } from './dimension.js';

/** A dropout mask that a training run has to fill. */
export interface DropoutMask {
  readonly tensor: Tensor;
  /** The name given to `dropout`. */
  readonly name: string;
  readonly rate: number;
}

/** A graph as its tensors see it: what operations may add to it. The class is `Graph`. */
export interface GraphContext {
  constant(values: ArrayLike<number> | number, shape?: readonly number[], dtype?: DataType): Tensor;
  dropoutMask(name: string, rate: number, shape: readonly Dim[]): Tensor;
  readonly dropoutMasks: readonly DropoutMask[];
  /** Inputs in order of creation, without parameters and masks. */
  readonly inputs: readonly Tensor[];
  addNode<Attributes>(
    operation: Operation<Attributes>,
    inputs: readonly Tensor[],
    attributes: Attributes,
  ): Node<Attributes>;
}

/** One value of a graph: a shape and a type now, numbers when a session runs. */
export interface Tensor {
  readonly graph: GraphContext;
  readonly name: string;
  readonly shape: readonly Dim[];
  readonly dtype: DataType;
  /** The node that computes the tensor. */
  readonly producer: Node;
}

/** Shape and type of a tensor that an operation is going to produce. */
export interface TensorType {
  shape: readonly Dim[];
  dtype: DataType;
}

/** One application of an operation. Inputs, parameters and constants are nodes without inputs. */
export interface Node<Attributes = unknown> {
  readonly id: number;
  readonly operation: Operation<Attributes>;
  readonly attributes: Attributes;
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
}

/** What a reference kernel may ask of the run that it is part of. */
export interface ReferenceContext {
  /** The number behind a symbolic size. */
  resolve(dim: Dim): number;
}

/** What an emission may ask of the model that it is part of. */
export interface EmitContext<Attributes = unknown> {
  readonly builder: OnnxBuilder;
  readonly node: Node<Attributes>;
  /** Whether anything in the model reads the tensor. */
  isUsed(tensor: Tensor): boolean;
}

/** How an operation reads a parameter of two axes that a model holds as int8. */
export interface Int8Reading<Attributes = unknown> {
  /** Index of the input that may be int8. */
  readonly input: number;
  /** Codes that the operation can take lie in -largestCode..largestCode. */
  readonly largestCode: number;
  /** The axis with a scale for each of its slices; `undefined` when this use has no int8 form. */
  channelAxis(node: Node<Attributes>): 0 | 1 | undefined;
  /** As `Operation.emit`, with what is known of the parameter and of the other side. */
  emit(
    values: readonly string[],
    weight: Int8Weight,
    attributes: Attributes,
    builder: OnnxBuilder,
  ): string[];
}

/** An int8 parameter where it is read. */
export interface Int8Weight {
  /** Names of its codes and scales. */
  codes: string;
  scales: string;
  /** Smallest value that the first input can have, where its operation has one. */
  lowest?: number;
}

/** All that is known about an operation, in one place. */
export interface Operation<Attributes = unknown> {
  readonly type: string;
  /** True when the operation is its first input outside training (dropout). */
  readonly trainingOnly?: boolean;
  /** No output is smaller, whatever the inputs. */
  readonly lowest?: number;
  /** Shapes and types of the outputs. @throws AutodiffError when inputs or attributes do not fit. */
  infer(inputs: readonly Tensor[], attributes: Attributes): TensorType[];
  /** The readable kernel in float64: one array per output. */
  evaluate(
    inputs: readonly Values[],
    attributes: Attributes,
    context: ReferenceContext,
    node: Node<Attributes>,
  ): Values[];
  /** Adds ONNX nodes; takes the names of the inputs' values, returns those of the outputs. */
  emit(
    values: readonly string[],
    attributes: Attributes,
    context: EmitContext<Attributes>,
  ): string[];
  /** The form for a weight that is written as int8, if there is one. */
  readonly int8?: Int8Reading<Attributes>;
  /** Gradients of the inputs from that of the first output; `undefined` for a constant input. */
  gradient?(dOutput: Tensor, node: Node<Attributes>): (Tensor | undefined)[];
}

/**
 * Applies an operation and returns all its outputs.
 * @throws AutodiffError GRAPH_MISMATCH, or what the operation's `infer` throws.
 */
export function applyOperation<Attributes>(
  operation: Operation<Attributes>,
  inputs: readonly Tensor[],
  attributes: Attributes,
): readonly Tensor[] {
  const graph = inputs[0].graph;
  for (const input of inputs) {
    if (input.graph !== graph) {
      throw new AutodiffError(
        'GRAPH_MISMATCH',
        `${operation.type}: '${inputs[0].name}' and '${input.name}' belong to different graphs`,
      );
    }
  }
  return graph.addNode(operation, inputs, attributes).outputs;
}

/** Refuses a tensor of another type than the operation takes. */
export function requireDataType(
  tensor: Tensor,
  expected: readonly DataType[],
  place: string,
): void {
  if (expected.includes(tensor.dtype)) return;
  throw new AutodiffError(
    'DTYPE_MISMATCH',
    `${place}: '${tensor.name}' is ${tensor.dtype}, expected ${expected.join(' or ')}`,
    { hint: 'convert it with cast()' },
  );
}
