// Passes over the example set: counting n-grams, then ids of every example. Texts stream through and are dropped.
import {
  Featurizer,
  type StudentDefinition,
  tableBlocks,
  tableOf,
  textTokens,
  Vocabulary,
} from '@bert2dnn/student';
import { type ExampleSet, readExamples } from '../data/index.js';
import { Bert2dnnError } from '../foundation/errors.js';
import type { Progress } from '../foundation/progress.js';
import { FeatureCache } from './feature-cache.js';
import { TokenCounts, type TokenCountsOptions } from './token-counts.js';

/** Options of `countVocabularies`. */
export interface VocabularyOptions extends TokenCountsOptions {
  /** Occurrences that an n-gram needs. */
  minCount: number;
}

/** Vocabularies of the blocks with a list, by block name. */
export type Vocabularies = Record<string, Vocabulary>;

/**
 * Counts the n-grams of every block with a `list` vocabulary, and of the blocks that share it, over the whole set and
 * takes the most frequent.
 * The blocks' `size` is an upper limit; see `withVocabularySizes`.
 * @throws Bert2dnnError TOO_FEW_EXAMPLES if a block gets no n-gram at all.
 */
export async function countVocabularies(
  set: ExampleSet,
  definition: StudentDefinition,
  options: VocabularyOptions,
  progress: Progress,
): Promise<Vocabularies> {
  const blocks = tableBlocks(definition).filter(
    (block) => block.kind === 'ngrams' && block.vocabulary === 'list',
  );
  const counts = blocks.map(() => new TokenCounts(options));
  const fieldIndices = blocks.map(({ name }) => {
    const sharing = definition.blocks.filter((block) => tableOf(block) === name);
    const fields = new Set(sharing.flatMap((block) => block.fields));
    return [...fields].map((field) => definition.fields.indexOf(field));
  });
  const task = progress.start('count n-grams', set.numRows, 'examples');
  for await (const { fields, numRows } of readExamples(set)) {
    for (let row = 0; row < numRows; row++) {
      for (let block = 0; block < blocks.length; block++) {
        for (const field of fieldIndices[block]) {
          counts[block].add(textTokens(fields[field][row], definition.text));
        }
      }
    }
    task.advance(numRows);
  }
  task.done();
  const vocabularies: Vocabularies = {};
  blocks.forEach((block, index) => {
    const tokens = counts[index].mostFrequent(block.size, options.minCount);
    if (tokens.length === 0) throw emptyVocabulary(block.name, options.minCount);
    vocabularies[block.name] = Vocabulary.fromTokens(tokens);
  });
  return vocabularies;
}

function emptyVocabulary(blockName: string, minCount: number): Bert2dnnError {
  return new Bert2dnnError(
    'TOO_FEW_EXAMPLES',
    `block ${blockName}: no n-gram occurs ${minCount === 1 ? 'at all' : `${minCount} times`}`,
    { hint: 'Give more examples, check the columns of the fields, or lower the minimum count.' },
  );
}

/** The definition with the sizes that the vocabularies really have. */
export function withVocabularySizes(
  definition: StudentDefinition,
  vocabularies: Vocabularies,
): StudentDefinition {
  return {
    ...definition,
    blocks: definition.blocks.map((block) => ({
      ...block,
      size: vocabularies[tableOf(block)]?.size ?? block.size,
    })),
  };
}

/** The ids of a set of examples, and its gold labels if it has any. */
export interface FeaturizedExamples {
  cache: FeatureCache;
  /** [N] in 0..1 or class indices, NaN where a row has none. */
  labels?: Float64Array;
}

/** Turns every example into ids, once; the only other thing kept is the label column. */
export async function featurizeExamples(
  set: ExampleSet,
  definition: StudentDefinition,
  vocabularies: Vocabularies,
  task: { advance(units: number): void; done(): void },
): Promise<FeaturizedExamples> {
  const featurizer = new Featurizer(definition, vocabularies);
  const cache = new FeatureCache(definition.blocks.length);
  const buffer = featurizer.createBuffer();
  const labels = set.label === undefined ? undefined : new Float64Array(set.numRows);
  const example = definition.fields.map(() => '');
  for await (const batch of readExamples(set)) {
    for (let row = 0; row < batch.numRows; row++) {
      for (let field = 0; field < example.length; field++)
        example[field] = batch.fields[field][row];
      featurizer.featurize(example, buffer);
      if (buffer.numExamples === FeatureCache.SHARD_EXAMPLES) {
        cache.append(buffer);
        buffer.clear();
      }
    }
    if (labels !== undefined && batch.labels !== undefined) labels.set(batch.labels, batch.start);
    task.advance(batch.numRows);
  }
  if (buffer.numExamples > 0) cache.append(buffer);
  task.done();
  return { cache, labels };
}
