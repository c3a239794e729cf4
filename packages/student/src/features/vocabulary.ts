// A list vocabulary: which n-gram has which row. Counting and choosing the n-grams is the trainer's work.
import { StudentError } from '../errors.js';
import { NgramTrie } from './ngram-trie.js';

/** A vocabulary as it lies in a file: token i is the UTF-8 text `bytes[offsets[i]] .. bytes[offsets[i + 1] - 1]`. */
export interface VocabularyTensors {
  /** [n] */
  bytes: Uint8Array;
  /** [size + 1] */
  offsets: Int32Array;
}

const HALF_CHARACTER = /\p{Surrogate}/u;

/** N-grams and their ids: token i of the list has id i. Immutable. */
export class Vocabulary {
  /** The n-grams, word by word, for the fast path. */
  readonly trie: NgramTrie;
  private list: readonly string[] | undefined;

  /** @param text the tokens, one behind the other; `ends` are those of each. */
  private constructor(
    private readonly text: string,
    private readonly ends: Int32Array,
  ) {
    // Words: one more than spaces in each.
    this.trie = new NgramTrie(ends.length + text.split(' ').length - 1);
    for (let id = 0, start = 0; id < ends.length; start = ends[id++]) {
      if (this.trie.add(text, start, ends[id], id)) continue;
      throw new StudentError(
        'VOCABULARY_INVALID',
        `vocabulary: token ${id} "${text.slice(start, ends[id])}" occurs twice, expected distinct tokens`,
      );
    }
  }

  /**
   * A vocabulary of n-grams whose words are joined by one space, as `textTokens` makes them.
   * @throws {StudentError} VOCABULARY_INVALID if a token occurs twice or cannot be written as UTF-8.
   */
  static fromTokens(tokens: readonly string[]): Vocabulary {
    const broken = tokens.findIndex((token) => HALF_CHARACTER.test(token));
    if (broken >= 0) {
      const message = `vocabulary: token ${broken} has half a character (a lone surrogate)`;
      throw new StudentError('VOCABULARY_INVALID', message);
    }
    const ends = new Int32Array(tokens.length);
    let end = 0;
    tokens.forEach((token, id) => {
      end += token.length;
      ends[id] = end;
    });
    return new Vocabulary(tokens.join(''), ends);
  }

  /** Number of tokens. */
  get size(): number {
    return this.ends.length;
  }

  /** The tokens by id; made when they are first asked for, which serving never does. */
  get tokens(): readonly string[] {
    this.list ??= Array.from(this.ends, (end, id) => this.text.slice(id && this.ends[id - 1], end));
    return this.list;
  }

  /** The tokens of one word, in the order of their ids. */
  singleWords(): string[] {
    const { text, ends } = this;
    const words: string[] = [];
    let space = text.indexOf(' ');
    for (let id = 0, start = 0; id < ends.length; start = ends[id++]) {
      if (space < 0 || space >= ends[id]) words.push(text.slice(start, ends[id]));
      else space = text.indexOf(' ', ends[id]);
    }
    return words;
  }

  /** Id of a token, or -1. */
  get(token: string): number {
    return this.trie.find(token);
  }

  /**
   * The vocabulary of two arrays, checked.
   * @throws {StudentError} VOCABULARY_INVALID if the offsets do not cover the bytes in order, a token is no UTF-8,
   * or a token occurs twice.
   */
  static fromTensors({ bytes, offsets }: VocabularyTensors): Vocabulary {
    const size = offsets.length - 1;
    if (size < 0 || offsets[0] !== 0 || offsets[size] !== bytes.length) {
      throw new StudentError(
        'VOCABULARY_INVALID',
        `vocabulary: offsets run from ${offsets[0]} to ${offsets[size]}, expected 0 to ${bytes.length}`,
      );
    }
    for (let id = 0; id < size; id++) {
      if (offsets[id + 1] >= offsets[id]) continue;
      throw new StudentError(
        'VOCABULARY_INVALID',
        `vocabulary: token ${id} ends at ${offsets[id + 1]}, before its start ${offsets[id]}`,
      );
    }
    const text = decode(bytes);
    // Of ASCII, bytes are units. The offsets are copied, because the file's bytes may move.
    if (text?.length === bytes.length) return new Vocabulary(text, offsets.slice(1));
    const tokens: string[] = [];
    for (let id = 0; id < size; id++) {
      const token = decode(bytes.subarray(offsets[id], offsets[id + 1]));
      if (token === undefined) {
        throw new StudentError('VOCABULARY_INVALID', `vocabulary: token ${id} is not UTF-8`);
      }
      tokens.push(token);
    }
    return Vocabulary.fromTokens(tokens);
  }
}

/** The two arrays of a vocabulary. */
export function vocabularyTensors({ tokens }: Vocabulary): VocabularyTensors {
  const encoder = new TextEncoder();
  const parts = tokens.map((token) => encoder.encode(token));
  const offsets = new Int32Array(parts.length + 1);
  for (let id = 0; id < parts.length; id++) offsets[id + 1] = offsets[id] + parts[id].length;
  const bytes = new Uint8Array(offsets[parts.length]);
  for (let id = 0; id < parts.length; id++) bytes.set(parts[id], offsets[id]);
  return { bytes, offsets };
}

/** The text of UTF-8; undefined for what is none. */
function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
