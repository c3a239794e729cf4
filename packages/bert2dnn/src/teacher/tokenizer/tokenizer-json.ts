// The shape of a Hugging Face tokenizer.json: checked here, read by tokenizer.ts.
// What would change ids and is not supported is an error, never ignored.
import { z } from 'zod';
import { Bert2dnnError } from '../../foundation/errors.js';
import type { Json } from '../../foundation/fingerprint.js';
import { addedTokenSchema } from './added-tokens.js';
import { modelSchema } from './model.js';
import { normalizerSchema } from './normalizers.js';
import { isByteLevel, preTokenizerSchema } from './pre-tokenizers.js';
import { postProcessorSchema } from './template.js';

const schema = z.object({
  truncation: z
    .object({
      max_length: z.number().int().min(1),
      strategy: z.literal('LongestFirst'),
      direction: z.literal('Right').default('Right'),
    })
    .nullable()
    .optional(),
  padding: z.object({ pad_token: z.string() }).nullable().optional(),
  added_tokens: z.array(addedTokenSchema).default([]),
  normalizer: normalizerSchema,
  pre_tokenizer: preTokenizerSchema,
  post_processor: postProcessorSchema,
  model: modelSchema,
});

/** A checked tokenizer.json. */
export type TokenizerJson = z.infer<typeof schema>;

const SUPPORTED = {
  hint: 'Supported are WordPiece, byte-level BPE and Unigram tokenizers as BERT, RoBERTa, XLM-R and ALBERT have them.',
};

/**
 * Checks that a value is a tokenizer.json this tokenizer reproduces exactly.
 * @throws Bert2dnnError TOKENIZER_INVALID naming the member, what it holds and what was expected.
 */
export function checkTokenizerJson(value: unknown, place: string): TokenizerJson {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw invalid(value, place, deepestIssue(parsed.error.issues[0]));
  const { model, pre_tokenizer: preTokenizer } = parsed.data;
  if (isByteLevel(preTokenizer) !== (model.type === 'BPE')) {
    throw new Bert2dnnError(
      'TOKENIZER_INVALID',
      `${place}: "pre_tokenizer" ${nameTypes(preTokenizer)} stands before a model of type "${model.type}", ` +
        'expected "ByteLevel" last before "BPE" and before no other',
      SUPPORTED,
    );
  }
  return parsed.data;
}

function nameTypes(json: TokenizerJson['pre_tokenizer']): string {
  if (json === null) return 'null';
  const types = json.type === 'Sequence' ? json.pretokenizers.map((one) => one.type) : [json.type];
  return types.map((type) => `"${type}"`).join(', ');
}

/** Of a union that says its type the issue of that type, which names the member. */
function deepestIssue(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return issue;
  const [closest] = issue.errors
    .map((issues) => deepestIssue(issues[0]))
    .sort((left, right) => right.path.length - left.path.length);
  return { ...closest, path: [...issue.path, ...closest.path] };
}

function invalid(value: unknown, place: string, issue: z.core.$ZodIssue): Bert2dnnError {
  const path = issue.path.join('.');
  const held = issue.path.reduce<unknown>(
    (inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key],
    value,
  );
  const got = held === undefined ? 'nothing' : JSON.stringify(held).slice(0, 80);
  return new Bert2dnnError(
    'TOKENIZER_INVALID',
    `${place}: ${path === '' ? 'the file' : `"${path}"`} is ${got}: ${issue.message}`,
    SUPPORTED,
  );
}

/** What a tokenizer.json written here holds. */
export interface NewTokenizer {
  /** All pieces; a piece's id is its position. */
  pieces: readonly string[];
  lowercase: boolean;
  /** Drops accents; `null`: as `lowercase`. */
  stripAccents?: boolean | null;
  handleChineseChars?: boolean;
  maxTokens: number;
}

const SPECIAL_TOKENS = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];

/** The special tokens of a BERT vocabulary, in the order in which a new vocabulary begins. */
export function specialTokens(): string[] {
  return [...SPECIAL_TOKENS];
}

/** A tokenizer.json for a WordPiece vocabulary, laid out as Hugging Face saves BertTokenizerFast. */
export function buildTokenizerJson(options: NewTokenizer): Record<string, Json> {
  const vocabulary = Object.fromEntries(options.pieces.map((piece, id) => [piece, id]));
  const special = (id: string, typeId: number) => ({ SpecialToken: { id, type_id: typeId } });
  const sequence = (id: 'A' | 'B', typeId: number) => ({ Sequence: { id, type_id: typeId } });
  const idsOf = (token: string) => ({ id: token, ids: [vocabulary[token]], tokens: [token] });
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false };
  const single = [special('[CLS]', 0), sequence('A', 0), special('[SEP]', 0)];
  return {
    version: '1.0',
    truncation: {
      direction: 'Right',
      max_length: options.maxTokens,
      strategy: 'LongestFirst',
      stride: 0,
    },
    padding: null,
    added_tokens: SPECIAL_TOKENS.filter((token) => token in vocabulary).map((content) => ({
      id: vocabulary[content],
      content,
      ...flags,
      special: true,
    })),
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: options.handleChineseChars ?? true,
      strip_accents: options.stripAccents ?? null,
      lowercase: options.lowercase,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: {
      type: 'TemplateProcessing',
      single,
      pair: [...single, sequence('B', 1), special('[SEP]', 1)],
      special_tokens: { '[CLS]': idsOf('[CLS]'), '[SEP]': idsOf('[SEP]') },
    },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: vocabulary,
    },
  };
}
