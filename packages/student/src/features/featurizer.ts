// Examples to ids, block by block: the one path of text into a student, in training as in serving.
import { StudentError } from '../errors.js';
import type { BlockDefinition, StudentDefinition } from '../model/definition.js';
import { TOKENIZERS } from '../text/tokenizer.js';
import { AnalysedText } from './analysed-text.js';
import type { FeatureBlock } from './block.js';
import { CrossBlock } from './cross-block.js';
import { FeatureBuffer } from './feature-buffer.js';
import { Lexicon } from './lexicon.js';
import { MatchBlock } from './match-block.js';
import { HashedNgramsBlock, ListedNgramsBlock } from './ngrams-block.js';
import type { Vocabulary } from './vocabulary.js';

/** What a featurizer reads of a definition. */
export type FeatureDefinition = Pick<StudentDefinition, 'fields' | 'text' | 'blocks'>;

/** Turns examples into ids. Holds scratch: one per thread. */
export class Featurizer {
  private readonly lexicon = new Lexicon();
  private readonly texts: AnalysedText[];
  private readonly blocks: FeatureBlock[];

  /**
   * @param vocabularies by block name, for each block with a `list` vocabulary.
   * @throws {StudentError} VOCABULARY_INVALID if one is missing.
   */
  constructor(
    private readonly definition: FeatureDefinition,
    vocabularies: Readonly<Record<string, Vocabulary>>,
  ) {
    this.texts = definition.fields.map(() => new AnalysedText());
    this.blocks = definition.blocks.map((block) => this.createBlock(block, vocabularies));
  }

  /** An empty buffer with a list for each block. */
  createBuffer(): FeatureBuffer {
    return new FeatureBuffer(this.blocks.length);
  }

  /** Adds one example, texts in the order of `definition.fields`, as the next bag of every block. */
  featurize(example: readonly string[], into: FeatureBuffer): void {
    const tokenizer = TOKENIZERS[this.definition.text.tokenizer];
    this.lexicon.trim();
    for (let field = 0; field < this.texts.length; field++) {
      this.texts[field].read(example[field], tokenizer, this.lexicon);
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
    if (block.kind === 'match') return new MatchBlock(block, pairOf(fieldIndices), lexicon);
    const { marks } = TOKENIZERS[text.tokenizer];
    const options = { fieldIndices, lexicon, marks, highest: text.ngrams };
    if (block.vocabulary === 'hash') return new HashedNgramsBlock(block, options);
    const vocabulary = vocabularies[block.name];
    if (vocabulary === undefined) {
      throw new StudentError(
        'VOCABULARY_INVALID',
        `block ${block.name}: no vocabulary given, expected one for every block with a list`,
      );
    }
    return new ListedNgramsBlock(vocabulary, options);
  }
}

function pairOf(indices: readonly number[]): [number, number] {
  return [indices[0], indices[1]];
}
