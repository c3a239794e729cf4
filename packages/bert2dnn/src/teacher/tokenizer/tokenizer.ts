// Text or a pair of texts -> token ids, type ids and word ids, equal to Hugging Face's fast tokenizers.
// Reads a checked tokenizer.json; opens no file.
import { Bert2dnnError } from '../../foundation/errors.js';
import { AddedTokens } from './added-tokens.js';
import { type Encoding, fillTemplate, truncateLongestFirst } from './encoding.js';
import { buildSpeller, listVocabulary, nameUnknown } from './model.js';
import { buildNormalizer } from './normalizers.js';
import { buildPreTokenizer, type ForEachWord } from './pre-tokenizers.js';
import { findSpecialIds, needToken, type SpecialIds } from './special-tokens.js';
import { SpellingCache } from './spelling-cache.js';
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
  readonly #words: SpellingCache;
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
    this.#words = new SpellingCache(buildSpeller(json.model, vocabulary, unknownId));
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
    const ids: number[] = [];
    const addWord = (word: string): void => this.#words.append(word, ids);
    for (const part of this.#added.split(text)) {
      if (typeof part === 'number') ids.push(part);
      else this.#forEachWord(part, addWord);
    }
    return ids;
  }

  /**
   * Tokens of a text, or of a pair when `pair` is given, with special tokens, at most `maxTokens`:
   * the longer text is cut first, at its end (`longest_first`).
   */
  encode(text: string, pair: string | undefined, maxTokens: number): Encoding {
    const first = this.encodeText(text);
    const second = pair === undefined ? undefined : this.encodeText(pair);
    const { single, pair: double, numSingle, numPair } = this.#templates;
    truncateLongestFirst(first, second, maxTokens - (second === undefined ? numSingle : numPair));
    return fillTemplate(second === undefined ? single : double, {
      first,
      second,
      listWords: (isSecond) =>
        isSecond ? this.#listWords(pair!, second!.length) : this.#listWords(text, first.length),
    });
  }

  /** Word of each of the first `numTokens` tokens of a text. */
  #listWords(text: string, numTokens: number): number[] {
    const ids: number[] = [];
    const words: number[] = [];
    let word = 0;
    const closeWord = (): void => {
      while (words.length < ids.length) words.push(word);
      word++;
    };
    const addWord = (spelling: string): void => {
      this.#words.append(spelling, ids);
      closeWord();
    };
    for (const part of this.#added.split(text)) {
      if (typeof part === 'string') this.#forEachWord(part, addWord);
      else {
        ids.push(part);
        closeWord();
      }
    }
    return words.slice(0, numTokens);
  }
}

function highestOf(ids: Iterable<number>): number {
  let highest = -1;
  for (const id of ids) highest = Math.max(highest, id);
  return highest;
}

/** Token -> id of the vocabulary and the added tokens. `tokenizers` numbers these itself, so other numbers are refused. */
function joinTokens(
  vocabulary: ReadonlyMap<string, number>,
  json: TokenizerJson,
  place: string,
): Map<string, number> {
  const tokens = new Map(vocabulary);
  let nextId = vocabulary.size;
  for (const { content, id } of json.added_tokens) {
    const expected = tokens.get(content) ?? nextId;
    if (id !== expected) {
      throw new Bert2dnnError(
        'TOKENIZER_INVALID',
        `${place}: added token "${content}" has the id ${id}, expected ${expected} after the vocabulary and the tokens before it`,
      );
    }
    tokens.set(content, id);
    nextId = Math.max(nextId, id + 1);
  }
  return tokens;
}
