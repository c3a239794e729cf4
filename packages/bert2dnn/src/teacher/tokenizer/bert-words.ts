// Text -> words as BERT's normalizer and pre-tokenizer make them. Knows no vocabulary.
import {
  CHARACTER_CLASSES,
  CHINESE,
  MARK,
  PUNCTUATION,
  REMOVED,
  SEPARATOR,
  SPACE,
} from './character-classes.js';
import { toNormalForm } from './normal-form.js';

/** Options of Hugging Face's `BertNormalizer`. */
export interface NormalizerOptions {
  /** Drops control characters and makes every white space one blank. */
  cleanText: boolean;
  /** Makes each CJK ideograph a word. */
  handleChineseChars: boolean;
  /** Drops accents (NFD, then without non-spacing marks). */
  stripAccents: boolean;
  /** Lower-cases each code point by itself. */
  lowercase: boolean;
}

/** BERT's uncased normalisation, the default of a vocabulary made here. */
export const UNCASED: NormalizerOptions = {
  cleanText: true,
  handleChineseChars: true,
  stripAccents: true,
  lowercase: true,
};

// Printable ASCII: only its case can change. Most text is that, but for white space in it.
const PLAIN_TEXT = /^[\x20-\x7e]*$/;
const PLAIN_LINES = /^[\t\n\r\x20-\x7e]*$/;

/**
 * Normalised text as `BertNormalizer` gives it.
 * Source: huggingface/tokenizers, normalizers/bert.rs: clean, Chinese, accents, lower case, in this order.
 */
export function normalizeBert(text: string, options: NormalizerOptions): string {
  if (PLAIN_TEXT.test(text)) return options.lowercase ? text.toLowerCase() : text;
  if (PLAIN_LINES.test(text)) {
    const spaced = options.cleanText ? text.replace(/[\t\n\r]/g, ' ') : text;
    return options.lowercase ? spaced.toLowerCase() : spaced;
  }
  let result = text;
  if (options.cleanText || options.handleChineseChars) result = cleanAndSpread(result, options);
  if (options.stripAccents) result = stripMarks(toNormalForm(result, 'NFD'));
  return options.lowercase ? lowerEach(result) : result;
}

function cleanAndSpread(text: string, options: NormalizerOptions): string {
  let result = '';
  for (const char of text) {
    const flags = CHARACTER_CLASSES[char.codePointAt(0)!];
    if (options.cleanText && (flags & REMOVED) !== 0) continue;
    if (options.cleanText && (flags & SPACE) !== 0) result += ' ';
    else if (options.handleChineseChars && (flags & CHINESE) !== 0) result += ` ${char} `;
    else result += char;
  }
  return result;
}

function stripMarks(text: string): string {
  let result = '';
  for (const char of text) {
    if ((CHARACTER_CLASSES[char.codePointAt(0)!] & MARK) === 0) result += char;
  }
  return result;
}

/** Lower case code point by code point: unlike `toLowerCase` a final sigma is not special. */
export function lowerEach(text: string): string {
  if (!text.includes('Σ')) return text.toLowerCase();
  return text
    .split('Σ')
    .map((part) => part.toLowerCase())
    .join('σ');
}

const FIRST_SURROGATE = 0xd800;

/** Calls `visit` for each word of normalised text: split at white space, each punctuation mark alone. */
export function forEachWord(text: string, visit: (word: string) => void): void {
  let start = 0;
  let index = 0;
  while (index < text.length) {
    let code = text.charCodeAt(index);
    if (code >= FIRST_SURROGATE) code = text.codePointAt(index)!;
    const width = code > 0xffff ? 2 : 1;
    const flags = CHARACTER_CLASSES[code];
    if ((flags & (SEPARATOR | PUNCTUATION)) !== 0) {
      if (index > start) visit(text.slice(start, index));
      if ((flags & PUNCTUATION) !== 0) visit(text.slice(index, index + width));
      start = index + width;
    }
    index += width;
  }
  if (text.length > start) visit(text.slice(start));
}
