// The supported families as data. Source of names, defaults and order of operations: transformers 5.23,
// models/{bert,distilbert,roberta,xlm_roberta,ernie,electra}/{configuration,modeling}_*.py.
import type { ConfigMembers } from './config-members.js';
import type { Family, MaskedLmHead } from './family.js';

const BERT_MEMBERS: ConfigMembers = {
  vocabularySize: { name: 'vocab_size', fallback: 30522 },
  embeddingSize: { fallback: 0 },
  hiddenSize: { name: 'hidden_size', fallback: 768 },
  numLayers: { name: 'num_hidden_layers', fallback: 12 },
  numHeads: { name: 'num_attention_heads', fallback: 12 },
  intermediateSize: { name: 'intermediate_size', fallback: 3072 },
  numPositions: { name: 'max_position_embeddings', fallback: 512 },
  numTypes: { name: 'type_vocab_size', fallback: 2 },
  usesTaskTypes: { fallback: false },
  numTaskTypes: { fallback: 0 },
  padId: { fallback: 0 },
  layerNormEpsilon: { name: 'layer_norm_eps', fallback: 1e-12 },
  activation: { name: 'hidden_act', fallback: 'gelu' },
  hiddenDropout: { name: 'hidden_dropout_prob', fallback: 0.1 },
  attentionDropout: { name: 'attention_probs_dropout_prob', fallback: 0.1 },
  classifierDropout: { name: 'classifier_dropout', fallback: null },
  initializerRange: { name: 'initializer_range', fallback: 0.02 },
  isTied: { name: 'tie_word_embeddings', fallback: true },
};

const BERT: Family = {
  modelType: 'bert',
  classifierArchitecture: 'BertForSequenceClassification',
  prefix: 'bert.',
  members: BERT_MEMBERS,
  encoderTensors: {
    'embeddings.token': 'embeddings.word_embeddings.weight',
    'embeddings.position': 'embeddings.position_embeddings.weight',
    'embeddings.type': 'embeddings.token_type_embeddings.weight',
    ...weightAndBias('embeddings.norm', 'embeddings.LayerNorm'),
    ...layerTensors('encoder.layer', {
      query: 'attention.self.query',
      key: 'attention.self.key',
      value: 'attention.self.value',
      attention: 'attention.output.dense',
      'attention.norm': 'attention.output.LayerNorm',
      intermediate: 'intermediate.dense',
      output: 'output.dense',
      'output.norm': 'output.LayerNorm',
    }),
  },
  poolerTensors: weightAndBias('pooler', 'pooler.dense'),
  headTensors: weightAndBias('classifier', 'classifier'),
  head: { activation: 'tanh', dropsInput: false },
  maskedLm: bertMaskedLm('BertForMaskedLM'),
  countsFromPadding: false,
  dropsAttentionOutput: true,
  ignoredTensors: /^(cls\.|qa_outputs\.|(bert\.)?embeddings\.(position_ids|token_type_ids)$)/,
};

const ERNIE: Family = {
  ...BERT,
  modelType: 'ernie',
  classifierArchitecture: 'ErnieForSequenceClassification',
  prefix: 'ernie.',
  members: {
    ...BERT_MEMBERS,
    usesTaskTypes: { name: 'use_task_id', fallback: false },
    numTaskTypes: { name: 'task_type_vocab_size', fallback: 3 },
  },
  encoderTensors: {
    ...BERT.encoderTensors,
    'embeddings.task': 'embeddings.task_type_embeddings.weight',
  },
  maskedLm: bertMaskedLm('ErnieForMaskedLM'),
  ignoredTensors: /^(cls\.|qa_outputs\.|(ernie\.)?embeddings\.(position_ids|token_type_ids)$)/,
};

const DISTILBERT: Family = {
  modelType: 'distilbert',
  classifierArchitecture: 'DistilBertForSequenceClassification',
  prefix: 'distilbert.',
  members: {
    ...BERT_MEMBERS,
    hiddenSize: { name: 'dim', alias: 'hidden_size', fallback: 768 },
    numLayers: { name: 'n_layers', alias: 'num_hidden_layers', fallback: 6 },
    numHeads: { name: 'n_heads', alias: 'num_attention_heads', fallback: 12 },
    intermediateSize: { name: 'hidden_dim', fallback: 3072 },
    numTypes: { fallback: 0 },
    layerNormEpsilon: { fallback: 1e-12 },
    activation: { name: 'activation', fallback: 'gelu' },
    hiddenDropout: { name: 'dropout', fallback: 0.1 },
    attentionDropout: { name: 'attention_dropout', fallback: 0.1 },
    classifierDropout: { name: 'seq_classif_dropout', fallback: 0.2 },
  },
  encoderTensors: {
    'embeddings.token': 'embeddings.word_embeddings.weight',
    'embeddings.position': 'embeddings.position_embeddings.weight',
    ...weightAndBias('embeddings.norm', 'embeddings.LayerNorm'),
    ...layerTensors('transformer.layer', {
      query: 'attention.q_lin',
      key: 'attention.k_lin',
      value: 'attention.v_lin',
      attention: 'attention.out_lin',
      'attention.norm': 'sa_layer_norm',
      intermediate: 'ffn.lin1',
      output: 'ffn.lin2',
      'output.norm': 'output_layer_norm',
    }),
  },
  poolerTensors: {},
  headTensors: {
    ...weightAndBias('pooler', 'pre_classifier'),
    ...weightAndBias('classifier', 'classifier'),
  },
  head: { activation: 'relu', dropsInput: false },
  maskedLm: {
    architecture: 'DistilBertForMaskedLM',
    activation: 'hidden',
    tensors: {
      ...weightAndBias('mlm.dense', 'vocab_transform'),
      ...weightAndBias('mlm.norm', 'vocab_layer_norm'),
      'mlm.bias': 'vocab_projector.bias',
    },
    copies: { 'vocab_projector.weight': 'embeddings.token' },
  },
  countsFromPadding: false,
  dropsAttentionOutput: false,
  ignoredTensors: /^(vocab_\w+\.|qa_outputs\.|(distilbert\.)?embeddings\.position_ids$)/,
};

const ROBERTA: Family = {
  ...BERT,
  modelType: 'roberta',
  classifierArchitecture: 'RobertaForSequenceClassification',
  prefix: 'roberta.',
  members: {
    ...BERT_MEMBERS,
    vocabularySize: { name: 'vocab_size', fallback: 50265 },
    padId: { name: 'pad_token_id', fallback: 1 },
  },
  poolerTensors: {},
  headTensors: {
    ...weightAndBias('pooler', 'classifier.dense'),
    ...weightAndBias('classifier', 'classifier.out_proj'),
  },
  head: { activation: 'tanh', dropsInput: true },
  maskedLm: robertaMaskedLm('RobertaForMaskedLM'),
  countsFromPadding: true,
  ignoredTensors:
    /^(lm_head\.|qa_outputs\.|(roberta\.)?(pooler\.|embeddings\.(position_ids|token_type_ids)$))/,
};

const XLM_ROBERTA: Family = {
  ...ROBERTA,
  modelType: 'xlm-roberta',
  classifierArchitecture: 'XLMRobertaForSequenceClassification',
  members: { ...ROBERTA.members, vocabularySize: BERT_MEMBERS.vocabularySize },
  maskedLm: robertaMaskedLm('XLMRobertaForMaskedLM'),
};

// `summary_*` is read by ELECTRA's multiple-choice head alone.
const ELECTRA: Family = {
  ...BERT,
  modelType: 'electra',
  classifierArchitecture: 'ElectraForSequenceClassification',
  prefix: 'electra.',
  members: {
    ...BERT_MEMBERS,
    embeddingSize: { name: 'embedding_size', fallback: 128 },
    hiddenSize: { name: 'hidden_size', fallback: 256 },
    numHeads: { name: 'num_attention_heads', fallback: 4 },
    intermediateSize: { name: 'intermediate_size', fallback: 1024 },
  },
  encoderTensors: {
    ...BERT.encoderTensors,
    ...weightAndBias('embeddings.project', 'embeddings_project'),
  },
  poolerTensors: {},
  headTensors: ROBERTA.headTensors,
  head: { activation: 'gelu', dropsInput: true },
  maskedLm: undefined,
  ignoredTensors:
    /^(discriminator_predictions\.|sequence_summary\.|qa_outputs\.|(electra\.)?embeddings\.(position_ids|token_type_ids)$)/,
  refusedTensors: {
    pattern: /^generator_/,
    reason: 'belongs to an ELECTRA generator, expected a discriminator',
  },
};

const FAMILIES: readonly Family[] = [BERT, DISTILBERT, ROBERTA, XLM_ROBERTA, ERNIE, ELECTRA];

/** The family of a `model_type`, or `undefined` if it is not known. */
export function findFamily(modelType: unknown): Family | undefined {
  return FAMILIES.find((family) => family.modelType === modelType);
}

/** Every `model_type` that is known, or those with a head over the vocabulary. */
export function knownModelTypes(isMaskedLm = false): string[] {
  const families = isMaskedLm ? FAMILIES.filter(({ maskedLm }) => maskedLm) : FAMILIES;
  return families.map((family) => family.modelType);
}

/** Names of a linear layer's or a norm's two tensors. */
function weightAndBias(place: string, name: string): Record<string, string> {
  return { [`${place}.weight`]: `${name}.weight`, [`${place}.bias`]: `${name}.bias` };
}

/** Names of a layer's tensors: part of a layer -> name below the layer. */
function layerTensors(stack: string, parts: Record<string, string>): Record<string, string> {
  const entries = Object.entries(parts).map(([part, name]) =>
    weightAndBias(`layer.{layer}.${part}`, `${stack}.{layer}.${name}`),
  );
  return Object.assign({}, ...entries);
}

function bertMaskedLm(architecture: string): MaskedLmHead {
  return {
    architecture,
    activation: 'hidden',
    tensors: {
      ...weightAndBias('mlm.dense', 'cls.predictions.transform.dense'),
      ...weightAndBias('mlm.norm', 'cls.predictions.transform.LayerNorm'),
      'mlm.bias': 'cls.predictions.bias',
    },
    copies: {
      'cls.predictions.decoder.weight': 'embeddings.token',
      'cls.predictions.decoder.bias': 'mlm.bias',
    },
  };
}

/** QUIRK: the head has the exact GELU, whatever the layers have. Source: modeling_roberta.py, RobertaLMHead. */
function robertaMaskedLm(architecture: string): MaskedLmHead {
  return {
    architecture,
    activation: 'gelu',
    tensors: {
      ...weightAndBias('mlm.dense', 'lm_head.dense'),
      ...weightAndBias('mlm.norm', 'lm_head.layer_norm'),
      'mlm.bias': 'lm_head.bias',
    },
    copies: {
      'lm_head.decoder.weight': 'embeddings.token',
      'lm_head.decoder.bias': 'mlm.bias',
    },
  };
}
