// The sizes of an encoder, read from a Hugging Face config.json and written back to one.
// A member that changes the maths and is not supported is an error; members that do not are kept as they are.
import { z } from 'zod';
import { Bert2dnnError } from '../foundation/errors.js';
import type { Json } from '../foundation/fingerprint.js';
import { type MemberValues, readMembers } from './config-members.js';
import { findFamily, knownModelTypes } from './families.js';
import type { Activation, ClassifierHead, Family } from './family.js';

/** Sizes and rates that every family states. */
export interface EncoderSizes {
  vocabularySize: number;
  hiddenSize: number;
  numLayers: number;
  numHeads: number;
  intermediateSize: number;
  /** Tokens of a row at most. */
  maxPositions: number;
  /** Token types. 0: the encoder has none; 1: one vector for all tokens, and the types are not read. */
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

/** What the graph of an encoder depends on. */
export interface EncoderConfig extends EncoderSizes {
  /** Width of the embeddings; where it is not the hidden size, a linear layer follows them. */
  embeddingSize: number;
  /** Rows of the position table before that of the first token. */
  positionOffset: number;
  /** Rows of the task table, of which the first serves. 0: there is none. */
  numTaskTypes: number;
  /** Whether dropout stands between the attention's product and its residual. */
  dropsAttentionOutput: boolean;
  head: ClassifierHead;
  /** Activation of the head over the vocabulary, where the encoder has one. */
  maskedLmActivation: Activation | undefined;
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

// The longer names differ from the first in how they compute the same function.
const ACTIVATIONS: Record<string, Activation> = {
  gelu: 'gelu',
  gelu_new: 'gelu_tanh',
  gelu_pytorch_tanh: 'gelu_tanh',
  relu: 'relu',
  gelu_python: 'gelu',
  gelu_fast: 'gelu_tanh',
  gelu_accurate: 'gelu_tanh',
  gelu_python_tanh: 'gelu_tanh',
};

const labelSchema = z.looseObject({
  id2label: z.record(z.string(), z.string()).nullish(),
  num_labels: z.number().int().min(1).max(100_000).nullish(),
});

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
  const read = readMembers(source, family.members);
  if ('problem' in read) {
    const { member, got, expected } = read.problem;
    throw refuse(place, member, got, [expected]);
  }
  const encoder = toEncoderConfig(read.values, family, place);
  const labels = readLabels(source, place);
  return { family, encoder, numOutputs: labels.length, labels, source };
}

function toEncoderConfig(values: MemberValues, family: Family, place: string): EncoderConfig {
  const { members, head, dropsAttentionOutput } = family;
  const { embeddingSize, numPositions, usesTaskTypes, padId, isTied, ...kept } = values;
  const refuseMember = (key: keyof MemberValues, expected: readonly Json[]): Bert2dnnError =>
    refuse(place, members[key].name ?? key, values[key], expected);
  if (!Object.hasOwn(ACTIVATIONS, values.activation)) {
    throw refuseMember('activation', Object.keys(ACTIVATIONS));
  }
  if (values.hiddenSize % values.numHeads !== 0) {
    const width = `${members.hiddenSize.name} ${values.hiddenSize}`;
    throw refuseMember('numHeads', [`a divisor of ${width}`]);
  }
  const positionOffset = family.countsFromPadding ? padId + 1 : 0;
  if (numPositions <= positionOffset) {
    throw refuseMember('numPositions', [`more than ${positionOffset}, where positions begin`]);
  }
  const activation = ACTIVATIONS[values.activation];
  const { maskedLm } = family;
  const ownActivation = maskedLm?.activation === 'hidden' ? activation : maskedLm?.activation;
  return {
    ...kept,
    embeddingSize: embeddingSize === 0 ? values.hiddenSize : embeddingSize,
    maxPositions: numPositions - positionOffset,
    positionOffset,
    numTaskTypes: usesTaskTypes ? values.numTaskTypes : 0,
    activation,
    classifierDropout: values.classifierDropout ?? values.hiddenDropout,
    dropsAttentionOutput,
    head,
    maskedLmActivation: isTied ? ownActivation : undefined,
  };
}

/** Tokens of a row at most, read from a config.json that need not be of a known family; `undefined` if it says none. */
export function statedMaxPositions(value: unknown): number | undefined {
  const source = (value ?? {}) as Record<string, Json>;
  const stated = source['max_position_embeddings'];
  if (typeof stated !== 'number') return undefined;
  const family = findFamily(source['model_type']);
  if (family?.countsFromPadding !== true) return stated;
  const padId = source['pad_token_id'] ?? family.members.padId.fallback;
  return typeof padId === 'number' ? stated - padId - 1 : stated;
}

/**
 * Refuses a model without a head over the vocabulary that shares the token table.
 * @throws Bert2dnnError TEACHER_INVALID
 */
export function requireMaskedLm({ family, encoder, source }: TeacherConfig, place: string): void {
  if (encoder.maskedLmActivation !== undefined) return;
  if (family.maskedLm !== undefined) {
    throw refuse(place, 'tie_word_embeddings', source['tie_word_embeddings'], [true]);
  }
  throw new Bert2dnnError(
    'TEACHER_INVALID',
    `${place}: ${family.modelType} discriminators have no head over the vocabulary, expected a model that is trained by masking`,
    { hint: `Known ones: ${knownModelTypes(true).join(', ')}.` },
  );
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
    { hint: `Encoders with absolute positions are supported: ${knownModelTypes().join(', ')}.` },
  );
}

function readLabels(source: Record<string, Json>, place: string): string[] {
  const parsed = labelSchema.safeParse(source);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const name = String(issue.path[0]);
    throw refuse(place, name, source[name], [issue.message]);
  }
  const { id2label, num_labels: numLabels } = parsed.data;
  if (!id2label) return Array.from({ length: numLabels ?? 2 }, (_, id) => `LABEL_${id}`);
  const ids = Object.keys(id2label).sort((left, right) => Number(left) - Number(right));
  return ids.map((id) => id2label[id]);
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
  return {
    ...membersOfEncoder(config),
    architectures: [config.family.classifierArchitecture],
    dtype: 'float32',
    id2label: Object.fromEntries(head.labels.map((label, id) => [String(id), label])),
    label2id: Object.fromEntries(head.labels.map((label, id) => [label, id])),
    problem_type: head.problemType,
  };
}

/**
 * A config.json for a masked language model: the source's members, float32, no labels.
 * @throws Bert2dnnError TEACHER_INVALID as `requireMaskedLm`.
 */
export function describeMaskedLanguageModel(config: TeacherConfig): Record<string, Json> {
  requireMaskedLm(config, 'config.json');
  const architectures = [config.family.maskedLm!.architecture];
  return { ...membersOfEncoder(config), architectures, dtype: 'float32' };
}

/** Members that a config.json says, less those of its head, its number format and its origin. */
function membersOfEncoder({ source }: TeacherConfig): Record<string, Json> {
  const replaced = ['architectures', 'dtype', 'torch_dtype', '_name_or_path'];
  const ofHead = ['id2label', 'label2id', 'num_labels', '_num_labels', 'problem_type'];
  const kept = Object.entries(source).filter(
    ([name]) => !replaced.includes(name) && !ofHead.includes(name),
  );
  return Object.fromEntries(kept);
}

/** A config.json of a new BERT encoder. */
export function describeBertEncoder(encoder: EncoderSizes): Record<string, Json> {
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
