// Graph to ONNX file: walks back from the outputs and lets each operation emit itself.
// What no output needs is never written; bytes depend only on the graph and the options.
import { AutodiffError } from '../errors.js';
import type { Dim } from '../graph/dimension.js';
import { formatShape, sizeOfShape } from '../graph/shape.js';
import { fedAs } from '../graph/source.js';
import type { Node, Tensor } from '../graph/tensor.js';
import { fedTensors, reachableNodes, readsOf } from '../graph/walk.js';
import { OnnxBuilder } from './builder.js';
import { encodeModel, type OnnxValueInfo } from './model.js';
import { QuantizedWeights } from './quantized-weights.js';

/** Options of `emitOnnx`. */
export interface EmitOptions {
  /** Parameters to write into the file, by name; the others stay inputs. Default: none. */
  frozen?: Readonly<Record<string, Float32Array>>;
  /**
   * Frozen parameters to write as int8, by name: weights of products and tables of gathers. The other side of such a
   * product is quantized at run time, row by row. Default: none.
   */
  int8?: readonly string[];
  /** Entries of the file's metadata_props. */
  metadata?: Readonly<Record<string, string>>;
  /** Declare int32 inputs as int64, as Hugging Face models do: all, or those named. Default: false. */
  castInputsToInt64?: boolean | readonly string[];
  /**
   * Write standard ONNX operators only. Default: false, that is, products use ONNX Runtime's
   * FusedMatMul. ONNX Runtime fuses the portable form itself when it loads a model.
   */
  portable?: boolean;
  /** Keep dropout, with its masks as bool inputs `dropout:<name>`. Default: false. */
  training?: boolean;
}

/** A model and what it expects. */
export interface EmittedModel {
  bytes: Uint8Array;
  /** Inputs, then unfrozen parameters, then dropout masks, each in order of creation. */
  inputs: Tensor[];
  parameters: Tensor[];
  masks: Tensor[];
}

/**
 * One ONNX model that computes `outputs`, as file bytes.
 * @throws AutodiffError NAME_TAKEN when an output has the name of an input; SHAPE_MISMATCH when a
 *   frozen array does not fit; SYMBOL_UNBOUND when no input has a size that the model needs;
 *   ATTRIBUTE_INVALID for an `int8` parameter that is not frozen or has no int8 form where it is read.
 */
export function emitOnnx(
  outputs: Readonly<Record<string, Tensor>>,
  options: EmitOptions = {},
): Uint8Array {
  return emitModel(outputs, options).bytes;
}

/** As `emitOnnx`, with the tensors that the model has as inputs. */
export function emitModel(
  outputs: Readonly<Record<string, Tensor>>,
  options: EmitOptions = {},
): EmittedModel {
  const training = options.training ?? false;
  const frozen = options.frozen ?? {};
  const nodes = reachableNodes(Object.values(outputs), training);
  const needed = fedTensors(nodes, 'input');
  const allParameters = fedTensors(nodes, 'parameter');
  const parameters = allParameters.filter((tensor) => frozen[tensor.name] === undefined);
  const masks = fedTensors(nodes, 'mask');
  // An input whose values no output needs may still be the only place to read a size from.
  const others = (nodes[0]?.outputs[0].graph.inputs ?? []).filter((x) => !needed.includes(x));
  const sized = [...needed, ...others].map((tensor) => declare(tensor, options));
  const builder = new OnnxBuilder(sized, { portable: options.portable ?? false });
  const held = allParameters.filter((tensor) => frozen[tensor.name] !== undefined);
  const quantized = new QuantizedWeights(options.int8 ?? [], nodes, held);
  for (const tensor of held) freeze(tensor, frozen[tensor.name], { builder, quantized });
  const scope = { builder, training, quantized };
  const values = emitNodes(nodes, Object.values(outputs), sized, scope);
  const inputs = [...needed, ...others.filter(({ name }) => builder.sizeSources.has(name))];
  const infos = [...inputs, ...parameters, ...masks].map((tensor) => declare(tensor, options));
  const bytes = encodeModel({
    outputs: nameOutputs(outputs, values, infos, builder),
    nodes: builder.nodes,
    initializers: builder.initializers,
    inputs: infos,
    metadata: options.metadata ?? {},
  });
  return { bytes, inputs, parameters, masks };
}

function declare(tensor: Tensor, options: EmitOptions): OnnxValueInfo {
  const wide = options.castInputsToInt64 ?? false;
  const toInt64 =
    tensor.dtype === 'int32' && (wide === true || (wide !== false && wide.includes(tensor.name)));
  return { name: tensor.name, shape: tensor.shape, dtype: toInt64 ? 'int64' : tensor.dtype };
}

interface EmitScope {
  builder: OnnxBuilder;
  training: boolean;
  quantized: QuantizedWeights;
}

function freeze(
  tensor: Tensor,
  data: Float32Array,
  { builder, quantized }: Pick<EmitScope, 'builder' | 'quantized'>,
): void {
  const shape = tensor.shape as readonly number[];
  if (data.length !== sizeOfShape(shape)) {
    throw new AutodiffError(
      'SHAPE_MISMATCH',
      `frozen parameter '${tensor.name}': got ${data.length} values, expected ${formatShape(shape)}`,
    );
  }
  if (quantized.has(tensor)) {
    quantized.addInitializers(tensor, data, builder);
    return;
  }
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  builder.initializers.push({ name: tensor.name, shape, dtype: 'float32', bytes });
}

function emitNodes(
  nodes: readonly Node[],
  outputs: readonly Tensor[],
  declared: readonly OnnxValueInfo[],
  { builder, training, quantized }: EmitScope,
): Map<Tensor, string> {
  const used = new Set<Tensor>([...outputs, ...nodes.flatMap((node) => readsOf(node, training))]);
  const isUsed = (tensor: Tensor) => used.has(tensor);
  const values = new Map<Tensor, string>();
  for (const node of nodes) {
    const operands = readsOf(node, training).map((tensor) => values.get(tensor)!);
    const bypassed = node.operation.trainingOnly && !training;
    const names = bypassed
      ? operands
      : (quantized.emit(node, operands, builder) ??
        node.operation.emit(operands, node.attributes, { builder, node, isUsed }));
    node.outputs.forEach((tensor, index) => {
      values.set(tensor, names[index]);
    });
    const source = fedAs(node);
    const info = declared.find(({ name }) => name === source?.name);
    if (source !== undefined && info !== undefined && info.dtype !== source.dtype) {
      values.set(node.outputs[0], builder.cast(source.name, source.dtype));
    }
  }
  return values;
}

/** Gives the values that are outputs the names of the outputs. */
function nameOutputs(
  outputs: Readonly<Record<string, Tensor>>,
  values: ReadonlyMap<Tensor, string>,
  infos: readonly OnnxValueInfo[],
  builder: OnnxBuilder,
): OnnxValueInfo[] {
  const taken = new Set([...infos, ...builder.initializers].map((value) => value.name));
  const renamed = new Map<string, string>();
  for (const [name, tensor] of Object.entries(outputs)) {
    if (taken.has(name)) {
      throw new AutodiffError('NAME_TAKEN', `output '${name}': an input has the same name`);
    }
    const value = values.get(tensor)!;
    if (taken.has(value) || renamed.has(value)) {
      // An input, a constant or a second name of one value: only a node of its own can bear it.
      builder.nodes.push(identityNode(value, name));
    } else {
      renamed.set(value, name);
    }
  }
  for (const node of builder.nodes) {
    node.inputs = node.inputs.map((value) => renamed.get(value) ?? value);
    node.outputs = node.outputs.map((value) => renamed.get(value) ?? value);
  }
  return Object.entries(outputs).map(([name, tensor]) => ({
    name,
    shape: tensor.shape as readonly Dim[],
    dtype: tensor.dtype,
  }));
}

function identityNode(input: string, output: string) {
  return { opType: 'Identity', domain: '', inputs: [input], outputs: [output], attributes: {} };
}
