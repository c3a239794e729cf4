// Ids of a small set of examples, kept in memory: the dev examples. The input goes through `feature-store.ts`.
import { Featurizer, type StudentDefinition, tableOf, type Vocabulary } from '@bert2dnn/student';
import { type ExampleSet, readExamples } from '../data/index.js';
import { FeatureCache } from './feature-cache.js';

/** Vocabularies of the blocks with a list, by block name. */
export type Vocabularies = Readonly<Record<string, Vocabulary>>;

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
