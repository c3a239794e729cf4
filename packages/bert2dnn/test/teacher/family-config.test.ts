// config.json of every family: what an absent member means, what is refused, what is written.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../src/foundation/fingerprint.js';
import {
  describeClassifier,
  describeMaskedLanguageModel,
  readTeacherConfig,
  statedMaxPositions,
} from '../../src/teacher/config.js';
import { knownModelTypes } from '../../src/teacher/families.js';
import { buildMaskedLanguageModel } from '../../src/teacher/masked-language-model.js';
import { goldenFolder } from './golden-model.js';

type Members = Record<string, Json>;

const { defaults } = JSON.parse(readFileSync(goldenFolder('defaults.json'), 'utf8')) as {
  defaults: Members[];
};

const read = (members: Members) => readTeacherConfig(members, 'config.json');

describe.each(defaults.map((members) => [String(members['model_type']), members] as const))(
  '%s',
  (modelType, members) => {
    it("takes transformers' default for every absent member", () => {
      const empty = read({ model_type: modelType });
      expect(read(members).encoder).toEqual(empty.encoder);
      for (const name of Object.keys(members).filter((one) => one !== 'model_type')) {
        const { [name]: _, ...others } = members;
        expect(read(others).encoder, name).toEqual(empty.encoder);
      }
    });

    it.each<[string, Json]>([
      ['is_decoder', true],
      ['is_encoder_decoder', true],
      ['add_cross_attention', true],
      ['position_embedding_type', 'relative_key_query'],
      ['pruned_heads', { 0: [1] }],
      ['per_layer_config', { 1: { hidden_size: 4 } }],
      ['quantization_config', { quant_method: 'bitsandbytes' }],
      ['max_position_embeddings', 1.5],
      ['vocab_size', '30522'],
      ['initializer_range', -1],
    ])('refuses %s of %j by name', (name, value) => {
      expect(() => read({ ...members, [name]: value })).toThrow(
        expect.objectContaining({
          code: 'TEACHER_INVALID',
          message: expect.stringContaining(`config.json: "${name}" is ${JSON.stringify(value)}`),
        }),
      );
    });

    it('accepts members that change nothing', () => {
      const harmless = {
        chunk_size_feed_forward: 4,
        pruned_heads: {},
        per_layer_config: null,
        quantization_config: null,
        position_embedding_type: 'absolute',
        use_cache: false,
        output_attentions: true,
        torch_dtype: 'float16',
        summary_type: 'mean',
        qa_dropout: 0.5,
      };
      expect(read({ ...members, ...harmless }).encoder).toEqual(read(members).encoder);
    });
  },
);

describe('members of one family', () => {
  const sizes = { hidden_size: 8, num_attention_heads: 2 };

  it.each<[Members, RegExp]>([
    [{ model_type: 'distilbert', activation: 'swish' }, /"activation" is "swish", expected gelu/],
    [{ model_type: 'bert', hidden_act: 'swish' }, /"hidden_act" is "swish", expected gelu/],
    [
      { model_type: 'distilbert', dim: 10, n_heads: 4 },
      /"n_heads" is 4, expected a divisor of dim/,
    ],
    [
      { model_type: 'distilbert', dim: 8, hidden_size: 16 },
      /"dim" is 8, expected what "hidden_size" says, 16/,
    ],
    [{ model_type: 'distilbert', dropout: 0.95 }, /"dropout" is 0.95, expected .*0\.9/],
    [{ model_type: 'roberta', pad_token_id: null }, /"pad_token_id" is null, expected number/],
    [
      { model_type: 'roberta', max_position_embeddings: 2 },
      /"max_position_embeddings" is 2, expected more than 2/,
    ],
    [{ model_type: 'ernie', use_task_id: 'yes' }, /"use_task_id" is "yes", expected boolean/],
    [{ model_type: 'electra', embedding_size: 0 }, /"embedding_size" is 0/],
    [{ model_type: 'bert', id2label: { 0: 1 } }, /"id2label"/],
    [
      { model_type: 'deberta' },
      /"model_type" is "deberta", expected bert or distilbert or roberta/,
    ],
    [{}, /"model_type" is missing/],
  ])('%j is refused', (members, message) => {
    expect(() => read(members)).toThrow(message);
  });

  it("counts RoBERTa's positions from the padding id on", () => {
    const members = { model_type: 'roberta', max_position_embeddings: 514 };
    expect(read(members).encoder).toMatchObject({ maxPositions: 512, positionOffset: 2 });
    expect(statedMaxPositions(members)).toBe(512);
    expect(statedMaxPositions({ ...members, pad_token_id: 0 })).toBe(513);
    expect(statedMaxPositions({ ...members, model_type: 'bert' })).toBe(514);
    expect(statedMaxPositions({ model_type: 'other' })).toBeUndefined();
  });

  it("takes DistilBERT's sizes under the names that transformers maps to them", () => {
    const { encoder } = read({ model_type: 'distilbert', ...sizes, num_hidden_layers: 3 });
    expect(encoder).toMatchObject({ hiddenSize: 8, numHeads: 2, numLayers: 3, numTypes: 0 });
  });

  it('has task embeddings in ERNIE only where they are used', () => {
    const members = { model_type: 'ernie', task_type_vocab_size: 5 };
    expect(read(members).encoder.numTaskTypes).toBe(0);
    expect(read({ ...members, use_task_id: true }).encoder.numTaskTypes).toBe(5);
  });

  it('projects embeddings in ELECTRA where they are not as wide as the layers', () => {
    const { encoder } = read({ model_type: 'electra', ...sizes, embedding_size: 4 });
    expect(encoder).toMatchObject({ embeddingSize: 4, hiddenSize: 8 });
  });

  it.each([
    ['gelu', 'gelu'],
    ['gelu_python', 'gelu'],
    ['gelu_new', 'gelu_tanh'],
    ['gelu_fast', 'gelu_tanh'],
    ['gelu_accurate', 'gelu_tanh'],
    ['gelu_pytorch_tanh', 'gelu_tanh'],
    ['relu', 'relu'],
  ])('knows the activation %s', (name, activation) => {
    expect(read({ model_type: 'bert', hidden_act: name }).encoder.activation).toBe(activation);
  });
});

describe('a written config.json', () => {
  const architectures = {
    bert: 'Bert',
    distilbert: 'DistilBert',
    roberta: 'Roberta',
    'xlm-roberta': 'XLMRoberta',
    ernie: 'Ernie',
    electra: 'Electra',
  };

  it.each(Object.entries(architectures))('names the classifier of %s', (modelType, name) => {
    const source = {
      model_type: modelType,
      num_labels: 5,
      problem_type: 'regression',
      torch_dtype: 'float16',
      custom: [1],
    };
    const head = { labels: ['no', 'yes'], problemType: 'single_label_classification' as const };
    expect(describeClassifier(read(source), head)).toEqual({
      model_type: modelType,
      custom: [1],
      architectures: [`${name}ForSequenceClassification`],
      dtype: 'float32',
      id2label: { 0: 'no', 1: 'yes' },
      label2id: { no: 0, yes: 1 },
      problem_type: 'single_label_classification',
    });
  });

  it.each(knownModelTypes(true))('names the masked language model of %s', (modelType) => {
    const source = { model_type: modelType, id2label: { 0: 'a' }, label2id: { a: 0 } };
    expect(describeMaskedLanguageModel(read(source))).toEqual({
      model_type: modelType,
      architectures: [`${architectures[modelType as keyof typeof architectures]}ForMaskedLM`],
      dtype: 'float32',
    });
  });

  it('is refused for a masked language model where there is none', () => {
    const electra = read({ model_type: 'electra' });
    expect(() => describeMaskedLanguageModel(electra)).toThrow(
      /electra discriminators have no head over the vocabulary/,
    );
    expect(() => buildMaskedLanguageModel(electra.encoder)).toThrow(/no head over the vocabulary/);
    const untied = read({ model_type: 'bert', tie_word_embeddings: false });
    expect(() => describeMaskedLanguageModel(untied)).toThrow(
      /"tie_word_embeddings" is false, expected true/,
    );
    expect(() => buildMaskedLanguageModel(untied.encoder)).toThrow(/no head over the vocabulary/);
  });
});
