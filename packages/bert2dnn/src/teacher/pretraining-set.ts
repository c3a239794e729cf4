// Unlabelled texts as rows of tokens in memory, with the beginnings of words marked. Chooses no masks.
import { type ExampleSet, readExamples } from '../data/index.js';
import { Bert2dnnError } from '../foundation/errors.js';
import { hashString } from '../foundation/random.js';
import type { EncodedTexts, EncodeOptions } from './encoded-texts.js';
import { NO_WORD } from './masking.js';
import type { Encoding, Tokenizer } from './tokenizer/tokenizer.js';

/**
 * Rows of tokens: 6 bytes a token (id 4, segment 1, mark 1) and 8 a row; while it is read up to three times as much,
 * as the arrays grow by doubling. Training adds about 16 bytes a row.
 */
export interface PretrainingSet {
  texts: EncodedTexts;
  /** Of each token [Z]: `BEGINS` a word, `CONTINUES` one, or is of `NONE` and never masked. */
  marks: Uint8Array;
  /** Hash of the whole text that a row is of or a part of [N]: equal texts have one. */
  textHashes: Uint32Array;
  /** Texts without a known word, which are left out. */
  numSkipped: number;
  /** Single texts longer than the limit, which are several rows. */
  numSplit: number;
}

/** Ids that are no word's and never masked or put in another's place: special tokens, and what stands for the unknown. */
export function idsOfNoWord({ specialIds, special }: Tokenizer): ReadonlySet<number> {
  return new Set(special.unk === undefined ? specialIds : [...specialIds, special.unk]);
}

/** Values of `PretrainingSet.marks`. */
export const CONTINUES = 0;
export const BEGINS = 1;
export const NONE = 2;

/**
 * Reads and tokenises a whole set. A single text longer than `maxTokens` becomes several rows, cut between words where one
 * ends; a pair is cut as for a classifier, the longer text first. Rows without a known word are left out.
 * @throws Bert2dnnError as `readExamples`; USAGE for more than 2^31 tokens.
 */
export async function readPretrainingSet(
  set: ExampleSet,
  options: EncodeOptions,
): Promise<PretrainingSet> {
  const rows = new RowBuffer(idsOfNoWord(options.tokenizer));
  let numSkipped = 0;
  let numSplit = 0;
  for await (const { fields, numRows } of readExamples(set)) {
    for (let row = 0; row < numRows; row++) {
      const pieces = encodeRow(fields, row, options);
      const hash = hashString(fields.map((field) => field[row]).join('\n'));
      let numKept = 0;
      for (const piece of pieces) if (rows.append(piece, hash)) numKept++;
      if (numKept === 0) numSkipped++;
      if (numKept > 1) numSplit++;
    }
  }
  return { ...rows.finish(), numSkipped, numSplit };
}

function encodeRow(
  [first, ...others]: readonly (readonly string[])[],
  row: number,
  { tokenizer, maxTokens }: EncodeOptions,
): Encoding[] {
  if (others.length > 0) {
    const second = others.map((field) => field[row]).join(' ');
    return [tokenizer.encode(first[row], second, maxTokens)];
  }
  const whole = tokenizer.encode(first[row], undefined, Number.MAX_SAFE_INTEGER);
  return whole.ids.length <= maxTokens ? [whole] : splitEncoding(whole, maxTokens);
}

/**
 * Consecutive parts of a single text's tokens, at most `maxTokens` each, all between the special tokens of the whole.
 * A part ends where a word does, unless one word alone is longer.
 */
export function splitEncoding(whole: Encoding, maxTokens: number): Encoding[] {
  const { wordIds } = whole;
  const start = wordIds.findIndex((word) => word !== null);
  const end = wordIds.findLastIndex((word) => word !== null) + 1;
  const room = Math.max(1, maxTokens - start - (whole.ids.length - end));
  const parts: Encoding[] = [];
  for (let from = start; from < end; ) {
    let to = Math.min(end, from + room);
    while (to < end && to > from && wordIds[to] === wordIds[to - 1]) to--;
    if (to === from) to = from + room;
    parts.push(framePart(whole, { start, from, to, end }));
    from = to;
  }
  return parts;
}

/** Tokens [from, to) with those before `start` and from `end` on, which are the special ones. */
function framePart(
  whole: Encoding,
  { start, from, to, end }: { start: number; from: number; to: number; end: number },
): Encoding {
  const frame = <T>(values: readonly T[]): T[] => [
    ...values.slice(0, start),
    ...values.slice(from, to),
    ...values.slice(end),
  ];
  return {
    ids: frame(whole.ids),
    typeIds: frame(whole.typeIds),
    wordIds: frame(whole.wordIds),
  };
}

/** Word of each token of a row, counted from 0, or `NO_WORD`: what a masking policy sees. */
export function wordsOfRow({ texts, marks }: PretrainingSet, row: number): Int32Array {
  const start = texts.offsets[row];
  const words = new Int32Array(texts.offsets[row + 1] - start);
  let word = -1;
  for (let position = 0; position < words.length; position++) {
    const mark = marks[start + position];
    if (mark === BEGINS) word++;
    words[position] = mark === NONE ? NO_WORD : word;
  }
  return words;
}

/** Most tokens whose places an Int32Array of offsets can name. */
const MAX_TOKENS = 2 ** 31 - 1;

/** Growing arrays of rows. */
class RowBuffer {
  #ids = new Int32Array(4096);
  #typeIds = new Uint8Array(4096);
  #marks = new Uint8Array(4096);
  #offsets = new Int32Array(256);
  #hashes = new Uint32Array(256);
  #numTokens = 0;
  #numRows = 0;
  readonly #idsOfNoWord: ReadonlySet<number>;

  constructor(noWord: ReadonlySet<number>) {
    this.#idsOfNoWord = noWord;
  }

  /** Adds a row unless it has no word; says whether it did. */
  append(encoding: Encoding, hash: number): boolean {
    const { ids, typeIds, wordIds } = encoding;
    const end = this.#numTokens + ids.length;
    this.#reserve(end);
    let numWords = 0;
    // A token of no word ends the word before it, as between the two texts of a pair.
    let previous: number | null = null;
    for (let index = 0; index < ids.length; index++) {
      const at = this.#numTokens + index;
      const word = this.#idsOfNoWord.has(ids[index]) ? null : wordIds[index];
      this.#ids[at] = ids[index];
      this.#typeIds[at] = typeIds[index];
      this.#marks[at] = word === null ? NONE : word === previous ? CONTINUES : BEGINS;
      if (this.#marks[at] === BEGINS) numWords++;
      previous = word;
    }
    if (numWords === 0) return false;
    this.#hashes[this.#numRows++] = hash;
    this.#offsets[this.#numRows] = end;
    this.#numTokens = end;
    return true;
  }

  finish(): Pick<PretrainingSet, 'texts' | 'marks' | 'textHashes'> {
    return {
      texts: {
        ids: this.#ids.slice(0, this.#numTokens),
        typeIds: this.#typeIds.slice(0, this.#numTokens),
        offsets: this.#offsets.slice(0, this.#numRows + 1),
        numRows: this.#numRows,
      },
      marks: this.#marks.slice(0, this.#numTokens),
      textHashes: this.#hashes.slice(0, this.#numRows),
    };
  }

  #reserve(numTokens: number): void {
    if (numTokens > MAX_TOKENS) {
      throw new Bert2dnnError('USAGE', `pretrain: more than ${MAX_TOKENS} tokens in the input`, {
        hint: 'Give a part of the texts: a sample is as good for one pass.',
      });
    }
    if (numTokens > this.#ids.length) {
      const capacity = Math.min(MAX_TOKENS, Math.max(numTokens, this.#ids.length * 2));
      this.#ids = grow(this.#ids, new Int32Array(capacity));
      this.#typeIds = grow(this.#typeIds, new Uint8Array(capacity));
      this.#marks = grow(this.#marks, new Uint8Array(capacity));
    }
    if (this.#numRows + 2 > this.#offsets.length) {
      const capacity = this.#offsets.length * 2;
      this.#offsets = grow(this.#offsets, new Int32Array(capacity));
      this.#hashes = grow(this.#hashes, new Uint32Array(capacity));
    }
  }
}

function grow<A extends Int32Array | Uint32Array | Uint8Array>(old: A, larger: A): A {
  larger.set(old);
  return larger;
}
