// WordPiece: a word -> ids of its longest known pieces. Splits no text.
import type { Speller } from './spelling-cache.js';

/** What the model part of a WordPiece tokenizer.json says. */
export interface WordPieceOptions {
  /** Piece -> id. */
  vocabulary: ReadonlyMap<string, number>;
  /** The piece of a word that cannot be spelt. */
  unknownToken: string;
  /** What a piece inside a word begins with, `##`. */
  continuingPrefix: string;
  /** A word with more code points is unknown. */
  maxCharsPerWord: number;
}

/** Spells words with the pieces of a vocabulary, longest first from the left. */
export class WordPiece implements Speller {
  readonly options: WordPieceOptions;
  readonly wholeWords: ReadonlyMap<string, number>;
  readonly longestWhole: number;
  readonly #unknownId: number;
  readonly #continuing = new Map<string, number>();
  #longestPiece = 0;

  constructor(options: WordPieceOptions) {
    this.options = options;
    // A word that is a piece is spelt by it alone.
    this.wholeWords = options.vocabulary;
    this.longestWhole = options.maxCharsPerWord;
    this.#unknownId = options.vocabulary.get(options.unknownToken) ?? -1;
    const prefix = options.continuingPrefix;
    for (const [piece, id] of options.vocabulary) {
      if (piece.startsWith(prefix)) this.#continuing.set(piece.slice(prefix.length), id);
      this.#longestPiece = Math.max(this.#longestPiece, piece.length);
    }
  }

  /** Ids of a word's pieces, or of the unknown token. */
  spell(word: string): number[] {
    const ids: number[] = [];
    if (countCodePoints(word) > this.options.maxCharsPerWord) return [this.#unknownId];
    let start = 0;
    while (start < word.length) {
      const pieces = start === 0 ? this.options.vocabulary : this.#continuing;
      let end = Math.min(word.length, start + this.#longestPiece);
      let id: number | undefined;
      for (; end > start; end--) {
        id = pieces.get(word.slice(start, end));
        if (id !== undefined) break;
      }
      if (id === undefined) return [this.#unknownId];
      ids.push(id);
      start = end;
    }
    return ids;
  }
}

function countCodePoints(word: string): number {
  let count = 0;
  for (let index = 0; index < word.length; index++) {
    // A low surrogate belongs to the code point before it.
    if ((word.charCodeAt(index) & 0xfc00) !== 0xdc00) count++;
  }
  return count;
}
