// A student as one ONNX file for ONNX Runtime in any language: standard operators only, nothing of ours beside it.
// Ids in (every student), or words or texts in (students of listed n-grams); logits and calibrated scores out.
import { encodeModel, OnnxBuilder, type OnnxValueInfo } from '@bert2dnn/autodiff';
import type {
  BlockDefinition,
  StoredParameters,
  Student,
  StudentDefinition,
} from '@bert2dnn/student';
import { Bert2dnnError } from '../foundation/errors.js';
import { CODE_VERSION } from '../foundation/version.js';
import { addHead } from './onnx/head.js';
import { idBag, idInputs } from './onnx/id-bags.js';
import { StoredTensors } from './onnx/stored-tensors.js';
import { textBags, textInputs } from './onnx/text-bags.js';
import type { OnnxInput } from './onnx-inputs.js';

/** Protobuf's limit for a file, less a share for all that is not a parameter. */
const MAX_PARAMETER_BYTES = 2 ** 31 - 2 ** 26;

/**
 * The bytes of an ONNX model (opset 20, `ai.onnx.ml` 3) that scores as the student does, tables and weights in the
 * precision in which it stores them. Outputs: `logit` [B, O]; `score` [B] or, of several outputs, `probabilities`
 * [B, O]; `vector_<field>` [B, E] of a student with towers. Equal students give equal bytes.
 * @throws Bert2dnnError USAGE for an input that the student's features cannot be made from inside a model, and for a
 *   student larger than 2 GB.
 */
export function studentToOnnx(student: Student, input: OnnxInput = 'ids'): Uint8Array {
  const { definition } = student;
  checkInput(definition, input);
  checkSize(student.parameters);
  const inputs = input === 'ids' ? idInputs(definition.blocks) : textInputs(definition, input);
  const builder = new OnnxBuilder(inputs, { portable: true });
  const tensors = new StoredTensors(builder, student);
  const vectors =
    input === 'ids'
      ? idBags(builder, tensors, definition)
      : textBags(builder, tensors, { student, form: input });
  const outputs: OnnxValueInfo[] = addHead({ builder, tensors, definition, vectors });
  const { nodes, initializers } = builder;
  return encodeModel({
    nodes,
    initializers,
    inputs,
    outputs,
    metadata: metadataOf(student, input),
  });
}

function idBags(
  builder: OnnxBuilder,
  tensors: StoredTensors,
  { blocks, combiner, embeddingSize: width }: StudentDefinition,
): Map<string, string> {
  return new Map(
    blocks.map((block) => [block.name, idBag(builder, tensors, { block, combiner, width })]),
  );
}

/** What a reader of the file wants to know: the definition whole, and what it would look up first. */
function metadataOf({ definition }: Student, input: OnnxInput): Record<string, string> {
  return {
    format: `${definition.format}-onnx`,
    version: String(definition.version),
    input,
    definition: JSON.stringify(definition),
    producer: `bert2dnn ${CODE_VERSION}`,
  };
}

function checkInput({ text, blocks }: StudentDefinition, input: OnnxInput): void {
  if (input === 'ids') return;
  const other = blocks.find((block) => !isListed(block));
  if (other !== undefined) {
    throw refuse(input, `block ${other.name} has hashed features, which no operator can make`);
  }
  if (input === 'text' && text.tokenizer !== 'paper') {
    const why = 'the tokenizer default needs more of Unicode than ONNX has operators for';
    throw refuse(input, why, 'Take --onnx-input words and split texts yourself, or ids.');
  }
  if (input === 'words' && text.tokenizer === 'paper') {
    const why = 'the tokenizer paper has empty words, which cannot be told from padding';
    throw refuse(input, why, 'Take --onnx-input text.');
  }
}

function isListed(block: BlockDefinition): boolean {
  return block.kind === 'ngrams' && block.vocabulary === 'list';
}

function refuse(
  input: OnnxInput,
  why: string,
  hint = 'Take --onnx-input ids: any student can be given ids.',
): Bert2dnnError {
  return new Bert2dnnError('USAGE', `--onnx-input ${input}: ${why}`, { hint });
}

function checkSize(parameters: StoredParameters): void {
  let sizeBytes = 0;
  for (const tensor of Object.values(parameters)) {
    if (tensor instanceof Float32Array) sizeBytes += tensor.byteLength;
    else if (tensor.precision === 'float16') sizeBytes += tensor.bits.byteLength;
    else sizeBytes += tensor.values.byteLength + tensor.scales.byteLength;
  }
  if (sizeBytes <= MAX_PARAMETER_BYTES) return;
  const message = `ONNX: ${sizeBytes} bytes of parameters, expected at most ${MAX_PARAMETER_BYTES} in one file`;
  throw new Bert2dnnError('USAGE', message, {
    hint: 'Take --precision int8 or float16, or distil with a smaller vocabulary.',
  });
}
