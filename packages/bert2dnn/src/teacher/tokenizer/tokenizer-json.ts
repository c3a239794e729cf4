// The shape of a Hugging Face tokenizer.json with a WordPiece model: checked here, read by tokenizer.ts.
// What would change ids and is not supported is an error, never ignored.
import { z } from 'zod';
import { Bert2dnnError } from '../../foundation/errors.js';
import type { Json } from '../../foundation/fingerprint.js';

const addedToken = z.object({
  id: z.number().int().min(0),
  content: z.string().min(1),
  single_word: z.boolean().default(false),
  lstrip: z.boolean().default(false),
  rstrip: z.boolean().default(false),
  normalized: z.boolean().default(false),
  special: z.boolean().default(false),
});

const normalizer = z.object({
  type: z.literal('BertNormalizer'),
  clean_text: z.boolean().default(true),
  handle_chinese_chars: z.boolean().default(true),
  strip_accents: z.boolean().nullable().default(null),
  lowercase: z.boolean().default(true),
});

const templatePiece = z.union([
  z.object({ SpecialToken: z.object({ id: z.string(), type_id: z.number().int() }) }),
  z.object({ Sequence: z.object({ id: z.enum(['A', 'B']), type_id: z.number().int() }) }),
]);

const postProcessor = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('TemplateProcessing'),
    single: z.array(templatePiece),
    pair: z.array(templatePiece),
    special_tokens: z.record(z.string(), z.object({ ids: z.array(z.number().int().min(0)) })),
  }),
  z.object({
    type: z.literal('BertProcessing'),
    sep: z.tuple([z.string(), z.number().int().min(0)]),
    cls: z.tuple([z.string(), z.number().int().min(0)]),
  }),
]);

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
  added_tokens: z.array(addedToken).default([]),
  normalizer,
  pre_tokenizer: z.object({ type: z.literal('BertPreTokenizer') }),
  post_processor: postProcessor,
  model: z.object({
    type: z.literal('WordPiece').default('WordPiece'),
    unk_token: z.string(),
    continuing_subword_prefix: z.string().min(1),
    max_input_chars_per_word: z.number().int().min(1),
    vocab: z.record(z.string(), z.number().int().min(0)),
  }),
});

/** A checked tokenizer.json. */
export type TokenizerJson = z.infer<typeof schema>;

/**
 * Checks that a value is a tokenizer.json this tokenizer reproduces exactly.
 * @throws Bert2dnnError TOKENIZER_INVALID naming the member, what it holds and what was expected.
 */
export function checkTokenizerJson(value: unknown, place: string): TokenizerJson {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw invalid(value, place, parsed.error.issues[0]);
  const flagged = parsed.data.added_tokens.find(
    (token) => token.single_word || token.lstrip || token.rstrip || token.normalized,
  );
  if (flagged !== undefined) {
    throw new Bert2dnnError(
      'TOKENIZER_INVALID',
      `${place}: added token "${flagged.content}" sets single_word, lstrip, rstrip or normalized, expected none of them`,
      { hint: 'Save the tokenizer with special tokens as BertTokenizerFast does.' },
    );
  }
  return parsed.data;
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
    { hint: 'Supported are WordPiece tokenizers as BERT, MiniLM, ELECTRA and ERNIE use them.' },
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
