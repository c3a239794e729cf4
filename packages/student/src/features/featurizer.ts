// Examples to ids, block by block: the one path of text into a student, in training as in serving.
import { StudentError } from '../errors.js';
import type { BlockDefinition, StudentDefinition } from '../model/definition.js';
import { type Tokenizer, tokenizerOf } from '../text/tokenizer.js';
import type { AnalysedText } from './analysed-text.js';
import type { FeatureBlock } from './block.js';
import { CharactersBlock } from './characters-block.js';
import { CrossBlock } from './cross-block.js';
import { FeatureBuffer } from './feature-buffer.js';
import { KeptBlock } from './kept-block.js';
import { Lexicon } from './lexicon.js';
import { MatchBlock } from './match-block.js';
import { HashedNgramsBlock, ListedNgramsBlock } from './ngrams-block.js';
import { PlainReader } from './plain-reader.js';
import { TextCache } from './text-cache.js';
import type { Vocabulary } from './vocabulary.js';
import { WordStatistics } from './word-statistics.js';

/** What a featurizer reads of a definition. */
export type FeatureDefinition = Pick<StudentDefinition, 'fields' | 'text' | 'blocks'>;

/** Turns examples into ids. Holds scratch: one per thread. */
export class Featurizer {
  private readonly lexicon = new Lexicon();
  /** Of each field: texts that came lately, and that of the example at hand. */
  private readonly caches: TextCache[];
  private readonly texts: AnalysedText[] = [];
  private readonly tokenizer: Tokenizer;
  private readonly blocks: FeatureBlock[];

  /**
   * @param vocabularies by block name, for each block with a `list` vocabulary.
   * @throws {StudentError} VOCABULARY_INVALID if one is missing.
   */
  constructor(
    private readonly definition: FeatureDefinition,
    vocabularies: Readonly<Record<string, Vocabulary>>,
  ) {
    this.tokenizer = tokenizerOf(definition.text);
    const { tokenizer, lexicon } = this;
    const isDefault = definition.text.tokenizer === 'default';
    const plainReader = isDefault ? new PlainReader(lexicon, definition.text) : undefined;
    this.caches = definition.fields.map(() => new TextCache({ tokenizer, plainReader, lexicon }));
    this.blocks = definition.blocks.map((block, index) => {
      const created = this.createBlock(block, vocabularies);
      // Character n-grams are many, and their hashes are kept already, by word.
      if (block.fields.length > 1 || block.kind !== 'ngrams') return created;
      return new KeptBlock(created, index, definition.fields.indexOf(block.fields[0]));
    });
  }

  /** An empty buffer with a list for each block. */
  createBuffer(): FeatureBuffer {
    return new FeatureBuffer(this.blocks.length);
  }

  /** Adds one example, texts in the order of `definition.fields`, as the next bag of every block. */
  featurize(example: readonly string[], into: FeatureBuffer): void {
    this.lexicon.trim();
    for (let field = 0; field < this.caches.length; field++) {
      this.texts[field] = this.caches[field].read(example[field]);
    }
    for (let block = 0; block < this.blocks.length; block++) {
      this.blocks[block].append(this.texts, into.blocks[block]);
      into.blocks[block].endExample();
    }
  }

  private createBlock(
    block: BlockDefinition,
    vocabularies: Readonly<Record<string, Vocabulary>>,
  ): FeatureBlock {
    const { fields, text } = this.definition;
    const { lexicon } = this;
    const fieldIndices = block.fields.map((field) => fields.indexOf(field));
    if (block.kind === 'cross') return new CrossBlock(block, pairOf(fieldIndices), lexicon);
    if (block.kind === 'characters') return new CharactersBlock(block, fieldIndices, lexicon);
    if (block.kind === 'match') {
      const vocabulary = block.statistics && vocabularyOf(block.statistics, vocabularies);
      const statistics = vocabulary ? new WordStatistics(vocabulary, lexicon) : undefined;
      return new MatchBlock(block, pairOf(fieldIndices), { lexicon, statistics });
    }
    const { marks } = this.tokenizer;
    const options = { fieldIndices, lexicon, marks, highest: text.ngrams };
    if (block.vocabulary === 'hash') return new HashedNgramsBlock(block, options);
    return new ListedNgramsBlock(vocabularyOf(block.table ?? block.name, vocabularies), options);
  }
}

function vocabularyOf(
  blockName: string,
  vocabularies: Readonly<Record<string, Vocabulary>>,
): Vocabulary {
  const vocabulary = vocabularies[blockName];
  if (vocabulary !== undefined) return vocabulary;
  throw new StudentError(
    'VOCABULARY_INVALID',
    `block ${blockName}: no vocabulary given, expected one for every block with a list`,
  );
}

function pairOf(indices: readonly number[]): [number, number] {
  return [indices[0], indices[1]];
}
