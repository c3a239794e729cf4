// Unigram: a word -> ids of the pieces whose scores sum to the most. Splits no text.
import type { Speller } from './spelling-cache.js';

/** What the model part of a Unigram tokenizer.json says. */
export interface UnigramOptions {
  /** Pieces with their scores, log probabilities; a piece's id is its place. */
  pieces: readonly (readonly [string, number])[];
  /** Stands for what no piece spells. */
  unknownId: number;
  /** What no piece spells is spelt in bytes, `<0x00>` to `<0xFF>`, if all of them are pieces. */
  byteFallback: boolean;
}

/** An unknown character scores so much less than the worst piece. Source: huggingface/tokenizers, K_UNK_PENALTY. */
const UNKNOWN_PENALTY = 10;
const encoder = new TextEncoder();

/** Spells words by the best path through their pieces (Viterbi). */
export class Unigram implements Speller {
  readonly options: UnigramOptions;
  readonly #ids = new Map<string, number>();
  readonly #unknownScore: number;
  #longestPiece = 1;

  constructor(options: UnigramOptions) {
    this.options = options;
    let lowest = Number.POSITIVE_INFINITY;
    options.pieces.forEach(([piece, score], id) => {
      this.#ids.set(piece, id);
      this.#longestPiece = Math.max(this.#longestPiece, piece.length);
      lowest = Math.min(lowest, score);
    });
    this.#unknownScore = lowest - UNKNOWN_PENALTY;
  }

  /** Ids of a word's pieces; neighbouring unknown characters are one. */
  spell(word: string): number[] {
    const { starts, ids } = this.#findBestPath(word);
    const { unknownId } = this.options;
    const result: number[] = [];
    for (let end = word.length; end > 0; ) {
      let start = starts[end];
      if (ids[end] === unknownId) {
        while (start > 0 && ids[start] === unknownId) start = starts[start];
        // The tokens are gathered from the last to the first.
        result.push(...this.#spellUnknown(word.slice(start, end)).reverse());
      } else {
        result.push(ids[end]);
      }
      end = start;
    }
    return result.reverse();
  }

  /**
   * Of each place `end` of a word the last piece of the best path to it: where it starts and its id.
   * Source: huggingface/tokenizers, models/unigram/model.rs, encode_optimized.
   */
  #findBestPath(word: string): { starts: Int32Array; ids: Int32Array } {
    const n = word.length;
    const scores = new Float64Array(n + 1);
    const starts = new Int32Array(n + 1).fill(-1);
    const ids = new Int32Array(n + 1);
    const offer = (start: number, end: number, score: number, id: number): void => {
      const total = score + scores[start];
      if (starts[end] >= 0 && total <= scores[end]) return;
      scores[end] = total;
      starts[end] = start;
      ids[end] = id;
    };
    for (let start = 0, width = 0; start < n; start += width) {
      width = word.codePointAt(start)! > 0xffff ? 2 : 1;
      const last = Math.min(n, start + this.#longestPiece);
      let isSpelt = false;
      for (let end = start + width; end <= last; end++) {
        const id = this.#ids.get(word.slice(start, end));
        if (id === undefined) continue;
        offer(start, end, this.options.pieces[id][1], id);
        if (end === start + width) isSpelt = true;
      }
      if (!isSpelt) offer(start, start + width, this.#unknownScore, this.options.unknownId);
    }
    return { starts, ids };
  }

  #spellUnknown(text: string): number[] {
    const { byteFallback, unknownId } = this.options;
    const known = this.#ids.get(text);
    if (known !== undefined) return [known];
    if (byteFallback) {
      const bytes = Array.from(encoder.encode(text), (byte) => this.#ids.get(bytePiece(byte)));
      if (!bytes.includes(undefined)) return bytes as number[];
    }
    return [unknownId];
  }
}

function bytePiece(byte: number): string {
  return `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;
}
