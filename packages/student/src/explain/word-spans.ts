// Where the words of a text stand in it, so that the text as it was given can be marked. Words are found again in the
// normalised text; those that one spelling of quantities changed lie between the ones that it did not.
import { normalizeQuantities, separateFractions, UNIT_NAMES } from '../text/quantities.js';
import { type TextDefinition, TOKENIZERS } from '../text/tokenizer.js';
import { type TextOrigins, traceOrigins } from './text-origins.js';

/** Half-open span in UTF-16 units; -1 and -1 where it cannot be told. */
export interface WordSpan {
  start: number;
  end: number;
}

const UNKNOWN: WordSpan = { start: -1, end: -1 };

/** Spans in `text` of the words that the tokenizer of `definition` makes of it. */
export function wordSpans(
  text: string,
  words: readonly string[],
  definition: TextDefinition,
): WordSpan[] {
  const origins = traceOrigins(text, definition);
  const { tokenizer, quantities } = definition;
  const plain = TOKENIZERS[tokenizer].splitWords(quantities ? separateFractions(text) : text);
  const found = tokenizer === 'paper' ? spansBetweenSpaces(plain) : findWords(origins.text, plain);
  const spans = quantities ? alignWords(words, { plain, found, text: origins.text }) : found;
  return spans.map((span) => toOriginal(span, origins));
}

function spansBetweenSpaces(words: readonly string[]): WordSpan[] {
  let start = 0;
  return words.map((word) => {
    const span = { start, end: start + word.length };
    start = span.end + 1;
    return span;
  });
}

/** Words in order in a normalised text; between two of them there are none of their characters. */
function findWords(text: string, words: readonly string[]): WordSpan[] {
  let position = 0;
  return words.map((word) => {
    for (let start = position; start < text.length; start++) {
      const end = matchEnd(text, start, word);
      if (end < 0) continue;
      position = end;
      return { start, end };
    }
    position = text.length;
    return UNKNOWN;
  });
}

/** Where `word` ends if it stands at `start`, apostrophes in it left out; else -1. */
function matchEnd(text: string, start: number, word: string): number {
  let position = start;
  for (let index = 0; index < word.length; index++) {
    while (index > 0 && APOSTROPHE.test(text[position] ?? '') && text[position] !== word[index]) {
      position++;
    }
    if (text[position] !== word[index]) return -1;
    position++;
  }
  return position;
}

const APOSTROPHE = /['\u2019\u02bc]/;

/** The words as they were before quantities were spelt, and their spans in the normalised text. */
interface PlainWords {
  plain: readonly string[];
  found: readonly WordSpan[];
  text: string;
}

/** Words that quantities may change at one place. */
const LOOK_AHEAD = 16;

/** Spans in the normalised text of the words after quantities were spelt. */
function alignWords(words: readonly string[], before: PlainWords): WordSpan[] {
  const { plain, found, text } = before;
  const spans: WordSpan[] = [];
  const isUsed = new Uint8Array(plain.length);
  let plainIndex = 0;
  while (spans.length < words.length) {
    const [skipPlain, skipWords] = nextEqual(words, spans.length, plain, plainIndex);
    const start = plainIndex === 0 ? 0 : found[plainIndex - 1].end;
    const end = found[plainIndex + skipPlain]?.start ?? text.length;
    const changed = words.slice(spans.length, spans.length + skipWords);
    if (start >= 0 && end >= start)
      spans.push(...spansInGap(changed, text.slice(start, end), start));
    else spans.push(...changed.map(() => UNKNOWN));
    plainIndex += skipPlain;
    if (spans.length === words.length) break;
    isUsed[plainIndex] = 1;
    spans.push(found[plainIndex++]);
  }
  return spans.map((span, index) =>
    span.start < 0 ? findMoved(index, words, before, isUsed) : span,
  );
}

/** How many words of each list to skip until both go on with the same word, or end. */
function nextEqual(
  words: readonly string[],
  wordIndex: number,
  plain: readonly string[],
  plainIndex: number,
): [skipPlain: number, skipWords: number] {
  for (let skipped = 0; skipped <= LOOK_AHEAD; skipped++) {
    for (let skipWords = 0; skipWords <= skipped; skipWords++) {
      const skipPlain = skipped - skipWords;
      const word = words[wordIndex + skipWords];
      if (word !== undefined && word === plain[plainIndex + skipPlain])
        return [skipPlain, skipWords];
    }
  }
  return [plain.length - plainIndex, words.length - wordIndex];
}

/** A number as people write it: `3-1/4`, `1/2`, `.75`, `1,000`. */
const NUMBER =
  /\d{1,3}(?: ?- ?| +)\d{1,2}[/\u2044]\d{1,2}|\d{1,2}[/\u2044]\d{1,2}|\.?\d(?:[\d.,]*\d)?/g;

/** Spans of numbers and units that were changed, in the part of the text that they were made of. */
function spansInGap(words: readonly string[], gap: string, offset: number): WordSpan[] {
  const numbers = Array.from(gap.matchAll(NUMBER), ({ 0: text, index }) => ({
    spelt: normalizeQuantities(text).trim(),
    start: index,
    end: index + text.length,
  }));
  let position = 0;
  return words.map((word) => {
    let span: WordSpan | undefined;
    if (UNIT_NAMES.has(word)) {
      const stop = numbers.find(({ start }) => start >= position)?.start ?? gap.length;
      span = unitIn(gap, position, stop);
    } else span = numbers.find(({ spelt, start }) => spelt === word && start >= position);
    if (span === undefined) return UNKNOWN;
    position = span.end;
    return { start: span.start + offset, end: span.end + offset };
  });
}

const UNIT = /[\p{L}\p{N}"'\u2019\u201d\u2032\u00b0%]/u;

/** The part between two places from the first to the last character of a unit; a full stop ends none. */
function unitIn(text: string, start: number, end: number): WordSpan | undefined {
  let [first, last] = [start, end];
  while (first < last && !UNIT.test(text[first])) first++;
  while (last > first && !UNIT.test(text[last - 1])) last--;
  return first < last ? { start: first, end: last } : undefined;
}

/** "pack of 24" becomes "24 pack": a word that is near, and no other word's. */
function findMoved(
  index: number,
  words: readonly string[],
  { plain, found }: PlainWords,
  isUsed: Uint8Array,
): WordSpan {
  for (
    let at = Math.max(0, index - LOOK_AHEAD);
    at < Math.min(plain.length, index + LOOK_AHEAD * 2);
    at++
  ) {
    if (isUsed[at] === 1 || plain[at] !== words[index]) continue;
    isUsed[at] = 1;
    return found[at];
  }
  return UNKNOWN;
}

function toOriginal({ start, end }: WordSpan, { starts, ends }: TextOrigins): WordSpan {
  // An empty word of the paper's tokenizer is nowhere.
  if (start < 0 || start === end) return UNKNOWN;
  const original = { start: starts[start], end: ends[end - 1] };
  return original.start < 0 || original.end < 0 ? UNKNOWN : original;
}
