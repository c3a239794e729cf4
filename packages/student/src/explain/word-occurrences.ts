// The ids of `cross` and `characters` blocks with their names, over text, in the order of the blocks.
import { characterGramTexts } from '../features/character-grams.js';
import { MAX_CHARACTER_WORDS } from '../features/characters-block.js';
import { MAX_CROSS_WORDS } from '../features/cross-block.js';
import { kindOfWord, NUMBER_KIND } from '../features/lexicon.js';
import type { CharactersBlockDefinition, CrossBlockDefinition } from '../model/definition.js';
import { bucketOf, combineHashes, hashWord } from '../text/hash.js';
import { stemWord } from '../text/stem.js';
import type { NamedId } from './ngram-occurrences.js';

/** Every word of one field with every word of another; `texts` are the words of each field. */
export function crossedWords(
  texts: readonly (readonly string[])[],
  [leftField, rightField]: readonly number[],
  { size }: CrossBlockDefinition,
): NamedId[] {
  const left = texts[leftField].slice(0, MAX_CROSS_WORDS.left);
  const right = texts[rightField].slice(0, MAX_CROSS_WORDS.right);
  return left.flatMap((leftWord, leftIndex) =>
    right.map((rightWord, rightIndex) => {
      const hash = combineHashes(hashWord(stemWord(leftWord)), hashWord(stemWord(rightWord)));
      return {
        id: bucketOf(hash, size),
        feature: `${leftWord} × ${rightWord}`,
        words: [
          { fieldIndex: leftField, wordIndex: leftIndex },
          { fieldIndex: rightField, wordIndex: rightIndex },
        ],
      };
    }),
  );
}

/** The character n-grams of the words of one or more fields; `<` and `>` mark a word's ends. */
export function wordCharacters(
  texts: readonly (readonly string[])[],
  fieldIndices: readonly number[],
  { lengths, size }: CharactersBlockDefinition,
): NamedId[] {
  return fieldIndices.flatMap((fieldIndex) =>
    texts[fieldIndex].slice(0, MAX_CHARACTER_WORDS).flatMap((word, wordIndex) => {
      if (kindOfWord(word) === NUMBER_KIND) return [];
      return [...characterGramTexts(word, lengths)].map(([hash, gram]) => ({
        id: bucketOf(hash, size),
        feature: `${gram} in "${word}"`,
        words: [{ fieldIndex, wordIndex }],
      }));
    }),
  );
}
