// Text or a pair of texts -> token ids and type ids, equal to Hugging Face's fast BERT tokenizer.
// Reads a checked tokenizer.json; opens no file.
import { Bert2dnnError } from '../../foundation/errors.js';
import { forEachWord, isPlainText, type NormalizerOptions, normalizeBert } from './normalizer.js';
import { checkTokenizerJson, type TokenizerJson } from './tokenizer-json.js';
import { WordPiece } from './word-piece.js';

/** The tokens of one text or pair. */
export interface Encoding {
  ids: number[];
  /** Segment of each token: 0 for the first text, 1 for the second, as the template says. */
  typeIds: number[];
}

type TemplateStep =
  | { kind: 'special'; ids: readonly number[]; typeId: number }
  | { kind: 'sequence'; second: boolean; typeId: number };

/**
 * A WordPiece tokenizer.
 * @example
 * const tokenizer = Tokenizer.fromJson(await readJson('model/tokenizer.json'), 'model/tokenizer.json');
 * tokenizer.encode('angle bracket', 'Simpson Strong-Tie', 64).ids;
 */
export class Tokenizer {
  /** The id that fills a batch up. */
  readonly padId: number;
  /** Length limit that the file states, if it does. */
  readonly maxTokens: number | undefined;
  /** One more than the highest id. */
  readonly numIds: number;
  /** Ids that stand for no text: [CLS], [SEP], [PAD] and other added tokens. */
  readonly specialIds: ReadonlySet<number>;
  readonly #wordPiece: WordPiece;
  readonly #normalizer: NormalizerOptions;
  readonly #single: TemplateStep[];
  readonly #pair: TemplateStep[];
  readonly #addedIds: ReadonlyMap<string, number>;
  readonly #addedPattern: RegExp | undefined;

  private constructor(json: TokenizerJson, place: string) {
    const tokens = new Map(Object.entries(json.model.vocab));
    const lookUp = (token: string) => findToken(tokens, json, token, place);
    this.#addedIds = new Map(json.added_tokens.map((token) => [token.content, token.id]));
    this.specialIds = new Set(this.#addedIds.values());
    this.padId = lookUp(json.padding?.pad_token ?? '[PAD]');
    lookUp(json.model.unk_token);
    this.maxTokens = json.truncation?.max_length;
    this.numIds = 1 + maxOf([...tokens.values(), ...this.#addedIds.values()]);
    this.#wordPiece = new WordPiece({
      vocabulary: tokens,
      unknownToken: json.model.unk_token,
      continuingPrefix: json.model.continuing_subword_prefix,
      maxCharsPerWord: json.model.max_input_chars_per_word,
    });
    this.#normalizer = {
      cleanText: json.normalizer.clean_text,
      handleChineseChars: json.normalizer.handle_chinese_chars,
      stripAccents: json.normalizer.strip_accents ?? json.normalizer.lowercase,
      lowercase: json.normalizer.lowercase,
    };
    ({ single: this.#single, pair: this.#pair } = readTemplates(json, lookUp, place));
    this.#addedPattern = buildAddedPattern([...this.#addedIds.keys()]);
  }

  /**
   * A tokenizer from the content of a tokenizer.json; `place` names it in errors.
   * @throws Bert2dnnError TOKENIZER_INVALID for another kind of tokenizer or a special token that is not there.
   */
  static fromJson(value: unknown, place: string): Tokenizer {
    return new Tokenizer(checkTokenizerJson(value, place), place);
  }

  /** Token ids of a text without special tokens and without limit. */
  encodeText(text: string): number[] {
    const ids: number[] = [];
    if (this.#addedPattern === undefined || !this.#addedPattern.test(text)) {
      this.#encodeSegment(text, ids);
      return ids;
    }
    // With a capturing group `split` keeps the added tokens at the odd positions.
    text.split(this.#addedPattern).forEach((part, index) => {
      if (index % 2 === 1) ids.push(this.#addedIds.get(part)!);
      else this.#encodeSegment(part, ids);
    });
    return ids;
  }

  /**
   * Tokens of a text, or of a pair when `pair` is given, with special tokens, at most `maxTokens`:
   * the longer text is cut first, at its end (`longest_first`).
   */
  encode(text: string, pair: string | undefined, maxTokens: number): Encoding {
    const first = this.encodeText(text);
    const second = pair === undefined ? undefined : this.encodeText(pair);
    const template = second === undefined ? this.#single : this.#pair;
    truncateLongestFirst(first, second, maxTokens - countSpecials(template));
    const ids: number[] = [];
    const typeIds: number[] = [];
    for (const step of template) {
      const source = step.kind === 'special' ? step.ids : step.second ? second! : first;
      for (let index = 0; index < source.length; index++) {
        ids.push(source[index]);
        typeIds.push(step.typeId);
      }
    }
    return { ids, typeIds };
  }

  #encodeSegment(text: string, into: number[]): void {
    const plain = isPlainText(text);
    const normalized = !plain
      ? normalizeBert(text, this.#normalizer)
      : this.#normalizer.lowercase
        ? text.toLowerCase()
        : text;
    forEachWord(normalized, (word) => this.#wordPiece.encodeWord(word, into));
  }
}

/**
 * Cuts the two texts, the longer first, to `maxTokens` together; of two texts cut to halves the longer keeps the odd token.
 * Source: huggingface/tokenizers, utils/truncation.rs, LongestFirst.
 */
export function truncateLongestFirst(
  first: number[],
  second: number[] | undefined,
  maxTokens: number,
): void {
  const limit = Math.max(0, maxTokens);
  if (second === undefined) {
    first.length = Math.min(first.length, limit);
    return;
  }
  if (first.length + second.length <= limit) return;
  const [shorter, longer] = first.length > second.length ? [second, first] : [first, second];
  const half = Math.floor(limit / 2);
  if (shorter.length > half) {
    shorter.length = half;
    longer.length = half + (limit % 2);
  } else {
    longer.length = limit - shorter.length;
  }
}

function countSpecials(template: TemplateStep[]): number {
  return template.reduce((sum, step) => sum + (step.kind === 'special' ? step.ids.length : 0), 0);
}

function maxOf(values: number[]): number {
  return values.reduce((highest, value) => Math.max(highest, value), -1);
}

function findToken(
  vocabulary: ReadonlyMap<string, number>,
  json: TokenizerJson,
  token: string,
  place: string,
): number {
  const id =
    vocabulary.get(token) ?? json.added_tokens.find((added) => added.content === token)?.id;
  if (id !== undefined) return id;
  throw new Bert2dnnError(
    'TOKENIZER_INVALID',
    `${place}: special token "${token}" is not in the vocabulary of ${vocabulary.size} pieces`,
    {
      hint: 'A BERT tokenizer needs [PAD], [UNK], [CLS] and [SEP]; save it again from its source.',
    },
  );
}

function readTemplates(
  json: TokenizerJson,
  lookUp: (token: string) => number,
  place: string,
): { single: TemplateStep[]; pair: TemplateStep[] } {
  const processor = json.post_processor;
  const special = (token: string, typeId: number, stated: number[]): TemplateStep => {
    const id = lookUp(token);
    if (stated.length === 1 && stated[0] === id) return { kind: 'special', ids: stated, typeId };
    throw new Bert2dnnError(
      'TOKENIZER_INVALID',
      `${place}: the post-processor gives "${token}" the ids [${stated}], the vocabulary has ${id}`,
    );
  };
  const sequence = (second: boolean, typeId: number): TemplateStep => ({
    kind: 'sequence',
    second,
    typeId,
  });
  if (processor.type === 'BertProcessing') {
    const end = (typeId: number) => special(processor.sep[0], typeId, [processor.sep[1]]);
    const start = special(processor.cls[0], 0, [processor.cls[1]]);
    const single = [start, sequence(false, 0), end(0)];
    return { single, pair: [...single, sequence(true, 1), end(1)] };
  }
  const read = (pieces: typeof processor.single): TemplateStep[] =>
    pieces.map((piece) =>
      'Sequence' in piece
        ? sequence(piece.Sequence.id === 'B', piece.Sequence.type_id)
        : special(
            piece.SpecialToken.id,
            piece.SpecialToken.type_id,
            processor.special_tokens[piece.SpecialToken.id]?.ids ?? [],
          ),
    );
  return { single: read(processor.single), pair: read(processor.pair) };
}

/** Finds added tokens as they stand in raw text, the longest first; one capturing group. */
function buildAddedPattern(tokens: string[]): RegExp | undefined {
  if (tokens.length === 0) return undefined;
  const escaped = [...tokens]
    .sort((left, right) => right.length - left.length)
    .map((token) => token.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`(${escaped.join('|')})`, 'u');
}
