// `--model tiny`: a small BERT from scratch, with a WordPiece vocabulary trained on the data at hand.
import { type ExampleSet, readExamples } from '../data/index.js';
import { Bert2dnnError } from '../foundation/errors.js';
import { describeBertEncoder, type EncoderSizes, readTeacherConfig } from './config.js';
import { completeParameters, type StartModel } from './start-model.js';
import { Tokenizer } from './tokenizer/tokenizer.js';
import { buildTokenizerJson } from './tokenizer/tokenizer-json.js';
import { trainVocabulary, WordCounter } from './tokenizer/vocabulary-training.js';

/** Sizes of a tiny model. The defaults make about 1 M parameters that train at thousands of rows a second. */
export interface TinyOptions {
  /** WordPiece pieces at most. Default 4000. */
  vocabularySize?: number;
  /** Default 2. */
  numLayers?: number;
  /** Width; a multiple of `numHeads`. Default 128. */
  hiddenSize?: number;
  /** Default 4. */
  numHeads?: number;
  /** Width between the two products of a layer. Default 4 x hiddenSize. */
  intermediateSize?: number;
  /** Longest sequence the model can ever take. Default 128. */
  maxPositions?: number;
  /** Default 0.1, on embeddings, attention, layer outputs and classifier. */
  dropout?: number;
  /** Standard deviation of new weights. Default 0.02. */
  initializerRange?: number;
}

/** What a tiny model is made from. */
export interface TinySource {
  /** Texts that the vocabulary is trained on, or their words, counted. */
  texts: Iterable<string> | WordCounter;
  seed: number;
  options?: TinyOptions;
}

/** The words of all fields of a set, for a vocabulary; the texts are not kept. @throws Bert2dnnError as `readExamples`. */
export async function countWords(set: ExampleSet): Promise<WordCounter> {
  const words = new WordCounter();
  for await (const { fields } of readExamples(set)) {
    for (const texts of fields) for (const text of texts) words.add(text);
  }
  return words;
}

/**
 * A new encoder with its tokenizer. Equal texts, seed and options give equal values.
 * @throws Bert2dnnError CONFIG_INVALID when the width is no multiple of the heads, TOO_FEW_EXAMPLES without words.
 */
export function createTinyModel({ texts, seed, options = {} }: TinySource): StartModel {
  const pieces = trainVocabulary(texts, { size: options.vocabularySize ?? 4000 });
  const sizes = tinyEncoder(options, pieces.length);
  const config = readTeacherConfig(describeBertEncoder(sizes), 'tiny');
  const { encoder } = config;
  const tokenizerJson = buildTokenizerJson({
    pieces,
    lowercase: true,
    maxTokens: encoder.maxPositions,
  });
  const { parameters } = completeParameters({}, { encoder, numOutputs: 1, seed });
  // The head is made when the task, and so its width, is known.
  delete parameters['classifier.weight'];
  delete parameters['classifier.bias'];
  return {
    config,
    tokenizer: Tokenizer.fromJson(tokenizerJson, 'tiny'),
    tokenizerFiles: {
      'tokenizer.json': `${JSON.stringify(tokenizerJson, null, 2)}\n`,
      'tokenizer_config.json': `${JSON.stringify(tokenizerConfig(encoder.maxPositions), null, 2)}\n`,
      'vocab.txt': `${pieces.join('\n')}\n`,
    },
    parameters,
    source: 'tiny',
  };
}

function tinyEncoder(options: TinyOptions, vocabularySize: number): EncoderSizes {
  const hiddenSize = options.hiddenSize ?? 128;
  const numHeads = options.numHeads ?? 4;
  if (hiddenSize % numHeads !== 0) {
    throw new Bert2dnnError(
      'CONFIG_INVALID',
      `tiny model: width ${hiddenSize} is no multiple of ${numHeads} heads`,
    );
  }
  const dropout = options.dropout ?? 0.1;
  return {
    vocabularySize,
    hiddenSize,
    numLayers: options.numLayers ?? 2,
    numHeads,
    intermediateSize: options.intermediateSize ?? 4 * hiddenSize,
    maxPositions: options.maxPositions ?? 128,
    numTypes: 2,
    layerNormEpsilon: 1e-12,
    activation: 'gelu',
    hiddenDropout: dropout,
    attentionDropout: dropout,
    classifierDropout: dropout,
    initializerRange: options.initializerRange ?? 0.02,
  };
}

function tokenizerConfig(maxTokens: number): Record<string, unknown> {
  return {
    tokenizer_class: 'BertTokenizer',
    do_lower_case: true,
    strip_accents: null,
    tokenize_chinese_chars: true,
    model_max_length: maxTokens,
    cls_token: '[CLS]',
    mask_token: '[MASK]',
    pad_token: '[PAD]',
    sep_token: '[SEP]',
    unk_token: '[UNK]',
  };
}
