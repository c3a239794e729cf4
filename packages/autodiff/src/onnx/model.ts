// The parts of an ONNX model that we write, and their encoding.
// Field numbers are those of onnx.proto. Source: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
import { AutodiffError } from '../errors.js';
import type { DataType } from '../graph/data-type.js';
import type { Dim } from '../graph/dimension.js';
import { ProtobufMessage } from './protobuf.js';

/** An attribute of an ONNX node. */
export type OnnxAttribute =
  | { kind: 'int'; value: number }
  | { kind: 'float'; value: number }
  | { kind: 'ints'; value: readonly number[] }
  | { kind: 'text'; value: string }
  | { kind: 'texts'; value: readonly string[] };

/** A node of the ONNX graph; values are linked by name. */
export interface OnnxNode {
  opType: string;
  domain: string;
  inputs: string[];
  outputs: string[];
  attributes: Readonly<Record<string, OnnxAttribute>>;
}

/**
 * Element types: those of tensors and of quantized numbers; half precision, texts and float64, which hand-written
 * models use and graphs do not.
 */
export type OnnxElementType = DataType | 'int8' | 'uint8' | 'float16' | 'float64' | 'string';

/** A constant with its little-endian bytes. */
export interface OnnxInitializer {
  name: string;
  shape: readonly number[];
  dtype: Exclude<OnnxElementType, 'string'>;
  bytes: Uint8Array;
}

/** A constant of texts. */
export interface OnnxTextInitializer {
  name: string;
  shape: readonly number[];
  dtype: 'string';
  texts: readonly string[];
}

/** A graph input or output. */
export interface OnnxValueInfo {
  name: string;
  shape: readonly Dim[];
  dtype: DataType | 'float16' | 'string';
}

/** A whole model. */
export interface OnnxModel {
  nodes: readonly OnnxNode[];
  initializers: readonly (OnnxInitializer | OnnxTextInitializer)[];
  inputs: readonly OnnxValueInfo[];
  outputs: readonly OnnxValueInfo[];
  metadata: Readonly<Record<string, string>>;
}

/** Version of the standard operators: 20 is the first with Gelu. */
export const OPSET_VERSION = 20;
/** Domain of ONNX Runtime's own operators, such as FusedMatMul. */
export const MICROSOFT_DOMAIN = 'com.microsoft';
/** Domain of the standard's operators on tables and texts, such as LabelEncoder. */
export const ML_DOMAIN = 'ai.onnx.ml';
/** Version of each domain's operators. */
const DOMAIN_VERSIONS: Readonly<Record<string, number>> = {
  '': OPSET_VERSION,
  [ML_DOMAIN]: 3,
  [MICROSOFT_DOMAIN]: 1,
};
/** Version of the file format that belongs to opset 20. */
const IR_VERSION = 9;

/** ONNX's number of each element type. */
export const TENSOR_TYPE: Readonly<Record<OnnxElementType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
};

const ATTRIBUTE_TYPE = { float: 1, int: 2, text: 3, ints: 7, texts: 8 } as const;

/** Readers of protobuf refuse larger messages. */
const MAX_SIZE_BYTES = 2 ** 31 - 1;

/**
 * The bytes of a model file. Equal models give equal bytes.
 * @throws AutodiffError MODEL_INVALID when the file would be larger than 2 GB.
 */
export function encodeModel(model: OnnxModel): Uint8Array {
  const domains = [...new Set(['', ...model.nodes.map((node) => node.domain)])].sort();
  const metadata = Object.entries(model.metadata).sort(([a], [b]) => (a < b ? -1 : 1));
  const message = new ProtobufMessage()
    .integer(1, IR_VERSION)
    .text(2, '@bert2dnn/autodiff')
    .message(7, encodeGraph(model))
    .repeated(domains, (message, domain) => message.message(8, encodeOperatorSet(domain)))
    .repeated(metadata, (message, [key, value]) =>
      message.message(14, new ProtobufMessage().text(1, key).text(2, value)),
    );
  if (message.sizeBytes > MAX_SIZE_BYTES) {
    throw new AutodiffError(
      'MODEL_INVALID',
      `ONNX model: ${message.sizeBytes} bytes, expected at most ${MAX_SIZE_BYTES}`,
    );
  }
  return message.finish();
}

function encodeOperatorSet(domain: string): ProtobufMessage {
  return new ProtobufMessage().text(1, domain).integer(2, DOMAIN_VERSIONS[domain]);
}

function encodeGraph(model: OnnxModel): ProtobufMessage {
  return new ProtobufMessage()
    .repeated(model.nodes, (message, node) => message.message(1, encodeNode(node)))
    .text(2, 'graph')
    .repeated(model.initializers, (message, tensor) => message.message(5, encodeTensor(tensor)))
    .repeated(model.inputs, (message, info) => message.message(11, encodeValueInfo(info)))
    .repeated(model.outputs, (message, info) => message.message(12, encodeValueInfo(info)));
}

function encodeNode(node: OnnxNode): ProtobufMessage {
  const message = new ProtobufMessage()
    .repeated(node.inputs, (self, name) => self.text(1, name))
    .repeated(node.outputs, (self, name) => self.text(2, name))
    .text(3, node.outputs[0])
    .text(4, node.opType)
    .repeated(Object.entries(node.attributes), (self, [name, attribute]) =>
      self.message(5, encodeAttribute(name, attribute)),
    );
  return node.domain === '' ? message : message.text(7, node.domain);
}

function encodeAttribute(name: string, attribute: OnnxAttribute): ProtobufMessage {
  const message = new ProtobufMessage().text(1, name);
  if (attribute.kind === 'float') message.float(2, attribute.value);
  else if (attribute.kind === 'int') message.integer(3, attribute.value);
  else if (attribute.kind === 'text') message.text(4, attribute.value);
  else if (attribute.kind === 'texts') {
    message.repeated(attribute.value, (self, value) => self.text(9, value));
  } else message.repeated(attribute.value, (self, value) => self.integer(8, value));
  return message.integer(20, ATTRIBUTE_TYPE[attribute.kind]);
}

function encodeTensor(tensor: OnnxInitializer | OnnxTextInitializer): ProtobufMessage {
  const message = new ProtobufMessage()
    .repeated(tensor.shape, (self, dim) => self.integer(1, dim))
    .integer(2, TENSOR_TYPE[tensor.dtype]);
  if (tensor.dtype !== 'string') return message.text(8, tensor.name).bytes(9, tensor.bytes);
  return message.repeated(tensor.texts, (self, value) => self.text(6, value)).text(8, tensor.name);
}

function encodeValueInfo(info: OnnxValueInfo): ProtobufMessage {
  const shape = new ProtobufMessage().repeated(info.shape, (message, dim) => {
    const encoded = new ProtobufMessage();
    message.message(1, typeof dim === 'number' ? encoded.integer(1, dim) : encoded.text(2, dim));
  });
  const tensorType = new ProtobufMessage().integer(1, TENSOR_TYPE[info.dtype]).message(2, shape);
  const type = new ProtobufMessage().message(1, tensorType);
  return new ProtobufMessage().text(1, info.name).message(2, type);
}
