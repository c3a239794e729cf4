// The model part of a tokenizer.json: its members, checked, and the speller it describes.
import { z } from 'zod';
import { ByteLevelBpe } from './byte-level-bpe.js';
import type { Speller } from './spelling-cache.js';
import { Unigram } from './unigram.js';
import { WordPiece } from './word-piece.js';

const id = z.number().int().min(0);
const vocabulary = z.record(z.string(), id);
/** Absent, `null` or no character. */
const empty = z.literal('').nullish();

const wordPiece = z.object({
  type: z.literal('WordPiece'),
  unk_token: z.string(),
  continuing_subword_prefix: z.string().min(1),
  max_input_chars_per_word: z.number().int().min(1),
  vocab: vocabulary,
});

const merge = z.union([
  z.tuple([z.string(), z.string()]),
  // How files of before 2024 write a pair.
  z
    .string()
    .regex(/^[^ ]+ [^ ]+$/u)
    .transform((text) => text.split(' ') as [string, string]),
]);

const bpe = z.object({
  type: z.literal('BPE'),
  dropout: z.literal(0).nullish(),
  unk_token: z.string().nullish(),
  continuing_subword_prefix: empty,
  end_of_word_suffix: empty,
  fuse_unk: z.boolean().default(false),
  byte_fallback: z.literal(false).default(false),
  ignore_merges: z.boolean().default(false),
  vocab: vocabulary,
  merges: z.array(merge),
});

const unigram = z.object({
  type: z.literal('Unigram'),
  unk_id: id,
  byte_fallback: z.boolean().default(false),
  vocab: z.array(z.tuple([z.string().min(1), z.number()])).min(1),
});

/** Schema of `model`. A WordPiece of old files does not say its type. */
export const modelSchema = z.preprocess(
  (value) =>
    typeof value === 'object' && value !== null && !('type' in value)
      ? { type: 'WordPiece', ...value }
      : value,
  z.discriminatedUnion('type', [wordPiece, bpe, unigram]).superRefine((json, context) => {
    const message = findContradiction(json);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  }),
);

/** A checked `model`. */
export type ModelJson = z.infer<typeof modelSchema>;

function findContradiction(
  json: z.infer<typeof wordPiece | typeof bpe | typeof unigram>,
): string | undefined {
  if (json.type === 'Unigram') {
    const numPieces = json.vocab.length;
    return json.unk_id < numPieces
      ? undefined
      : `"unk_id" ${json.unk_id} is none of ${numPieces} pieces`;
  }
  if (json.type === 'WordPiece') return undefined;
  for (const [left, right] of json.merges) {
    const missing = [left, right, left + right].find((piece) => !Object.hasOwn(json.vocab, piece));
    if (missing !== undefined) {
      return `the merge of "${left}" and "${right}" needs "${missing}", which "vocab" has not`;
    }
  }
  return undefined;
}

/** Token -> id of a model. */
export function listVocabulary(json: ModelJson): Map<string, number> {
  return json.type === 'Unigram'
    ? new Map(json.vocab.map(([piece], place) => [piece, place]))
    : new Map(Object.entries(json.vocab));
}

/** The token for what the model cannot spell; a byte-level model may need none. */
export function nameUnknown(json: ModelJson): string | undefined {
  return json.type === 'Unigram' ? json.vocab[json.unk_id][0] : (json.unk_token ?? undefined);
}

/** The speller that `model` describes; `unknownId` is what its unknown token has. */
export function buildSpeller(
  json: ModelJson,
  vocabulary: ReadonlyMap<string, number>,
  unknownId: number | undefined,
): Speller {
  switch (json.type) {
    case 'WordPiece':
      return new WordPiece({
        vocabulary,
        unknownToken: json.unk_token,
        continuingPrefix: json.continuing_subword_prefix,
        maxCharsPerWord: json.max_input_chars_per_word,
      });
    case 'BPE':
      return new ByteLevelBpe({
        vocabulary,
        merges: json.merges,
        unknownId: json.unk_token == null ? undefined : unknownId,
        isUnknownFused: json.fuse_unk,
        isWholeFirst: json.ignore_merges,
      });
    default:
      return new Unigram({
        pieces: json.vocab,
        unknownId: json.unk_id,
        byteFallback: json.byte_fallback,
      });
  }
}
