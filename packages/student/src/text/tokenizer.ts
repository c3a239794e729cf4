// The two tokenizers behind one interface: how a definition's `text` turns into words and n-grams.
import { type BoundaryMarks, DEFAULT_MARKS, ngrams } from './ngrams.js';
import { PAPER_MARKS, paperWords } from './paper-tokenizer.js';
import { splitWords } from './words.js';

/** How text becomes n-grams: which words, and up to how many of them. */
export interface TextDefinition {
  /** `default`: Unicode words; `paper`: the reference code's. */
  tokenizer: 'default' | 'paper';
  /** Longest n-gram, 1 to 3; the reference code has 2. */
  ngrams: number;
}

/** A tokenizer: its words and its boundary marks. */
export interface Tokenizer {
  splitWords(text: string): string[];
  readonly marks: BoundaryMarks;
}

/** Every tokenizer that a definition can name. */
export const TOKENIZERS: Readonly<Record<TextDefinition['tokenizer'], Tokenizer>> = {
  default: { splitWords, marks: DEFAULT_MARKS },
  paper: { splitWords: paperWords, marks: PAPER_MARKS },
};

/** The n-grams of one text, in order, as a vocabulary counts them. */
export function textTokens(text: string, definition: TextDefinition): string[] {
  const tokenizer = TOKENIZERS[definition.tokenizer];
  return ngrams(tokenizer.splitWords(text), definition.ngrams, tokenizer.marks);
}
