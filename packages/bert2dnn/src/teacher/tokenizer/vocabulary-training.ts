// Trains a WordPiece vocabulary from texts. Deterministic: equal texts in any order give equal pieces.
import { Bert2dnnError } from '../../foundation/errors.js';
import { forEachWord, type NormalizerOptions, normalizeBert, UNCASED } from './bert-words.js';
import { specialTokens } from './tokenizer-json.js';

/** Options of a vocabulary. */
export interface VocabularyOptions {
  /** Upper limit of pieces, special tokens included. A small text gives fewer. Default 4000. */
  size?: number;
  /** A pair of pieces is merged while it occurs this often. Default 2. */
  minFrequency?: number;
  /** Only so many characters, the most frequent, are pieces; words with others are unknown. Default 1000. */
  maxAlphabet?: number;
  /** How text becomes words; counted words have their own. Default: uncased BERT. */
  normalizer?: NormalizerOptions;
}

const CONTINUING = '##';
const LONGEST_WORD = 100;

/**
 * Counts the words of texts, so that a vocabulary is trained on more text than memory holds: only different words stay.
 * A word of more than 100 characters is left out, as no vocabulary spells it.
 */
export class WordCounter {
  /** Word -> how often it occurred. */
  readonly counts: ReadonlyMap<string, number>;
  readonly #counts = new Map<string, number>();
  readonly #normalizer: NormalizerOptions;

  /** @param normalizer how text becomes words. Default: uncased BERT. */
  constructor(normalizer: NormalizerOptions = UNCASED) {
    this.counts = this.#counts;
    this.#normalizer = normalizer;
  }

  /** Counts the words of a text. */
  add(text: string): void {
    forEachWord(normalizeBert(text, this.#normalizer), (word) => {
      if (word.length > LONGEST_WORD) return;
      const count = this.#counts.get(word);
      this.#counts.set(count === undefined ? detach(word) : word, (count ?? 0) + 1);
    });
  }
}

/** A copy of a word: V8 makes a slice of 13 characters or more a view that keeps the whole text in memory. */
function detach(word: string): string {
  return word.length < 13 ? word : Buffer.from(word, 'utf16le').toString('utf16le');
}

interface CountedWord {
  pieces: string[];
  count: number;
}

/**
 * Pieces of a new vocabulary in the order of their ids: special tokens, characters, then merges.
 * The most frequent neighbouring pair is merged again and again (ties: the pair first in code-unit order).
 * This is the frequency rule of Hugging Face's `WordPieceTrainer`, not the likelihood rule of the first WordPiece.
 * Source: huggingface/tokenizers, models/wordpiece/trainer.rs, which wraps the BPE trainer.
 * @param texts texts, or the words of texts that were counted as they went by
 * @throws Bert2dnnError TOO_FEW_EXAMPLES when the texts hold no word.
 */
export function trainVocabulary(
  texts: Iterable<string> | WordCounter,
  options: VocabularyOptions = {},
): string[] {
  const size = options.size ?? 4000;
  const { counts } = texts instanceof WordCounter ? texts : countWords(texts, options.normalizer);
  if (counts.size === 0) {
    throw new Bert2dnnError('TOO_FEW_EXAMPLES', 'the texts hold no word to make a vocabulary of');
  }
  const alphabet = chooseAlphabet(counts, options.maxAlphabet ?? 1000);
  const words = spellInCharacters(counts, alphabet);
  const characterPieces = new Set(words.flatMap((word) => word.pieces));
  const pieces = [...specialTokens(), ...[...characterPieces].sort(compareText)];
  const known = new Set(pieces);
  const pairs = new PairCounts(words);
  while (pieces.length < size) {
    const best = pairs.takeMostFrequent();
    if (best === undefined || best.count < (options.minFrequency ?? 2)) break;
    const merged = best.left + best.right.slice(CONTINUING.length);
    pairs.merge(best.left, best.right, merged);
    if (!known.has(merged)) {
      known.add(merged);
      pieces.push(merged);
    }
  }
  return pieces.slice(0, Math.max(size, specialTokens().length + 1));
}

function countWords(texts: Iterable<string>, normalizer?: NormalizerOptions): WordCounter {
  const counter = new WordCounter(normalizer);
  for (const text of texts) counter.add(text);
  return counter;
}

function chooseAlphabet(counts: ReadonlyMap<string, number>, limit: number): Set<string> {
  const characters = new Map<string, number>();
  for (const [word, count] of counts) {
    for (const character of word) {
      characters.set(character, (characters.get(character) ?? 0) + count);
    }
  }
  const byFrequency = [...characters].sort(
    (left, right) => right[1] - left[1] || compareText(left[0], right[0]),
  );
  return new Set(byFrequency.slice(0, limit).map(([character]) => character));
}

function spellInCharacters(
  counts: ReadonlyMap<string, number>,
  alphabet: ReadonlySet<string>,
): CountedWord[] {
  const words: CountedWord[] = [];
  const sorted = [...counts].sort((left, right) => compareText(left[0], right[0]));
  for (const [word, count] of sorted) {
    const characters = [...word];
    if (!characters.every((character) => alphabet.has(character))) continue;
    const pieces = characters.map((character, at) => (at === 0 ? '' : CONTINUING) + character);
    words.push({ pieces, count });
  }
  return words;
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

interface Pair {
  left: string;
  right: string;
  count: number;
}

interface LivePair extends Pair {
  words: Set<CountedWord>;
}

/** Counts of neighbouring pieces, kept true while pairs are merged. */
class PairCounts {
  readonly #pairs = new Map<string, LivePair>();
  // A heap of (pair, count then); an entry whose count has changed is stale and put back or dropped.
  readonly #heap: Pair[] = [];

  constructor(words: readonly CountedWord[]) {
    for (const word of words) this.#addWord(word, 1);
    for (const pair of this.#pairs.values()) this.#push(pair);
  }

  takeMostFrequent(): Pair | undefined {
    for (;;) {
      const top = this.#pop();
      if (top === undefined) return undefined;
      const live = this.#pairs.get(pairKey(top.left, top.right));
      if (live !== undefined && live.count === top.count) return top;
    }
  }

  /** Writes `merged` for each `left right` in every word that has it. */
  merge(left: string, right: string, merged: string): void {
    const pair = this.#pairs.get(pairKey(left, right))!;
    const touched = new Set<LivePair>();
    for (const word of [...pair.words]) {
      this.#addWord(word, -1, touched);
      word.pieces = mergePieces(word.pieces, left, right, merged);
      this.#addWord(word, 1, touched);
    }
    for (const changed of touched) if (changed.count > 0) this.#push(changed);
  }

  #addWord(word: CountedWord, sign: 1 | -1, touched?: Set<LivePair>): void {
    for (let index = 0; index + 1 < word.pieces.length; index++) {
      const left = word.pieces[index];
      const right = word.pieces[index + 1];
      const key = pairKey(left, right);
      let pair = this.#pairs.get(key);
      if (pair === undefined) {
        pair = { left, right, count: 0, words: new Set() };
        this.#pairs.set(key, pair);
      }
      pair.count += sign * word.count;
      if (sign === 1) pair.words.add(word);
      else pair.words.delete(word);
      touched?.add(pair);
    }
  }

  #push(pair: Pair): void {
    const heap = this.#heap;
    const entry: Pair = { left: pair.left, right: pair.right, count: pair.count };
    let at = heap.length;
    heap.push(entry);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!comesFirst(entry, heap[parent])) break;
      heap[at] = heap[parent];
      at = parent;
    }
    heap[at] = entry;
  }

  #pop(): Pair | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && comesFirst(heap[child + 1], heap[child])) child++;
      if (!comesFirst(heap[child], last)) break;
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = last;
    return top;
  }
}

function pairKey(left: string, right: string): string {
  return `${left} ${right}`;
}

function comesFirst(one: Pair, other: Pair): boolean {
  if (one.count !== other.count) return one.count > other.count;
  return (compareText(one.left, other.left) || compareText(one.right, other.right)) < 0;
}

function mergePieces(pieces: string[], left: string, right: string, merged: string): string[] {
  const result: string[] = [];
  for (let index = 0; index < pieces.length; index++) {
    if (pieces[index] === left && pieces[index + 1] === right) {
      result.push(merged);
      index++;
    } else {
      result.push(pieces[index]);
    }
  }
  return result;
}
