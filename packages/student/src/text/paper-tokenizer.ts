// The tokenizer of the paper's reference code, to the letter.
// Source: github.com/e-commerce-search/bert2dnn, tokenizer.py (Jiang et al., BERT2DNN, ICDM 2020).
import { type BoundaryMarks, ngrams } from './ngrams.js';

/** Marks of the reference code. A word `^` or `$s` of the text looks the same, there as here. */
export const PAPER_MARKS: BoundaryMarks = { start: '^', end: '$s' };

/**
 * Words of the reference code: lower case, split on one space.
 * QUIRK: punctuation stays on its word; two spaces make an empty word; an empty text is one empty word.
 */
export function paperWords(text: string): string[] {
  return text.toLowerCase().split(' ');
}

/**
 * Unigrams and bigrams of the reference code: 2n + 1 tokens for n words.
 * @example paperTokens('a b') // ['^ a', 'a', 'a b', 'b', 'b $s']
 */
export function paperTokens(text: string): string[] {
  return ngrams(paperWords(text), 2, PAPER_MARKS);
}
