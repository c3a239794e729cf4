// Byte-level BPE: a word -> ids of its bytes, neighbours merged in the order in which merges were learnt. Splits no text.
import type { Speller } from './spelling-cache.js';

/** What the model part of a byte-level BPE tokenizer.json says. */
export interface ByteLevelBpeOptions {
  /** Piece, in characters that stand for bytes, -> id. */
  vocabulary: ReadonlyMap<string, number>;
  /** Pairs of pieces, the first learnt first. All of them and what they make are in the vocabulary. */
  merges: readonly (readonly [string, string])[];
  /** Stands for a byte that has no piece; without one such a byte is dropped. */
  unknownId?: number;
  /** Neighbouring unknown bytes are one. */
  isUnknownFused: boolean;
  /** A word that is a piece is not spelt. */
  isWholeFirst: boolean;
}

const encoder = new TextEncoder();
const UNKNOWN = -1;

/** The character that stands for each byte in a vocabulary. Source: GPT-2, encoder.py, bytes_to_unicode. */
export const BYTE_CHARACTERS: readonly string[] = listByteCharacters();

function listByteCharacters(): string[] {
  let numMoved = 0;
  return Array.from({ length: 256 }, (_, byte) => {
    const isShown =
      (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    return String.fromCharCode(isShown ? byte : 256 + numMoved++);
  });
}

/** Spells words by merging bytes. */
export class ByteLevelBpe implements Speller {
  readonly options: ByteLevelBpeOptions;
  readonly #byteIds: Int32Array;
  /** left * numIds + right -> rank. */
  readonly #ranks = new Map<number, number>();
  /** Rank -> id that the pair becomes. */
  readonly #merged: Int32Array;
  readonly #numIds: number;

  constructor(options: ByteLevelBpeOptions) {
    const { vocabulary, merges } = options;
    this.options = options;
    this.#byteIds = Int32Array.from(BYTE_CHARACTERS, (char) => vocabulary.get(char) ?? UNKNOWN);
    let highest = 0;
    for (const id of vocabulary.values()) highest = Math.max(highest, id);
    this.#numIds = highest + 1;
    this.#merged = new Int32Array(merges.length);
    merges.forEach(([left, right], rank) => {
      this.#merged[rank] = vocabulary.get(left + right)!;
      this.#ranks.set(vocabulary.get(left)! * this.#numIds + vocabulary.get(right)!, rank);
    });
  }

  /** Ids of a word's pieces. */
  spell(word: string): number[] {
    const bytes = encoder.encode(word);
    if (this.options.isWholeFirst) {
      const whole = this.options.vocabulary.get(
        Array.from(bytes, (byte) => BYTE_CHARACTERS[byte]).join(''),
      );
      if (whole !== undefined) return [whole];
    }
    const ids = this.#bytesToIds(bytes);
    return ids.length < 2 ? ids : this.#merge(Int32Array.from(ids));
  }

  #bytesToIds(bytes: Uint8Array): number[] {
    const { unknownId, isUnknownFused } = this.options;
    const ids: number[] = [];
    let isAfterUnknown = false;
    for (const byte of bytes) {
      const id = this.#byteIds[byte];
      if (id !== UNKNOWN) ids.push(id);
      else if (unknownId !== undefined && !(isUnknownFused && isAfterUnknown)) ids.push(unknownId);
      isAfterUnknown = id === UNKNOWN;
    }
    return ids;
  }

  /**
   * Merges the pair of the lowest rank, of equals the leftmost, until none is known.
   * `ids [n]` is a linked list: `next [n]` and `previous [n]` are places, a removed place has the id UNKNOWN.
   */
  #merge(ids: Int32Array): number[] {
    const n = ids.length;
    const next = Int32Array.from(ids, (_, place) => place + 1);
    const previous = Int32Array.from(ids, (_, place) => place - 1);
    const queue = new MergeQueue();
    const offer = (left: number): void => {
      const rank = this.#ranks.get(ids[left] * this.#numIds + ids[next[left]]);
      if (rank !== undefined) queue.push(rank, left);
    };
    for (let place = 0; place + 1 < n; place++) offer(place);
    while (queue.size > 0) {
      const { rank, place } = queue.pop();
      const right = next[place];
      if (ids[place] === UNKNOWN || right >= n) continue;
      // A pair that a merge beside it has changed since is another one now.
      if (this.#ranks.get(ids[place] * this.#numIds + ids[right]) !== rank) continue;
      ids[place] = this.#merged[rank];
      ids[right] = UNKNOWN;
      next[place] = next[right];
      if (next[place] < n) {
        previous[next[place]] = place;
        offer(place);
      }
      if (previous[place] >= 0) offer(previous[place]);
    }
    return Array.from(ids).filter((id) => id !== UNKNOWN);
  }
}

const PLACES = 2 ** 31;

/** A heap of merges, the lowest rank first, of equals the leftmost. */
class MergeQueue {
  // rank * PLACES + place: exact, as both are below 2^22 and 2^31.
  readonly #heap: number[] = [];

  get size(): number {
    return this.#heap.length;
  }

  push(rank: number, place: number): void {
    const heap = this.#heap;
    const entry = rank * PLACES + place;
    let at = heap.length;
    heap.push(entry);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (heap[parent] <= entry) break;
      heap[at] = heap[parent];
      at = parent;
    }
    heap[at] = entry;
  }

  pop(): { rank: number; place: number } {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop()!;
    if (heap.length > 0) this.#sink(last);
    return { rank: Math.floor(top / PLACES), place: top % PLACES };
  }

  #sink(entry: number): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1] < heap[child]) child++;
      if (heap[child] >= entry) break;
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = entry;
  }
}
