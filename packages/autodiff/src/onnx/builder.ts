// Collects the nodes and constants of one ONNX model. Equal nodes and equal constants are made once,
// so operations may emit what they need without knowing what others have already emitted.
import { AutodiffError } from '../errors.js';
import { type Dim, dimTerms } from '../graph/dimension.js';
import {
  MICROSOFT_DOMAIN,
  ML_DOMAIN,
  type OnnxAttribute,
  type OnnxElementType,
  type OnnxInitializer,
  type OnnxNode,
  type OnnxTextInitializer,
  type OnnxValueInfo,
  TENSOR_TYPE,
} from './model.js';

type Attributes = Readonly<Record<string, OnnxAttribute>>;

/** An int attribute. */
export const int = (value: number): OnnxAttribute => ({ kind: 'int', value });
/** A float attribute. */
export const float = (value: number): OnnxAttribute => ({ kind: 'float', value });
/** A list of ints. */
export const ints = (value: readonly number[]): OnnxAttribute => ({ kind: 'ints', value });
/** A string attribute. */
export const text = (value: string): OnnxAttribute => ({ kind: 'text', value });
/** A list of strings. */
export const texts = (value: readonly string[]): OnnxAttribute => ({ kind: 'texts', value });

/** One model under construction. */
export class OnnxBuilder {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: (OnnxInitializer | OnnxTextInitializer)[] = [];
  /** Write standard operators only, for readers other than ONNX Runtime. */
  readonly portable: boolean;
  /** Inputs that some symbolic size is read from, by name. */
  readonly sizeSources = new Set<string>();
  readonly #inputs: readonly OnnxValueInfo[];
  readonly #known = new Map<string, string[]>();

  /** `inputs`: where symbolic sizes can be read at run time; the first that has a size serves. */
  constructor(inputs: readonly OnnxValueInfo[], options: { portable: boolean }) {
    this.#inputs = inputs;
    this.portable = options.portable;
  }

  /** The outputs of a standard operator. */
  node(
    opType: string,
    inputs: readonly string[],
    attributes: Attributes = {},
    numOutputs = 1,
  ): string[] {
    return this.#addNode(opType, '', inputs, attributes, numOutputs);
  }

  /** The output of one of ONNX Runtime's own operators. */
  runtimeNode(opType: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.#addNode(opType, MICROSOFT_DOMAIN, inputs, attributes, 1)[0];
  }

  /** The output of an operator of the standard's domain for tables and texts. */
  mlNode(opType: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.#addNode(opType, ML_DOMAIN, inputs, attributes, 1)[0];
  }

  /** Gives a value the name of an output of the model. */
  output(value: string, name: string): void {
    this.nodes.push({
      opType: 'Identity',
      domain: '',
      inputs: [value],
      outputs: [name],
      attributes: {},
    });
  }

  /** A value converted to another type. */
  cast(value: string, dtype: OnnxElementType): string {
    return this.node('Cast', [value], { to: int(TENSOR_TYPE[dtype]) })[0];
  }

  /** A constant tensor. */
  constant(values: ArrayLike<number>, shape: readonly number[], dtype: ConstantType): string {
    const bytes = encodeValues(values, dtype);
    const contents = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const key = `constant ${dtype} ${shape} ${contents.toString('base64')}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known[0];
    const name = `constant#${this.initializers.length}`;
    this.initializers.push({ name, shape, dtype, bytes });
    this.#known.set(key, [name]);
    return name;
  }

  /** A constant tensor of texts. */
  texts(values: readonly string[], shape: readonly number[] = [values.length]): string {
    const key = `constant string ${shape} ${JSON.stringify(values)}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known[0];
    const name = `constant#${this.initializers.length}`;
    this.initializers.push({ name, shape, dtype: 'string', texts: values });
    this.#known.set(key, [name]);
    return name;
  }

  /** Whether a value is part of the model file: a constant or a frozen parameter. */
  isConstant(value: string): boolean {
    return this.initializers.some(({ name }) => name === value);
  }

  /** A float32 scalar. */
  scalar(value: number): string {
    return this.constant([value], [], 'float32');
  }

  /** An int64 vector, as shapes and axes are written. */
  integers(values: readonly number[]): string {
    return this.constant(values, [values.length], 'int64');
  }

  /** An int64 vector of length 1 with the size of an axis. */
  dimension(dim: Dim): string {
    if (typeof dim === 'number') return this.integers([dim]);
    const terms = dimTerms(dim).map(({ coefficient, names }) => {
      const factors = names.map((name) => this.#symbol(name));
      if (coefficient !== 1 || factors.length === 0) factors.push(this.integers([coefficient]));
      return factors.reduce((left, right) => this.node('Mul', [left, right])[0]);
    });
    return terms.reduce((left, right) => this.node('Add', [left, right])[0]);
  }

  /** An int64 vector with a whole shape. */
  shape(dims: readonly Dim[]): string {
    if (dims.every((dim) => typeof dim === 'number')) return this.integers(dims);
    const parts = dims.map((dim) => this.dimension(dim));
    return parts.length === 1 ? parts[0] : this.node('Concat', parts, { axis: int(0) })[0];
  }

  #symbol(name: string): string {
    for (const input of this.#inputs) {
      const axis = input.shape.indexOf(name);
      if (axis < 0) continue;
      this.sizeSources.add(input.name);
      return this.node('Shape', [input.name], { start: int(axis), end: int(axis + 1) })[0];
    }
    throw new AutodiffError(
      'SYMBOL_UNBOUND',
      `size '${name}': no input of the graph has an axis of this size`,
    );
  }

  #addNode(
    opType: string,
    domain: string,
    inputs: readonly string[],
    attributes: Attributes,
    numOutputs: number,
  ): string[] {
    const key = JSON.stringify([opType, domain, inputs, attributes, numOutputs]);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const index = this.nodes.length;
    const outputs = Array.from({ length: numOutputs }, (_, output) =>
      output === 0 ? `${opType}#${index}` : `${opType}#${index}.${output}`,
    );
    this.nodes.push({ opType, domain, inputs: [...inputs], outputs, attributes });
    this.#known.set(key, outputs);
    return outputs;
  }
}

/** Types that a constant may have: nothing here computes in float16. */
type ConstantType = Exclude<OnnxElementType, 'float16' | 'string'>;

/** Little-endian bytes of values (every platform that Node runs on is little-endian). */
function encodeValues(values: ArrayLike<number>, dtype: ConstantType): Uint8Array {
  if (dtype === 'int8' || dtype === 'uint8') return Uint8Array.from(values);
  if (dtype === 'bool') return Uint8Array.from(values, (value) => (value === 0 ? 0 : 1));
  const typed =
    dtype === 'float32'
      ? Float32Array.from(values)
      : dtype === 'int32'
        ? Int32Array.from(values)
        : dtype === 'float64'
          ? Float64Array.from(values)
          : BigInt64Array.from(Array.from(values, BigInt));
  return new Uint8Array(typed.buffer, typed.byteOffset, typed.byteLength);
}
