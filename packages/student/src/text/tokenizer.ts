// The tokenizers behind one interface: how a definition's `text` turns into words and n-grams.
import { type BoundaryMarks, DEFAULT_MARKS, ngrams } from './ngrams.js';
import { normalizeText } from './normalize.js';
import { PAPER_MARKS, paperWords } from './paper-tokenizer.js';
import { normalizeQuantities, separateFractions } from './quantities.js';
import { splitWords } from './words.js';

/** How text becomes n-grams: which words, and up to how many of them. */
export interface TextDefinition {
  /** `default`: Unicode words; `paper`: the reference code's. */
  tokenizer: 'default' | 'paper';
  /** Longest n-gram, 1 to 3; the reference code has 2. */
  ngrams: number;
  /** Numbers and units get one spelling first, see `normalizeQuantities`; `default` only. Absent: they stay. */
  quantities?: boolean;
}

/** A tokenizer: its words and its boundary marks. */
export interface Tokenizer {
  splitWords(text: string): string[];
  readonly marks: BoundaryMarks;
}

/** Every tokenizer that a definition can name, as it is without `quantities`. */
export const TOKENIZERS: Readonly<Record<TextDefinition['tokenizer'], Tokenizer>> = {
  default: { splitWords, marks: DEFAULT_MARKS },
  paper: { splitWords: paperWords, marks: PAPER_MARKS },
};

const WITH_QUANTITIES: Tokenizer = { splitWords: splitWordsAndQuantities, marks: DEFAULT_MARKS };

/** The tokenizer of a definition's `text`. */
export function tokenizerOf({ tokenizer, quantities }: TextDefinition): Tokenizer {
  return quantities ? WITH_QUANTITIES : TOKENIZERS[tokenizer];
}

/** Words of the `default` tokenizer of a text whose quantities have one spelling. */
function splitWordsAndQuantities(text: string): string[] {
  if (!HAS_NUMBER.test(text)) return splitWords(text);
  return splitWords(normalizeQuantities(normalizeText(separateFractions(text))));
}

const HAS_NUMBER = /\p{N}/u;

/** The n-grams of one text, in order, as a vocabulary counts them. */
export function textTokens(text: string, definition: TextDefinition): string[] {
  const tokenizer = tokenizerOf(definition);
  return ngrams(tokenizer.splitWords(text), definition.ngrams, tokenizer.marks);
}
