// The normalizers of a tokenizer.json: their members, checked, and what each does to a text.
import { z } from 'zod';
import { lowerEach, normalizeBert } from './bert-words.js';
import { CHARACTER_CLASSES, COMBINING, SEPARATOR } from './character-classes.js';
import { toNormalForm } from './normal-form.js';
import { compilePattern } from './onig-pattern.js';
import { PrecompiledCharsmap } from './precompiled-charsmap.js';

const bert = z.object({
  type: z.literal('BertNormalizer'),
  clean_text: z.boolean().default(true),
  handle_chinese_chars: z.boolean().default(true),
  strip_accents: z.boolean().nullable().default(null),
  lowercase: z.boolean().default(true),
});

const regex = z
  .string()
  .refine((source) => compilePattern(source) !== undefined, 'an expression that is not supported');

const single = z.discriminatedUnion('type', [
  bert,
  z.object({ type: z.enum(['NFC', 'NFD', 'NFKC', 'NFKD']) }),
  z.object({ type: z.enum(['Lowercase', 'StripAccents', 'Nmt']) }),
  z.object({ type: z.literal('Strip'), strip_left: z.boolean(), strip_right: z.boolean() }),
  z.object({ type: z.literal('Prepend'), prepend: z.string() }),
  z.object({
    type: z.literal('Replace'),
    pattern: z.union([
      z.strictObject({ String: z.string().min(1) }),
      z.strictObject({ Regex: regex }),
    ]),
    content: z.string(),
  }),
  z.object({
    type: z.literal('Precompiled'),
    precompiled_charsmap: z
      .base64()
      .refine(
        (blob) => PrecompiledCharsmap.isReadable(blob),
        'not a character map of SentencePiece',
      ),
  }),
]);

/** Schema of a `normalizer`, one or a sequence; `null` changes nothing. */
export const normalizerSchema = z
  .discriminatedUnion('type', [
    ...single.options,
    z.object({ type: z.literal('Sequence'), normalizers: z.array(single) }),
  ])
  .nullable();

/** Changes a text before it is split. */
export type Normalize = (text: string) => string;

/** What a `normalizer` does. */
export function buildNormalizer(json: z.infer<typeof normalizerSchema>): Normalize {
  if (json === null) return (text) => text;
  if (json.type !== 'Sequence') return buildSingle(json);
  const steps = json.normalizers.map(buildSingle);
  return (text) => {
    let result = text;
    for (const step of steps) result = step(result);
    return result;
  };
}

function buildSingle(json: z.infer<typeof single>): Normalize {
  switch (json.type) {
    case 'BertNormalizer': {
      const options = {
        cleanText: json.clean_text,
        handleChineseChars: json.handle_chinese_chars,
        stripAccents: json.strip_accents ?? json.lowercase,
        lowercase: json.lowercase,
      };
      return (text) => normalizeBert(text, options);
    }
    case 'Lowercase':
      return lowerEach;
    case 'StripAccents':
      return dropCombining;
    case 'Nmt':
      return normalizeNmt;
    case 'Strip':
      return (text) => strip(text, json.strip_left, json.strip_right);
    case 'Prepend':
      return (text) => (text === '' ? text : json.prepend + text);
    case 'Replace': {
      const { pattern, content } = json;
      const found = 'String' in pattern ? pattern.String : compilePattern(pattern.Regex)!;
      return (text) => text.replaceAll(found, () => content);
    }
    case 'Precompiled': {
      const charsmap = new PrecompiledCharsmap(json.precompiled_charsmap);
      return (text) => charsmap.normalize(text);
    }
    default:
      return (text) => toNormalForm(text, json.type);
  }
}

function dropCombining(text: string): string {
  let result = '';
  for (const char of text) {
    if ((CHARACTER_CLASSES[char.codePointAt(0)!] & COMBINING) === 0) result += char;
  }
  return result;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it drops
const NMT_DROPPED = /[\x01-\x08\x0b\x0e-\x1f\x7f\x8f\x9f]/g;
const NMT_BLANK = /[\t\n\f\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]/g;

/** Source: huggingface/tokenizers, normalizers/unicode.rs, do_nmt. */
function normalizeNmt(text: string): string {
  return text.replace(NMT_DROPPED, '').replace(NMT_BLANK, ' ');
}

function strip(text: string, left: boolean, right: boolean): string {
  let start = 0;
  let end = text.length;
  while (left && start < end && isSpaceAt(text, start)) start++;
  while (right && end > start && isSpaceAt(text, end - 1)) end--;
  return text.slice(start, end);
}

/** White space is one code unit wide, so code units tell. */
function isSpaceAt(text: string, index: number): boolean {
  return (CHARACTER_CLASSES[text.charCodeAt(index)] & SEPARATOR) !== 0;
}
