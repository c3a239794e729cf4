// Blocks in plain JavaScript: those that WebAssembly has kernels for, which run where that cannot and which kernels are compared
// with, and those that are rare.
import type { BlockDefinition } from '../model/definition.js';
import { type BlockParts, type ExampleBlock, listOf, statisticsOf } from './block.js';
import { CharactersBlock } from './characters-block.js';
import { CrossBlock } from './cross-block.js';
import { KeptBlock } from './kept-block.js';
import { MatchBlock } from './match-block.js';
import { HashedNgramsBlock, ListedNgramsBlock } from './ngrams-block.js';

/** A block of any kind. What depends on one text alone is kept with that. */
export function createPlainBlock(block: BlockDefinition, parts: BlockParts): ExampleBlock {
  const { fields, blocks } = parts.definition;
  const fieldIndices = block.fields.map((field) => fields.indexOf(field));
  const created = createBlock(block, fieldIndices, parts);
  if (fieldIndices.length > 1) return created;
  return new KeptBlock(created, blocks.indexOf(block), fieldIndices[0]);
}

function createBlock(
  block: BlockDefinition,
  fieldIndices: readonly number[],
  parts: BlockParts,
): ExampleBlock {
  const { lexicon, marks, vocabularies } = parts;
  const pair: [number, number] = [fieldIndices[0], fieldIndices[1]];
  if (block.kind === 'match') {
    return new MatchBlock(block, pair, { lexicon, statistics: statisticsOf(block, parts) });
  }
  if (block.kind === 'cross') return new CrossBlock(block, pair, lexicon);
  if (block.kind === 'characters') return new CharactersBlock(block, fieldIndices, lexicon);
  const options = { fieldIndices, lexicon, marks, highest: parts.definition.text.ngrams };
  if (block.vocabulary === 'hash') return new HashedNgramsBlock(block, options);
  return new ListedNgramsBlock(vocabularies[listOf(block)], options);
}
