// Blocks in plain JavaScript: those that WebAssembly has kernels for, which run where that cannot and which kernels are compared
// with, and those that are rare.
import type { BlockDefinition } from '../model/definition.js';
import type { BoundaryMarks } from '../text/ngrams.js';
import type { ExampleBlock } from './block.js';
import { CharactersBlock } from './characters-block.js';
import { CrossBlock } from './cross-block.js';
import { KeptBlock } from './kept-block.js';
import type { Lexicon } from './lexicon.js';
import { MatchBlock } from './match-block.js';
import { HashedNgramsBlock, ListedNgramsBlock } from './ngrams-block.js';
import type { Vocabulary } from './vocabulary.js';
import type { WordStatistics } from './word-statistics.js';

/** What a plain block needs beside its definition. */
export interface PlainBlockParts {
  /** Its place in the definition. */
  index: number;
  /** Positions of its fields in an example. */
  fieldIndices: readonly number[];
  lexicon: Lexicon;
  marks: BoundaryMarks;
  /** Longest n-gram. */
  highest: number;
  /** Of a block `ngrams` with a list. */
  vocabulary: Vocabulary | undefined;
  /** Of a block `match`. */
  statistics: WordStatistics | undefined;
}

/** A block of any kind. What depends on one text alone is kept with that. */
export function createPlainBlock(block: BlockDefinition, parts: PlainBlockParts): ExampleBlock {
  const { fieldIndices, index } = parts;
  const created = createBlock(block, parts);
  return fieldIndices.length > 1 ? created : new KeptBlock(created, index, fieldIndices[0]);
}

function createBlock(block: BlockDefinition, parts: PlainBlockParts): ExampleBlock {
  const { fieldIndices, lexicon } = parts;
  const pair: [number, number] = [fieldIndices[0], fieldIndices[1]];
  if (block.kind === 'match') return new MatchBlock(block, pair, parts);
  if (block.kind === 'cross') return new CrossBlock(block, pair, lexicon);
  if (block.kind === 'characters') return new CharactersBlock(block, fieldIndices, lexicon);
  if (block.vocabulary === 'hash') return new HashedNgramsBlock(block, parts);
  return new ListedNgramsBlock(parts.vocabulary!, parts);
}
