// The sizes of a BERT-shaped encoder, read from a Hugging Face config.json and written back to one.
// A member that changes the maths and is not supported is an error; members that do not are kept as they are.
import { z } from 'zod';
import { Bert2dnnError } from '../foundation/errors.js';
import type { Json } from '../foundation/fingerprint.js';
import { type Family, findFamily, knownModelTypes } from './family.js';

/** Activations between the two products of a layer. `gelu_tanh` is the tanh approximation. */
export type Activation = 'gelu' | 'gelu_tanh' | 'relu';

/** What the graph of an encoder depends on. */
export interface EncoderConfig {
  vocabularySize: number;
  hiddenSize: number;
  numLayers: number;
  numHeads: number;
  intermediateSize: number;
  maxPositions: number;
  numTypes: number;
  layerNormEpsilon: number;
  activation: Activation;
  /** Dropout on embeddings and layer outputs. */
  hiddenDropout: number;
  /** Dropout on attention probabilities. */
  attentionDropout: number;
  /** Dropout before the classifier. */
  classifierDropout: number;
  initializerRange: number;
}

/** A config.json, understood. */
export interface TeacherConfig {
  family: Family;
  encoder: EncoderConfig;
  /** Logits of the head: 1 or the number of classes; a folder without a head states what it would have. */
  numOutputs: number;
  /** Names of the outputs by index. */
  labels: string[];
  /** The file as it was, the base of what is written back. */
  source: Record<string, Json>;
}

const ACTIVATIONS: Record<string, Activation> = {
  gelu: 'gelu',
  gelu_new: 'gelu_tanh',
  gelu_pytorch_tanh: 'gelu_tanh',
  relu: 'relu',
};

const size = z.number().int().min(1);
const rate = z.number().min(0).max(0.9);

const schema = z.looseObject({
  vocab_size: size,
  hidden_size: size,
  num_hidden_layers: size,
  num_attention_heads: size,
  intermediate_size: size,
  max_position_embeddings: size,
  type_vocab_size: size.default(2),
  layer_norm_eps: z.number().positive().default(1e-12),
  hidden_act: z.string(),
  hidden_dropout_prob: rate.default(0.1),
  attention_probs_dropout_prob: rate.default(0.1),
  classifier_dropout: rate.nullable().optional(),
  initializer_range: z.number().positive().default(0.02),
  id2label: z.record(z.string(), z.string()).optional(),
  num_labels: size.optional(),
});

// Members that change what the encoder computes, with the values (or absence) that this graph computes.
const FIXED_MEMBERS: Record<string, readonly Json[]> = {
  position_embedding_type: ['absolute'],
  is_decoder: [false],
  add_cross_attention: [false],
  use_task_id: [false],
  quantization_config: [null],
};

/**
 * Understands the content of a config.json; `place` names it in errors.
 * @throws Bert2dnnError TEACHER_INVALID naming the member, its value and what is supported.
 */
export function readTeacherConfig(value: unknown, place: string): TeacherConfig {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new Bert2dnnError('TEACHER_INVALID', `${place}: expected an object`);
  }
  const source = value as Record<string, Json>;
  const family = findFamily(source['model_type']);
  if (family === undefined) {
    throw refuse(place, 'model_type', source['model_type'], knownModelTypes());
  }
  const parsed = schema.safeParse(source);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const name = String(issue.path[0] ?? 'config');
    throw refuse(place, name, source[name], [issue.message]);
  }
  checkFixedMembers(source, parsed.data, place);
  const labels = readLabels(parsed.data.id2label, parsed.data.num_labels ?? 2);
  const encoder = toEncoderConfig(parsed.data);
  return { family, encoder, numOutputs: labels.length, labels, source };
}

function checkFixedMembers(
  source: Record<string, Json>,
  config: z.infer<typeof schema>,
  place: string,
): void {
  for (const [name, allowed] of Object.entries(FIXED_MEMBERS)) {
    const given = source[name];
    if (given !== undefined && given !== null && !allowed.includes(given)) {
      throw refuse(place, name, given, allowed);
    }
  }
  const pruned = source['pruned_heads'];
  if (pruned && Object.keys(pruned as object).length > 0) {
    throw refuse(place, 'pruned_heads', pruned, ['none']);
  }
  const embeddingSize = source['embedding_size'];
  if (embeddingSize !== undefined && embeddingSize !== config.hidden_size) {
    throw refuse(place, 'embedding_size', embeddingSize, [config.hidden_size]);
  }
  if (!(config.hidden_act in ACTIVATIONS)) {
    throw refuse(place, 'hidden_act', config.hidden_act, Object.keys(ACTIVATIONS));
  }
  if (config.hidden_size % config.num_attention_heads !== 0) {
    const divisible = `a divisor of hidden_size ${config.hidden_size}`;
    throw refuse(place, 'num_attention_heads', config.num_attention_heads, [divisible]);
  }
}

function refuse(
  place: string,
  member: string,
  got: Json | undefined,
  expected: readonly Json[],
): Bert2dnnError {
  const held = got === undefined ? 'missing' : JSON.stringify(got);
  const supported = expected.map((item) =>
    typeof item === 'string' ? item : JSON.stringify(item),
  );
  return new Bert2dnnError(
    'TEACHER_INVALID',
    `${place}: "${member}" is ${held}, expected ${supported.join(' or ')}`,
    { hint: 'A BERT-shaped encoder with absolute positions is supported.' },
  );
}

function readLabels(id2label: Record<string, string> | undefined, numLabels: number): string[] {
  if (id2label === undefined) return Array.from({ length: numLabels }, (_, id) => `LABEL_${id}`);
  const ids = Object.keys(id2label).sort((left, right) => Number(left) - Number(right));
  return ids.map((id) => id2label[id]);
}

function toEncoderConfig(config: z.infer<typeof schema>): EncoderConfig {
  return {
    vocabularySize: config.vocab_size,
    hiddenSize: config.hidden_size,
    numLayers: config.num_hidden_layers,
    numHeads: config.num_attention_heads,
    intermediateSize: config.intermediate_size,
    maxPositions: config.max_position_embeddings,
    numTypes: config.type_vocab_size,
    layerNormEpsilon: config.layer_norm_eps,
    activation: ACTIVATIONS[config.hidden_act],
    hiddenDropout: config.hidden_dropout_prob,
    attentionDropout: config.attention_probs_dropout_prob,
    classifierDropout: config.classifier_dropout ?? config.hidden_dropout_prob,
    initializerRange: config.initializer_range,
  };
}

/** How a written config.json describes the head. */
export interface HeadDescription {
  labels: readonly string[];
  /** What transformers derives its loss from. */
  problemType: 'regression' | 'single_label_classification' | 'multi_label_classification';
}

/** A config.json for a classifier: the source's members, float32, with the head described. */
export function describeClassifier(
  config: TeacherConfig,
  head: HeadDescription,
): Record<string, Json> {
  const { dtype: _, torch_dtype: __, _name_or_path: ___, ...kept } = config.source;
  return {
    ...kept,
    architectures: [config.family.classifierArchitecture],
    dtype: 'float32',
    id2label: Object.fromEntries(head.labels.map((label, id) => [String(id), label])),
    label2id: Object.fromEntries(head.labels.map((label, id) => [label, id])),
    problem_type: head.problemType,
  };
}

/** A config.json of a new BERT encoder. */
export function describeBertEncoder(encoder: EncoderConfig): Record<string, Json> {
  return {
    architectures: ['BertModel'],
    model_type: 'bert',
    vocab_size: encoder.vocabularySize,
    hidden_size: encoder.hiddenSize,
    num_hidden_layers: encoder.numLayers,
    num_attention_heads: encoder.numHeads,
    intermediate_size: encoder.intermediateSize,
    max_position_embeddings: encoder.maxPositions,
    type_vocab_size: encoder.numTypes,
    layer_norm_eps: encoder.layerNormEpsilon,
    hidden_act: encoder.activation === 'gelu_tanh' ? 'gelu_new' : encoder.activation,
    hidden_dropout_prob: encoder.hiddenDropout,
    attention_probs_dropout_prob: encoder.attentionDropout,
    classifier_dropout: null,
    initializer_range: encoder.initializerRange,
    pad_token_id: 0,
    position_embedding_type: 'absolute',
    use_cache: true,
  };
}
