// What every kind of block can do: turn the texts of examples into ids. One file per kind implements it.
import type {
  BlockDefinition,
  FeatureDefinition,
  MatchBlockDefinition,
  NgramsBlockDefinition,
} from '../model/definition.js';
import type { BoundaryMarks } from '../text/ngrams.js';
import type { AnalysedText } from './analysed-text.js';
import type { IdBags } from './feature-buffer.js';
import type { Lexicon } from './lexicon.js';
import type { Vocabulary } from './vocabulary.js';
import { WordStatistics } from './word-statistics.js';

/** A block of features, ready to run. */
export interface FeatureBlock {
  /** Adds a bag for each of the first `count` examples, which are their fields in the definition's order. */
  appendAll(examples: readonly (readonly AnalysedText[])[], count: number, into: IdBags): void;
}

/** A kind of block that looks at one example at a time. */
export interface ExampleBlock {
  /** Adds the ids of one example to the open bag. */
  append(texts: readonly AnalysedText[], into: IdBags): void;
}

/** Another block, one example after the other. */
export class EachExample implements FeatureBlock {
  constructor(private readonly block: ExampleBlock) {}

  appendAll(examples: readonly (readonly AnalysedText[])[], count: number, into: IdBags): void {
    for (let index = 0; index < count; index++) {
      this.block.append(examples[index], into);
      into.endExample();
    }
  }
}

/** What blocks are made of, each of its part of the definition. */
export interface BlockParts {
  definition: FeatureDefinition;
  /** By the name of the block that has it, all that are used. */
  vocabularies: Readonly<Record<string, Vocabulary>>;
  lexicon: Lexicon;
  marks: BoundaryMarks;
}

/** Whether a block has n-grams of a list. */
export function isListed(block: BlockDefinition): block is NgramsBlockDefinition {
  return block.kind === 'ngrams' && block.vocabulary === 'list';
}

/** Name of the block whose list an n-grams block uses. */
export function listOf({ name, table = name }: NgramsBlockDefinition): string {
  return table;
}

/** What a block `match` knows of words, if it asks for that. */
export function statisticsOf(
  { statistics }: MatchBlockDefinition,
  { vocabularies, lexicon }: BlockParts,
): WordStatistics | undefined {
  return statistics === undefined
    ? undefined
    : new WordStatistics(vocabularies[statistics], lexicon);
}
