// Text -> words as the `ByteLevel` pre-tokenizer of GPT-2 and RoBERTa cuts it. Bytes are the model's.
import { CHARACTER_CLASSES, LETTER, NUMBER, SEPARATOR } from './character-classes.js';

const BLANK = 0x20;
const APOSTROPHE = 0x27;
const KINDS = LETTER | NUMBER | SEPARATOR;

/**
 * Calls `visit` for each match of `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`.
 * Written out, as JavaScript's classes follow another Unicode version.
 * Source: huggingface/tokenizers, pre_tokenizers/byte_level.rs.
 */
export function forEachByteLevelWord(text: string, visit: (word: string) => void): void {
  let start = 0;
  while (start < text.length) {
    const end = findEnd(text, start);
    visit(text.slice(start, end));
    start = end;
  }
}

function findEnd(text: string, start: number): number {
  const code = text.charCodeAt(start);
  if (code === APOSTROPHE) {
    const length = contractionLength(text, start + 1);
    if (length > 0) return start + 1 + length;
  }
  // One blank belongs to the word after it.
  const first = code === BLANK && start + 1 < text.length ? start + 1 : start;
  const kind = kindAt(text, first);
  if (kind !== SEPARATOR) return endOfKind(text, first, kind);
  const end = endOfKind(text, start, SEPARATOR);
  // White space before a word leaves its last character to that word, if it has another.
  return end < text.length && end > start + 1 ? end - 1 : end;
}

function contractionLength(text: string, index: number): number {
  const one = text[index];
  if (one === 's' || one === 't' || one === 'm' || one === 'd') return 1;
  const two = text.slice(index, index + 2);
  return two === 're' || two === 've' || two === 'll' ? 2 : 0;
}

function endOfKind(text: string, start: number, kind: number): number {
  let end = start;
  while (end < text.length && kindAt(text, end) === kind) {
    end += text.codePointAt(end)! > 0xffff ? 2 : 1;
  }
  return end;
}

/** LETTER, NUMBER, SEPARATOR or 0 for any other. */
function kindAt(text: string, index: number): number {
  return CHARACTER_CLASSES[text.codePointAt(index)!] & KINDS;
}
