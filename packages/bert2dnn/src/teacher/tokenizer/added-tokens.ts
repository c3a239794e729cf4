// Added tokens: found in a text before it is split, as they stand or normalised, with the blanks they take along.
import { z } from 'zod';
import { Bert2dnnError } from '../../foundation/errors.js';
import { CHARACTER_CLASSES, SEPARATOR, WORD } from './character-classes.js';
import type { Normalize } from './normalizers.js';

/** Schema of an entry of `added_tokens`. */
export const addedTokenSchema = z.object({
  id: z.number().int().min(0),
  content: z.string().min(1),
  single_word: z.boolean().default(false),
  lstrip: z.boolean().default(false),
  rstrip: z.boolean().default(false),
  normalized: z.boolean().default(false),
  special: z.boolean().default(false),
});

/** A checked entry of `added_tokens`. */
export type AddedToken = z.infer<typeof addedTokenSchema>;

/** A part of a text: what stands between added tokens, or the id of one. */
export type TextPart = string | number;

/**
 * Cuts texts at added tokens.
 * Source: huggingface/tokenizers, tokenizer/added_vocabulary.rs, extract_and_normalize.
 */
export class AddedTokens {
  readonly #normalize: Normalize;
  readonly #raw: TokenFinder | undefined;
  readonly #normalized: TokenFinder | undefined;

  /** @throws Bert2dnnError TOKENIZER_INVALID for a token of which the normalizer leaves nothing. */
  constructor(tokens: readonly AddedToken[], normalize: Normalize, place: string) {
    this.#normalize = normalize;
    this.#raw = TokenFinder.of(
      tokens.filter((token) => !token.normalized).map((token) => [token.content, token]),
    );
    this.#normalized = TokenFinder.of(
      tokens
        .filter((token) => token.normalized)
        .map((token) => [normalizeContent(token, normalize, place), token]),
    );
  }

  /** Parts of a text in order, normalised: first tokens as they stand are found, then the others in what is left. */
  split(text: string): TextPart[] {
    const raw = this.#raw?.split(text) ?? [text];
    return raw.length === 1 && typeof raw[0] === 'string'
      ? this.#splitNormalized(raw[0])
      : raw.flatMap((part) => (typeof part === 'number' ? part : this.#splitNormalized(part)));
  }

  #splitNormalized(part: string): TextPart[] {
    const normalized = this.#normalize(part);
    return this.#normalized?.split(normalized) ?? [normalized];
  }
}

function normalizeContent(token: AddedToken, normalize: Normalize, place: string): string {
  const content = normalize(token.content);
  if (content !== '') return content;
  throw new Bert2dnnError(
    'TOKENIZER_INVALID',
    `${place}: the normalizer leaves nothing of the added token ${JSON.stringify(token.content)}`,
    { hint: 'Save that token with "normalized": false.' },
  );
}

/** Finds some tokens in texts: at each place the longest. */
class TokenFinder {
  readonly #pattern: RegExp;
  readonly #tokens: ReadonlyMap<string, AddedToken>;

  private constructor(tokens: ReadonlyMap<string, AddedToken>) {
    this.#tokens = tokens;
    const escaped = [...tokens.keys()]
      .sort((left, right) => right.length - left.length)
      .map((content) => content.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'));
    this.#pattern = new RegExp(escaped.join('|'), 'gu');
  }

  /** A finder of tokens by what they look like; of two that look alike the first counts. */
  static of(entries: [string, AddedToken][]): TokenFinder | undefined {
    return entries.length === 0 ? undefined : new TokenFinder(new Map(entries.reverse()));
  }

  /** Parts of a text, or nothing where it holds no token. */
  split(text: string): TextPart[] | undefined {
    this.#pattern.lastIndex = 0;
    let match = this.#pattern.exec(text);
    if (match === null) return undefined;
    const parts: TextPart[] = [];
    let start = 0;
    for (; match !== null; match = this.#pattern.exec(text)) {
      const token = this.#tokens.get(match[0])!;
      let from = match.index;
      let to = from + match[0].length;
      if (token.single_word && (isWordBefore(text, from) || isWordAt(text, to))) continue;
      // A token before may have taken the same blanks.
      if (token.lstrip) while (from > start && isSpaceAt(text, from - 1)) from--;
      if (token.rstrip) while (to < text.length && isSpaceAt(text, to)) to++;
      if (from > start) parts.push(text.slice(start, from));
      parts.push(token.id);
      start = to;
    }
    if (start < text.length) parts.push(text.slice(start));
    return parts;
  }
}

/** White space is one code unit wide, so code units tell. */
function isSpaceAt(text: string, index: number): boolean {
  return (CHARACTER_CLASSES[text.charCodeAt(index)] & SEPARATOR) !== 0;
}

function isWordAt(text: string, index: number): boolean {
  return index < text.length && (CHARACTER_CLASSES[text.codePointAt(index)!] & WORD) !== 0;
}

function isWordBefore(text: string, index: number): boolean {
  if (index === 0) return false;
  const isPair = index > 1 && text.codePointAt(index - 2)! > 0xffff;
  return isWordAt(text, isPair ? index - 2 : index - 1);
}
