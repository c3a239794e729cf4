// A student's numbers as constants of an ONNX model, in the precision in which they are stored, and how they are read.
import { int, type OnnxBuilder } from '@bert2dnn/autodiff';
import {
  parameterShapes,
  type StoredParameters,
  type StoredTensor,
  type Student,
} from '@bert2dnn/student';

/** The parameters of one model: each is written when it is first read. */
export class StoredTensors {
  private readonly shapes: Readonly<Record<string, readonly number[]>>;
  private readonly parameters: StoredParameters;
  private readonly written = new Set<string>();

  constructor(
    private readonly builder: OnnxBuilder,
    student: Student,
  ) {
    this.shapes = parameterShapes(student.definition);
    this.parameters = student.parameters;
  }

  /** Rows of a table [V, D] as float32: ids of any shape [...] give [..., D]. */
  rows(name: string, ids: string): string {
    const { builder } = this;
    const tensor = this.write(name);
    const rows = builder.node('Gather', [name, ids])[0];
    if (tensor instanceof Float32Array) return rows;
    const values = builder.cast(rows, 'float32');
    if (tensor.precision === 'float16') return values;
    const scales = builder.node('Gather', [`${name}.scale`, ids])[0];
    const column = builder.node('Unsqueeze', [scales, builder.integers([-1])])[0];
    return builder.node('Mul', [values, column])[0];
  }

  /** A weight [C, O] or a vector as float32. Runtimes work the conversion out once, when they load the model. */
  whole(name: string): string {
    const { builder } = this;
    const tensor = this.write(name);
    if (tensor instanceof Float32Array) return name;
    const values = builder.cast(name, 'float32');
    return tensor.precision === 'float16'
      ? values
      : builder.node('Mul', [values, `${name}.scale`])[0];
  }

  private write(name: string): StoredTensor {
    const tensor = this.parameters[name];
    if (this.written.has(name)) return tensor;
    this.written.add(name);
    const shape = this.shapes[name];
    const { initializers } = this.builder;
    if (tensor instanceof Float32Array) {
      initializers.push({ name, shape, dtype: 'float32', bytes: bytesOf(tensor) });
    } else if (tensor.precision === 'float16') {
      initializers.push({ name, shape, dtype: 'float16', bytes: bytesOf(tensor.bits) });
    } else {
      const { values, scales } = tensor;
      initializers.push(
        { name, shape, dtype: 'int8', bytes: bytesOf(values) },
        {
          name: `${name}.scale`,
          shape: [scales.length],
          dtype: 'float32',
          bytes: bytesOf(scales),
        },
      );
    }
    return tensor;
  }
}

/** The columns of matrices [B, ...], one after the other. */
export function concatColumns(builder: OnnxBuilder, values: readonly string[]): string {
  return values.length === 1 ? values[0] : builder.node('Concat', values, { axis: int(1) })[0];
}

/** Elements `start` to `end`, exclusive and counted from the end if negative, of an axis. */
export function sliceAxis(
  builder: OnnxBuilder,
  value: string,
  {
    axis,
    start = 0,
    end = Number.MAX_SAFE_INTEGER,
  }: { axis: number; start?: number; end?: number },
): string {
  const bounds = [[start], [end], [axis]].map((numbers) => builder.integers(numbers));
  return builder.node('Slice', [value, ...bounds])[0];
}

/** The size of an axis, an int64 vector of length 1. */
export function sizeOfAxis(builder: OnnxBuilder, value: string, axis: number): string {
  return builder.node('Shape', [value], { start: int(axis), end: int(axis + 1) })[0];
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
