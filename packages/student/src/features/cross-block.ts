// Block `cross`: every word of one field with every word of another, by stem, hashed. It learns which words of a
// title answer which words of a query; it knows nothing of words that it never saw together.
import type { CrossBlockDefinition } from '../model/definition.js';
import { bucketOf, combineScrambled, scrambleHash } from '../text/hash.js';
import type { AnalysedText } from './analysed-text.js';
import type { ExampleBlock } from './block.js';
import type { IdBags } from './feature-buffer.js';
import type { Lexicon } from './lexicon.js';

/** Words of each field that are crossed; further ones are left out, so that a long text costs no square. */
export const MAX_CROSS_WORDS = { left: 16, right: 48 } as const;

/** Crossed words of two fields. */
export class CrossBlock implements ExampleBlock {
  /** Of the right text's words: the hashes of their stems, scrambled. */
  private readonly rightHashes = new Int32Array(MAX_CROSS_WORDS.right);

  constructor(
    private readonly definition: CrossBlockDefinition,
    private readonly fieldIndices: readonly [number, number],
    private readonly lexicon: Lexicon,
  ) {}

  append(texts: readonly AnalysedText[], into: IdBags): void {
    const { hashes, stems } = this.lexicon;
    const left = texts[this.fieldIndices[0]];
    const right = texts[this.fieldIndices[1]];
    const numLeft = Math.min(left.numWords, MAX_CROSS_WORDS.left);
    const numRight = Math.min(right.numWords, MAX_CROSS_WORDS.right);
    for (let index = 0; index < numRight; index++) {
      this.rightHashes[index] = scrambleHash(hashes[stems[right.words[index]]]);
    }
    for (let leftIndex = 0; leftIndex < numLeft; leftIndex++) {
      const leftHash = hashes[stems[left.words[leftIndex]]];
      for (let rightIndex = 0; rightIndex < numRight; rightIndex++) {
        const hash = combineScrambled(leftHash, this.rightHashes[rightIndex]);
        into.push(bucketOf(hash, this.definition.size));
      }
    }
  }
}
