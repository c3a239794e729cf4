// The graph that tensors belong to: inputs, parameters, constants and the nodes between them.
// It only grows; what a model contains is decided later by walking back from its outputs.
import { AutodiffError } from '../errors.js';
import type { Values } from '../reference/values.js';
import type { DataType } from './data-type.js';
import { canonicalDim, type Dim } from './dimension.js';
import { formatShape, sizeOfShape } from './shape.js';
import { constantSource, type InputAttributes, inputSource } from './source.js';
import type { DropoutMask, GraphContext, Node, Operation, Tensor } from './tensor.js';

/** A computation under construction. */
export class Graph implements GraphContext {
  readonly #names = new Set<string>();
  readonly #inputs: Tensor[] = [];
  readonly #scalars = new Map<number, Tensor>();
  readonly #masks = new Map<string, DropoutMask>();
  #numNodes = 0;

  /**
   * A tensor that is fed at each run.
   * @throws AutodiffError NAME_TAKEN, NAME_INVALID
   */
  input(name: string, shape: readonly Dim[], dtype: DataType = 'float32'): Tensor {
    const tensor = this.#source({ name, kind: 'input', shape: shape.map(canonicalDim), dtype });
    this.#inputs.push(tensor);
    return tensor;
  }

  /** A trainable float32 tensor: fed at each run without a copy, or frozen into a model. */
  parameter(name: string, shape: readonly number[]): Tensor {
    return this.#source({ name, kind: 'parameter', shape, dtype: 'float32' });
  }

  /** A tensor whose values are part of the graph. A number alone is a scalar. */
  constant(
    values: ArrayLike<number> | number,
    shape?: readonly number[],
    dtype: DataType = 'float32',
  ): Tensor {
    if (typeof values === 'number' && shape === undefined && dtype === 'float32') {
      return this.#scalar(values);
    }
    const data = typeof values === 'number' ? Float64Array.of(values) : Float64Array.from(values);
    const dims = shape ?? (typeof values === 'number' ? [] : [data.length]);
    if (sizeOfShape(dims) !== data.length) {
      throw new AutodiffError(
        'SHAPE_MISMATCH',
        `constant: ${data.length} values, expected ${sizeOfShape(dims)} for ${formatShape(dims)}`,
      );
    }
    return this.#constant({ data, shape: [...dims] }, dtype);
  }

  /** The mask of a dropout by name; made at the first call. Used by `dropout`. */
  dropoutMask(name: string, rate: number, shape: readonly Dim[]): Tensor {
    if (this.#masks.has(name)) {
      throw new AutodiffError('NAME_TAKEN', `dropout: the name '${name}' is used twice`);
    }
    const tensor = this.#source({ name: `dropout:${name}`, kind: 'mask', shape, dtype: 'bool' });
    this.#masks.set(name, { tensor, name, rate });
    return tensor;
  }

  /** Every input, in order of creation. */
  get inputs(): readonly Tensor[] {
    return this.#inputs;
  }

  /** Every dropout mask of the graph. */
  get dropoutMasks(): readonly DropoutMask[] {
    return [...this.#masks.values()];
  }

  /** Adds a node; operations use `applyOperation`, which checks that the inputs belong here. */
  addNode<Attributes>(
    operation: Operation<Attributes>,
    inputs: readonly Tensor[],
    attributes: Attributes,
    name?: string,
  ): Node<Attributes> {
    const types = operation.infer(inputs, attributes);
    const id = this.#numNodes++;
    const outputs: Tensor[] = [];
    const node: Node<Attributes> = { id, operation, attributes, inputs, outputs };
    types.forEach((type, index) => {
      outputs.push({
        graph: this,
        name: name ?? `${operation.type}#${id}${index === 0 ? '' : `.${index}`}`,
        shape: type.shape,
        dtype: type.dtype,
        producer: node as Node,
      });
    });
    return node;
  }

  #source(attributes: InputAttributes): Tensor {
    const { name, kind, shape } = attributes;
    if (name === '') throw new AutodiffError('NAME_INVALID', `${kind}: the name is empty`);
    if (this.#names.has(name)) {
      throw new AutodiffError('NAME_TAKEN', `${kind}: the name '${name}' is used twice`);
    }
    for (const dim of shape) {
      if (typeof dim === 'number' && !(Number.isInteger(dim) && dim >= 0)) {
        throw new AutodiffError(
          'SHAPE_MISMATCH',
          `${kind} '${name}': size ${dim} in ${formatShape(shape)}, expected a whole number`,
        );
      }
    }
    this.#names.add(name);
    return this.addNode(inputSource, [], attributes, name).outputs[0];
  }

  #scalar(value: number): Tensor {
    const known = this.#scalars.get(value);
    if (known !== undefined) return known;
    const tensor = this.#constant({ data: Float64Array.of(value), shape: [] }, 'float32');
    this.#scalars.set(value, tensor);
    return tensor;
  }

  #constant(values: Values, dtype: DataType): Tensor {
    return this.addNode(constantSource, [], { values, dtype }).outputs[0];
  }
}
