// Text or a pair of texts -> token ids, type ids and word ids, equal to Hugging Face's fast tokenizers.
// Reads a checked tokenizer.json; opens no file.
import { Bert2dnnError } from '../../foundation/errors.js';
import { AddedTokens } from './added-tokens.js';
import {
  type Encoding,
  type SpeltText,
  TemplateEncoding,
  truncateLongestFirst,
} from './encoding.js';
import { buildSpeller, listVocabulary, nameUnknown } from './model.js';
import { buildNormalizer } from './normalizers.js';
import { buildPreTokenizer, type ForEachWord } from './pre-tokenizers.js';
import { findSpecialIds, needToken, type SpecialIds } from './special-tokens.js';
import { type Speller, SpellingCache } from './spelling-cache.js';
import { readTemplates, type Templates } from './template.js';
import { checkTokenizerJson, type TokenizerJson } from './tokenizer-json.js';

export type { Encoding } from './encoding.js';

/**
 * A tokenizer of one of the kinds WordPiece, byte-level BPE and Unigram.
 * @example
 * const tokenizer = Tokenizer.fromJson(await readJson('model/tokenizer.json'), 'model/tokenizer.json');
 * tokenizer.encode('angle bracket', 'Simpson Strong-Tie', 64).ids;
 */
export class Tokenizer {
  /** The id that fills a batch up. */
  readonly padId: number;
  /** The id that stands for a masked token, if the tokenizer has one under a usual name. */
  readonly maskId: number | undefined;
  /** Ids of all special tokens by role. */
  readonly special: Readonly<SpecialIds>;
  /** Length limit that the file states, if it does. */
  readonly maxTokens: number | undefined;
  /** One more than the highest id. */
  readonly numIds: number;
  /** One more than the highest segment of a token. */
  readonly numSegments: number;
  /** Ids that stand for no text: [CLS], [SEP], [PAD] and other added tokens. */
  readonly specialIds: ReadonlySet<number>;
  readonly #speller: Speller;
  readonly #forEachWord: ForEachWord;
  readonly #added: AddedTokens;
  readonly #templates: Templates;

  private constructor(json: TokenizerJson, place: string) {
    const vocabulary = listVocabulary(json.model);
    const tokens = joinTokens(vocabulary, json, place);
    const lookUp = (token: string): number => needToken(tokens, [token], place);
    this.#templates = readTemplates(json.post_processor, lookUp, place);
    this.special = findSpecialIds({ json, tokens, templates: this.#templates, place });
    this.padId = this.special.pad;
    this.maskId = this.special.mask;
    this.maxTokens = json.truncation?.max_length;
    this.specialIds = new Set(json.added_tokens.map((token) => token.id));
    this.numSegments = this.#templates.numSegments;
    this.numIds = 1 + highestOf(tokens.values());
    const unknown = nameUnknown(json.model);
    const unknownId = unknown === undefined ? undefined : lookUp(unknown);
    this.#speller = new SpellingCache(buildSpeller(json.model, vocabulary, unknownId));
    this.#forEachWord = buildPreTokenizer(json.pre_tokenizer);
    this.#added = new AddedTokens(json.added_tokens, buildNormalizer(json.normalizer), place);
  }

  /**
   * A tokenizer from the content of a tokenizer.json; `place` names it in errors.
   * @throws Bert2dnnError TOKENIZER_INVALID for a part that is not supported or a special token that is not there.
   */
  static fromJson(value: unknown, place: string): Tokenizer {
    return new Tokenizer(checkTokenizerJson(value, place), place);
  }

  /** Token ids of a text without special tokens and without limit. */
  encodeText(text: string): number[] {
    return this.#spell(text).ids;
  }

  /**
   * Tokens of a text, or of a pair when `pair` is given, with special tokens, at most `maxTokens`:
   * the longer text is cut first, at its end (`longest_first`).
   */
  encode(text: string, pair: string | undefined, maxTokens: number): Encoding {
    const first = this.#spell(text);
    const { single, pair: double, numSingle, numPair } = this.#templates;
    if (pair === undefined) {
      truncateLongestFirst(first.ids, undefined, maxTokens - numSingle);
      return new TemplateEncoding(single, first);
    }
    const second = this.#spell(pair);
    truncateLongestFirst(first.ids, second.ids, maxTokens - numPair);
    return new TemplateEncoding(double, first, second);
  }

  #spell(text: string): SpeltText {
    const ids: number[] = [];
    const words: (readonly number[])[] = [];
    const add = (word: readonly number[]): void => {
      words.push(word);
      for (let index = 0; index < word.length; index++) ids.push(word[index]);
    };
    const addWord = (word: string): void => add(this.#speller.spell(word));
    for (const part of this.#added.split(text)) {
      if (typeof part === 'number') add([part]);
      else this.#forEachWord(part, addWord);
    }
    return { ids, words };
  }
}

function highestOf(ids: Iterable<number>): number {
  let highest = -1;
  for (const id of ids) highest = Math.max(highest, id);
  return highest;
}

/** Token -> id of the vocabulary and the added tokens, which `tokenizers` would number otherwise if they differed. */
function joinTokens(
  vocabulary: ReadonlyMap<string, number>,
  json: TokenizerJson,
  place: string,
): Map<string, number> {
  const tokens = new Map(vocabulary);
  for (const { content, id } of json.added_tokens) {
    const known = tokens.get(content);
    if (known !== undefined && known !== id) {
      throw new Bert2dnnError(
        'TOKENIZER_INVALID',
        `${place}: added token "${content}" has the id ${id}, the vocabulary gives it ${known}`,
      );
    }
    tokens.set(content, id);
  }
  return tokens;
}
