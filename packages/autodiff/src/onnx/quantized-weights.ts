// Which parameters of a model are written as int8, and the initializers and nodes that read them.
// How operations read them is in ops/int8.ts.
import { AutodiffError } from '../errors.js';
import { formatShape } from '../graph/shape.js';
import type { Int8Reading, Node, Tensor } from '../graph/tensor.js';
import type { OnnxBuilder } from './builder.js';
import { type QuantizeOptions, quantizeMatrix } from './quantize.js';

/** The parameters of one model that are int8. */
export class QuantizedWeights {
  readonly #plans = new Map<Tensor, QuantizeOptions>();

  /**
   * `names`: the parameters to write as int8; `nodes`: everything in the model that may read them.
   * @throws AutodiffError ATTRIBUTE_INVALID for a name that is no parameter of the model or is read where no int8 form exists.
   */
  constructor(names: readonly string[], nodes: readonly Node[], parameters: readonly Tensor[]) {
    for (const name of names) {
      const tensor = parameters.find((parameter) => parameter.name === name);
      if (tensor === undefined) {
        throw new AutodiffError(
          'ATTRIBUTE_INVALID',
          `int8 parameter '${name}': not among the frozen parameters that the model needs`,
        );
      }
      this.#plans.set(tensor, planTensor(tensor, nodes));
    }
  }

  /** Whether a parameter is written as int8. */
  has(tensor: Tensor): boolean {
    return this.#plans.has(tensor);
  }

  /** Adds codes and scales of a parameter: `<name>_quantized` and `<name>_scale`, as ONNX Runtime's own tool calls them. */
  addInitializers(tensor: Tensor, data: Float32Array, builder: OnnxBuilder): void {
    const shape = tensor.shape as [number, number];
    const { codes, scales } = quantizeMatrix(data, shape, this.#plans.get(tensor)!);
    builder.initializers.push(
      { name: `${tensor.name}_quantized`, shape, dtype: 'int8', bytes: bytesOf(codes) },
      {
        name: `${tensor.name}_scale`,
        shape: [scales.length],
        dtype: 'float32',
        bytes: bytesOf(scales),
      },
    );
  }

  /** The outputs of a node that reads an int8 parameter; `undefined` if it reads none. */
  emit(node: Node, values: readonly string[], builder: OnnxBuilder): string[] | undefined {
    const reading = node.operation.int8;
    const tensor = reading && node.inputs[reading.input];
    if (reading === undefined || tensor === undefined || !this.has(tensor)) return undefined;
    const weight = {
      codes: `${tensor.name}_quantized`,
      scales: `${tensor.name}_scale`,
      lowest: lowestOf(node.inputs[0]),
    };
    return reading.emit(values, weight, node.attributes, builder);
  }
}

/** Smallest value that a tensor can hold; `undefined` where nothing is known. */
function lowestOf({ producer: { operation, inputs } }: Tensor): number | undefined {
  return operation.type === 'reshape' ? lowestOf(inputs[0]) : operation.lowest;
}

/** One way to quantize that serves every reader. */
function planTensor(tensor: Tensor, nodes: readonly Node[]): QuantizeOptions {
  const readers = nodes.filter((node) => node.inputs.includes(tensor));
  const axes = new Set(readers.map((node) => channelAxis(node, tensor)));
  const [axis] = axes;
  if (axes.size !== 1 || axis === undefined || tensor.shape.length !== 2) {
    const types = [...new Set(readers.map((node) => node.operation.type))].sort().join(', ');
    throw new AutodiffError(
      'ATTRIBUTE_INVALID',
      `int8 parameter '${tensor.name}' ${formatShape(tensor.shape)}: read by ${types}, expected a matrix that products and gathers read along one axis`,
    );
  }
  const codes = readers.map((node) => node.operation.int8!.largestCode);
  return { axis, largestCode: Math.min(...codes) };
}

function channelAxis(node: Node, tensor: Tensor): 0 | 1 | undefined {
  const reading: Int8Reading | undefined = node.operation.int8;
  const isOnlyWeight =
    reading !== undefined &&
    node.inputs.every((input, index) => (input === tensor) === (index === reading.input));
  return isOnlyWeight ? reading.channelAxis(node) : undefined;
}

function bytesOf(values: Int8Array | Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
