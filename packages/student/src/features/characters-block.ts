// Block `characters`: hashed character n-grams of the words of one or more fields. Misspelt words share most of theirs
// with the right ones. Numbers are left out: 12 and 120 are no spellings of each other.
import type { CharactersBlockDefinition } from '../model/definition.js';
import { bucketOf } from '../text/hash.js';
import type { AnalysedText } from './analysed-text.js';
import type { ExampleBlock } from './block.js';
import { CharacterGrams } from './character-grams.js';
import type { IdBags } from './feature-buffer.js';
import { type Lexicon, NUMBER_KIND } from './lexicon.js';

/** Words of a field that count; further ones are left out, so that the cost is bounded. */
export const MAX_CHARACTER_WORDS = 64;

/** Character n-grams of words, by the bucket of their hash. */
export class CharactersBlock implements ExampleBlock {
  private readonly grams: CharacterGrams;

  constructor(
    private readonly definition: CharactersBlockDefinition,
    private readonly fieldIndices: readonly number[],
    private readonly lexicon: Lexicon,
  ) {
    this.grams = new CharacterGrams(lexicon, definition.lengths);
  }

  append(texts: readonly AnalysedText[], into: IdBags): void {
    for (const fieldIndex of this.fieldIndices) {
      const { words, numWords } = texts[fieldIndex];
      const end = Math.min(numWords, MAX_CHARACTER_WORDS);
      this.grams.learn(words, end);
      const { hashes, starts, counts } = this.grams;
      const { size } = this.definition;
      for (let index = 0; index < end; index++) {
        if (this.lexicon.kinds[words[index]] === NUMBER_KIND) continue;
        const start = starts[words[index]];
        const stop = start + counts[words[index]];
        for (let gram = start; gram < stop; gram++) into.push(bucketOf(hashes[gram], size));
      }
    }
  }
}
