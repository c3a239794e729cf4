// The n-grams of a block with their names, over text: what `features/ngrams-block.ts` makes ids of, in its order.
import type { Vocabulary } from '../features/vocabulary.js';
import type { NgramsBlockDefinition } from '../model/definition.js';
import { bucketOf, combineHashes, hashWord } from '../text/hash.js';
import type { BoundaryMarks } from '../text/ngrams.js';
import { type WordPlace, wordRange } from './occurrence.js';

/** A named id of one block. */
export interface NamedId {
  id: number;
  feature: string;
  words: readonly WordPlace[];
}

/** What n-grams are made with. */
export interface NgramRules {
  fieldIndices: readonly number[];
  marks: BoundaryMarks;
  /** Longest n-gram. */
  highest: number;
}

/** N-grams of a list vocabulary, unknown ones left out; `texts` are the words of each field. */
export function listedNgrams(
  texts: readonly (readonly string[])[],
  rules: NgramRules,
  vocabulary: Vocabulary,
): NamedId[] {
  return ngramsOf(texts, rules).flatMap((ngram) => {
    const id = vocabulary.get(ngram.parts.join(' '));
    return id < 0 ? [] : [{ id, feature: nameOf(ngram), words: ngram.words }];
  });
}

/** Every n-gram, by the bucket of its hash. */
export function hashedNgrams(
  texts: readonly (readonly string[])[],
  rules: NgramRules,
  { size }: NgramsBlockDefinition,
): NamedId[] {
  return ngramsOf(texts, rules).map((ngram) => {
    const { parts, words } = ngram;
    const hash = parts.slice(1).reduce((sum, part) => {
      return combineHashes(sum, hashWord(part));
    }, hashWord(parts[0]));
    return { id: bucketOf(hash, size), feature: nameOf(ngram), words };
  });
}

/** An n-gram of a text between its marks. */
interface Ngram {
  /** Words and marks. */
  parts: readonly string[];
  /** Whether its first and its last part are marks; a word may look like one. */
  isFirst: boolean;
  isLast: boolean;
  words: WordPlace[];
}

/** `red drill`, `red (at the start)`: words without marks, and the empty words of the paper's tokenizer to be seen. */
function nameOf({ parts, isFirst, isLast }: Ngram): string {
  const words = parts.slice(isFirst ? 1 : 0, isLast ? -1 : undefined);
  const edges = [...(isFirst ? ['at the start'] : []), ...(isLast ? ['at the end'] : [])];
  const name = words.map((word) => word || '(empty word)').join(' ');
  return edges.length === 0 ? name : `${name} (${edges.join(' and ')})`;
}

/** N-grams of every field, by start and then by length, as in `text/ngrams.ts`. */
function ngramsOf(
  texts: readonly (readonly string[])[],
  { fieldIndices, marks, highest }: NgramRules,
): Ngram[] {
  return fieldIndices.flatMap((fieldIndex) => {
    const words = texts[fieldIndex];
    if (words.length === 0) return [];
    const padded = [marks.start, ...words, marks.end];
    const found: Ngram[] = [];
    for (let start = 0; start + 1 < padded.length; start++) {
      for (let end = start + 1; end <= Math.min(start + highest, padded.length); end++) {
        const isMark = end === start + 1 && start === 0;
        if (isMark) continue;
        const first = Math.max(start - 1, 0);
        const places = wordRange(fieldIndex, first, Math.min(end - 1, words.length));
        found.push({
          parts: padded.slice(start, end),
          isFirst: start === 0,
          isLast: end === padded.length,
          words: places,
        });
      }
    }
    return found;
  });
}
