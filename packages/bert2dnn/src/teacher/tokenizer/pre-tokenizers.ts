// The pre-tokenizers of a tokenizer.json: their members, checked, and how each splits a text into words.
import { z } from 'zod';
import { forEachWord } from './bert-words.js';
import { forEachByteLevelWord } from './byte-level-words.js';
import { CHARACTER_CLASSES, SEPARATOR } from './character-classes.js';

const metaspace = z
  .object({
    type: z.literal('Metaspace'),
    replacement: z
      .string()
      .refine((text) => [...text].length === 1, 'expected one character')
      .default('▁'),
    prepend_scheme: z.enum(['always', 'never']).optional(),
    // What files of before `prepend_scheme` say.
    add_prefix_space: z.boolean().default(true),
    split: z.boolean().default(true),
  })
  .transform((json) => ({
    ...json,
    isPrepended: (json.prepend_scheme ?? (json.add_prefix_space ? 'always' : 'never')) === 'always',
  }));

const byteLevel = z.object({
  type: z.literal('ByteLevel'),
  add_prefix_space: z.boolean().default(true),
  // Changes offsets only, which are not made here.
  trim_offsets: z.boolean().default(true),
  use_regex: z.boolean().default(true),
});

const single = z.discriminatedUnion('type', [
  z.object({ type: z.enum(['BertPreTokenizer', 'WhitespaceSplit']) }),
  byteLevel,
  metaspace,
]);

/** Schema of a `pre_tokenizer`, one or a sequence; `null` leaves the text one word. */
export const preTokenizerSchema = z
  .union([single, z.object({ type: z.literal('Sequence'), pretokenizers: z.array(single) })])
  .nullable();

/** A checked `pre_tokenizer`. */
export type PreTokenizerJson = z.infer<typeof preTokenizerSchema>;

/** Calls `visit` for each word of a text, which are never empty. */
export type ForEachWord = (text: string, visit: (word: string) => void) => void;

/** How a `pre_tokenizer` splits a text. */
export function buildPreTokenizer(json: PreTokenizerJson): ForEachWord {
  if (json === null) return visitWhole;
  if (json.type !== 'Sequence') return buildSingle(json);
  return json.pretokenizers
    .map(buildSingle)
    .reduce(
      (before, after) => (text, visit) => before(text, (word) => after(word, visit)),
      visitWhole,
    );
}

/** Whether words are spelt in bytes: `ByteLevel` comes last. Undefined where it comes before another. */
export function isByteLevel(json: PreTokenizerJson): boolean | undefined {
  const types =
    json === null
      ? []
      : json.type === 'Sequence'
        ? json.pretokenizers.map((one) => one.type)
        : [json.type];
  const place = types.indexOf('ByteLevel');
  if (place < 0) return false;
  return place === types.length - 1 ? true : undefined;
}

function buildSingle(json: z.infer<typeof single>): ForEachWord {
  switch (json.type) {
    case 'BertPreTokenizer':
      return forEachWord;
    case 'WhitespaceSplit':
      return splitAtSpace;
    case 'ByteLevel': {
      const split = json.use_regex ? forEachByteLevelWord : visitWhole;
      if (!json.add_prefix_space) return split;
      return (text, visit) => split(text === '' || text.startsWith(' ') ? text : ` ${text}`, visit);
    }
    default: {
      const { replacement, isPrepended } = json;
      const split = json.split ? splitBefore(replacement) : visitWhole;
      return (text, visit) => {
        const marked = text.replaceAll(' ', replacement);
        const isBare = isPrepended && text !== '' && !marked.startsWith(replacement);
        split(isBare ? replacement + marked : marked, visit);
      };
    }
  }
}

function visitWhole(text: string, visit: (word: string) => void): void {
  if (text !== '') visit(text);
}

function splitAtSpace(text: string, visit: (word: string) => void): void {
  let start = 0;
  // White space is one code unit wide, so code units tell.
  for (let index = 0; index < text.length; index++) {
    if ((CHARACTER_CLASSES[text.charCodeAt(index)] & SEPARATOR) === 0) continue;
    if (index > start) visit(text.slice(start, index));
    start = index + 1;
  }
  if (text.length > start) visit(text.slice(start));
}

/** Each mark begins a word. */
function splitBefore(mark: string): ForEachWord {
  return (text, visit) => {
    let start = 0;
    while (start < text.length) {
      const next = text.indexOf(mark, start + mark.length * Number(text.startsWith(mark, start)));
      const end = next < 0 ? text.length : next;
      visit(text.slice(start, end));
      start = end;
    }
  };
}
