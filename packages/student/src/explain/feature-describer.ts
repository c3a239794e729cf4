// Every feature of an example with its name and its words. What `features/featurizer.ts` makes ids of, for people:
// slower, and with a lexicon of its own, so that scoring knows nothing of it.
import { AnalysedText } from '../features/analysed-text.js';
import { IdBags } from '../features/feature-buffer.js';
import { Lexicon } from '../features/lexicon.js';
import { MatchBlock } from '../features/match-block.js';
import { PairMatch } from '../features/pair-match.js';
import type { Vocabulary } from '../features/vocabulary.js';
import { WordStatistics } from '../features/word-statistics.js';
import type {
  BlockDefinition,
  FeatureDefinition,
  MatchBlockDefinition,
} from '../model/definition.js';
import { tableOf } from '../model/parameters.js';
import { type Tokenizer, tokenizerOf } from '../text/tokenizer.js';
import { MatchNames } from './match-occurrences.js';
import { hashedNgrams, listedNgrams, type NamedId } from './ngram-occurrences.js';
import type { Occurrence } from './occurrence.js';
import { crossedWords, wordCharacters } from './word-occurrences.js';

/** The words of an example's fields, and every id that the blocks make of them. */
export interface DescribedExample {
  /** Words by field. */
  words: readonly (readonly string[])[];
  /** Ids of all blocks, block by block. */
  occurrences: readonly Occurrence[];
}

/** Names the ids of one block. */
type DescribeBlock = (words: readonly (readonly string[])[]) => NamedId[];

/** Describes examples of one definition. */
export class FeatureDescriber {
  private readonly lexicon = new Lexicon();
  private readonly tokenizer: Tokenizer;
  private readonly texts: AnalysedText[];
  private readonly blocks: readonly DescribeBlock[];

  /** @param vocabularies by block name, for each block with a `list` vocabulary. */
  constructor(
    private readonly definition: FeatureDefinition,
    private readonly vocabularies: Readonly<Record<string, Vocabulary>>,
  ) {
    this.tokenizer = tokenizerOf(definition.text);
    this.texts = definition.fields.map(() => new AnalysedText());
    this.blocks = definition.blocks.map((block) => this.describeBlock(block));
  }

  /** Describes one example, texts in the order of the definition's fields. */
  describe(example: readonly string[]): DescribedExample {
    this.lexicon.trim();
    this.texts.forEach((text, field) => {
      const { tokenizer, lexicon } = this;
      text.read(example[field], { tokenizer, lexicon, plainReader: undefined });
    });
    const words = this.texts.map(({ words: numbers, numWords }) =>
      Array.from(numbers.subarray(0, numWords), (number) => this.lexicon.words[number]),
    );
    const occurrences = this.blocks.flatMap((describe, blockIndex) => {
      const { kind } = this.definition.blocks[blockIndex];
      return describe(words).map((named) => ({ blockIndex, kind, ...named }));
    });
    return { words, occurrences };
  }

  private describeBlock(block: BlockDefinition): DescribeBlock {
    const { fields, text } = this.definition;
    const fieldIndices = block.fields.map((field) => fields.indexOf(field));
    if (block.kind === 'cross') return (words) => crossedWords(words, fieldIndices, block);
    if (block.kind === 'characters') return (words) => wordCharacters(words, fieldIndices, block);
    if (block.kind === 'match') return this.describeMatch(block, fieldIndices);
    const rules = { fieldIndices, marks: this.tokenizer.marks, highest: text.ngrams };
    if (block.vocabulary === 'hash') return (words) => hashedNgrams(words, rules, block);
    const vocabulary = this.vocabularies[tableOf(block)];
    return (words) => listedNgrams(words, rules, vocabulary);
  }

  private describeMatch(
    block: MatchBlockDefinition,
    fieldIndices: readonly number[],
  ): DescribeBlock {
    const { lexicon } = this;
    const [left, right] = fieldIndices;
    const statistics = block.statistics
      ? new WordStatistics(this.vocabularies[block.statistics], lexicon)
      : undefined;
    const features = new MatchBlock(block, [left, right], { lexicon, statistics });
    const pair = new PairMatch(lexicon);
    const names = new MatchNames(block, fieldIndices, pair);
    const bag = new IdBags();
    return () => {
      if (this.texts[left].numWords === 0) return [];
      bag.clear();
      features.append(this.texts, bag);
      pair.read(this.texts[left], this.texts[right]);
      return names.name(bag.ids.subarray(0, bag.numIds), pair);
    };
  }
}
