// Examples to ids, block by block: the one path of text into a student, in training as in serving.
import { StudentError } from '../errors.js';
import type { BlockDefinition, FeatureDefinition } from '../model/definition.js';
import { createPlainBlock } from '../plain/plain.js';
import { type Tokenizer, tokenizerOf } from '../text/tokenizer.js';
import type { AnalysedText } from './analysed-text.js';
import { EachExample, type FeatureBlock, isListed, listOf } from './block.js';
import { FeatureBuffer } from './feature-buffer.js';
import { KernelBlocks } from './kernel-blocks.js';
import { Lexicon } from './lexicon.js';
import { PlainReader } from './plain-reader.js';
import { TextCache } from './text-cache.js';
import { TextCodes } from './text-codes.js';
import { MAX_EXAMPLES } from './text-memory.js';
import type { Vocabulary } from './vocabulary.js';

/**
 * UTF-16 units of texts with which no more examples go through the blocks together. They go together so that the code of a
 * block and what it reads are near for all of them.
 */
const MAX_UNITS = 1 << 14;

/** Turns examples into ids. Holds scratch: one per thread. */
export class Featurizer {
  private readonly lexicon = new Lexicon();
  /** Of each field: texts that came lately. */
  private readonly caches: TextCache[];
  /** The texts of the examples at hand, by field. */
  private readonly examples: AnalysedText[][] = [];
  private readonly tokenizer: Tokenizer;
  private readonly kernels: KernelBlocks | undefined;
  private readonly blocks: FeatureBlock[];

  /**
   * @param vocabularies by block name, for each block with a `list` vocabulary.
   * @param isPlain whether all is plain JavaScript; else what WebAssembly is faster at runs there, to the same ids.
   * @throws {StudentError} VOCABULARY_INVALID if one is missing.
   */
  constructor(
    definition: FeatureDefinition,
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
    for (const block of definition.blocks) checkVocabulary(block, vocabularies);
    const parts = { definition, vocabularies, lexicon, marks: tokenizer.marks };
    this.kernels = isPlain ? undefined : KernelBlocks.create(parts);
    this.blocks = definition.blocks.map(
      (block, index) =>
        this.kernels?.blocks[index] ?? new EachExample(createPlainBlock(block, parts)),
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
      const most = Math.min(MAX_EXAMPLES, count - done);
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
    this.kernels?.write(this.examples, count);
    for (let block = 0; block < this.blocks.length; block++) {
      this.blocks[block].appendAll(this.examples, count, into.blocks[block]);
    }
  }
}

/** @throws {StudentError} VOCABULARY_INVALID if a list that a block uses is missing. */
function checkVocabulary(
  block: BlockDefinition,
  vocabularies: Readonly<Record<string, Vocabulary>>,
): void {
  let name: string | undefined;
  if (block.kind === 'match') name = block.statistics;
  else if (isListed(block)) name = listOf(block);
  if (name === undefined || vocabularies[name] !== undefined) return;
  throw new StudentError(
    'VOCABULARY_INVALID',
    `block ${name}: no vocabulary given, expected one for every block with a list`,
  );
}
