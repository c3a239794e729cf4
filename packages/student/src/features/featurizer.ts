// Examples to ids, block by block: the one path of text into a student, in training as in serving.
import { StudentError } from '../errors.js';
import type {
  BlockDefinition,
  MatchBlockDefinition,
  StudentDefinition,
} from '../model/definition.js';
import { createMatch } from '../plain/plain.js';
import { type Tokenizer, tokenizerOf } from '../text/tokenizer.js';
import type { AnalysedText } from './analysed-text.js';
import { EachExample, type ExampleBlock, type FeatureBlock } from './block.js';
import { CharactersBlock } from './characters-block.js';
import { CrossBlock } from './cross-block.js';
import { FeatureBuffer } from './feature-buffer.js';
import { KeptBlock } from './kept-block.js';
import { Lexicon } from './lexicon.js';
import { MatchKernelBlock } from './match-kernel-block.js';
import { HashedNgramsBlock, ListedNgramsBlock } from './ngrams-block.js';
import { PlainReader } from './plain-reader.js';
import { TextCache } from './text-cache.js';
import { TextCodes } from './text-codes.js';
import type { Vocabulary } from './vocabulary.js';
import { WordStatistics } from './word-statistics.js';

/** What a featurizer reads of a definition. */
export type FeatureDefinition = Pick<StudentDefinition, 'fields' | 'text' | 'blocks'>;

/**
 * Examples that go through the blocks together, so that the code of a block and what it reads are near for all of them;
 * fewer, once their texts have so many UTF-16 units.
 */
const MAX_TOGETHER = 32;
const MAX_UNITS = 1 << 14;

/** Turns examples into ids. Holds scratch: one per thread. */
export class Featurizer {
  private readonly lexicon = new Lexicon();
  /** Of each field: texts that came lately. */
  private readonly caches: TextCache[];
  /** The texts of the examples at hand, by field. */
  private readonly examples: AnalysedText[][] = [];
  private readonly tokenizer: Tokenizer;
  private readonly blocks: FeatureBlock[];

  /**
   * @param vocabularies by block name, for each block with a `list` vocabulary.
   * @param isPlain whether all is plain JavaScript; else what WebAssembly is faster at runs there, to the same ids.
   * @throws {StudentError} VOCABULARY_INVALID if one is missing.
   */
  constructor(
    private readonly definition: FeatureDefinition,
    vocabularies: Readonly<Record<string, Vocabulary>>,
    isPlain = false,
  ) {
    this.tokenizer = tokenizerOf(definition.text);
    const { tokenizer, lexicon } = this;
    const codes = new TextCodes();
    const isDefault = definition.text.tokenizer === 'default';
    const plainReader = isDefault ? new PlainReader(lexicon, tokenizer, codes) : undefined;
    const readers = { tokenizer, plainReader, lexicon };
    this.caches = definition.fields.map(() => new TextCache(readers, codes));
    this.blocks = definition.blocks.map((block, index) =>
      block.kind === 'match'
        ? this.createMatch(block, vocabularies, isPlain)
        : new EachExample(this.createBlock(block, index, vocabularies)),
    );
  }

  /** An empty buffer with a list for each block. */
  createBuffer(): FeatureBuffer {
    return new FeatureBuffer(this.blocks.length);
  }

  /** Adds one example, texts in the order of `definition.fields`, as the next bag of every block. */
  featurize(example: readonly string[], into: FeatureBuffer): void {
    this.begin();
    this.read(example, 0);
    this.append(1, into);
  }

  /** Adds `count` examples as `featurize` does, faster. Each is asked for once, in order, and may be the same list. */
  featurizeAll(
    count: number,
    exampleAt: (index: number) => readonly string[],
    into: FeatureBuffer,
  ): void {
    for (let done = 0; done < count; ) {
      this.begin();
      const most = Math.min(MAX_TOGETHER, count - done);
      let size = 0;
      for (let units = 0; size < most && units < MAX_UNITS; size++) {
        units += this.read(exampleAt(done + size), size);
      }
      this.append(size, into);
      done += size;
    }
  }

  private begin(): void {
    this.lexicon.trim();
    for (let field = 0; field < this.caches.length; field++) this.caches[field].begin();
  }

  /** Analyses the texts of an example; returns their UTF-16 units. */
  private read(example: readonly string[], index: number): number {
    this.examples[index] ??= [];
    const texts = this.examples[index];
    let units = 0;
    for (let field = 0; field < this.caches.length; field++) {
      texts[field] = this.caches[field].read(example[field], index);
      units += example[field].length;
    }
    return units;
  }

  /** Adds the examples that were read. */
  private append(count: number, into: FeatureBuffer): void {
    for (let block = 0; block < this.blocks.length; block++) {
      this.blocks[block].appendAll(this.examples, count, into.blocks[block]);
    }
  }

  private createMatch(
    block: MatchBlockDefinition,
    vocabularies: Readonly<Record<string, Vocabulary>>,
    isPlain: boolean,
  ): FeatureBlock {
    const { lexicon } = this;
    const vocabulary = block.statistics && vocabularyOf(block.statistics, vocabularies);
    const statistics = vocabulary ? new WordStatistics(vocabulary, lexicon) : undefined;
    const fieldIndices = pairOf(this.fieldsOf(block));
    const parts = { lexicon, statistics };
    const fast = isPlain ? undefined : MatchKernelBlock.create(block, fieldIndices, parts);
    return fast ?? new EachExample(createMatch(block, fieldIndices, parts));
  }

  private createBlock(
    block: Exclude<BlockDefinition, MatchBlockDefinition>,
    index: number,
    vocabularies: Readonly<Record<string, Vocabulary>>,
  ): ExampleBlock {
    const { lexicon } = this;
    const fieldIndices = this.fieldsOf(block);
    if (block.kind === 'cross') return new CrossBlock(block, pairOf(fieldIndices), lexicon);
    if (block.kind === 'characters') return new CharactersBlock(block, fieldIndices, lexicon);
    const { marks } = this.tokenizer;
    const options = { fieldIndices, lexicon, marks, highest: this.definition.text.ngrams };
    const created =
      block.vocabulary === 'hash'
        ? new HashedNgramsBlock(block, options)
        : new ListedNgramsBlock(vocabularyOf(block.table ?? block.name, vocabularies), options);
    return fieldIndices.length > 1 ? created : new KeptBlock(created, index, fieldIndices[0]);
  }

  private fieldsOf({ fields }: BlockDefinition): number[] {
    return fields.map((field) => this.definition.fields.indexOf(field));
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
