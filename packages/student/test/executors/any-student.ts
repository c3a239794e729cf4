// Arbitrary definitions, parameters and bags of ids, for tests that compare executors.
import fc from 'fast-check';
import { FeatureBuffer } from '../../src/features/feature-buffer.js';
import { numFixedMatchRows } from '../../src/features/match-rows.js';
import { checkDefinition } from '../../src/model/check-definition.js';
import type { BlockDefinition, StudentDefinition } from '../../src/model/definition.js';
import { initializeParameters, type Parameters } from '../../src/model/parameters.js';

/** Seeded draws from [0, 1). Source: Park and Miller's generator. */
export function seededRandom(seed: number): () => number {
  let state = (seed % 2147483646) + 1;
  return () => {
    state = (state * 48271) % 2147483647;
    return (state - 1) / 2147483646;
  };
}

const BLOCKS: readonly BlockDefinition[] = [
  { name: 'query', kind: 'ngrams', fields: ['query'], size: 41, vocabulary: 'hash' },
  {
    name: 'title',
    kind: 'ngrams',
    fields: ['title'],
    size: 41,
    vocabulary: 'hash',
    table: 'query',
  },
  { name: 'letters', kind: 'characters', fields: ['title'], size: 7, lengths: [2, 3] },
  { name: 'cross', kind: 'cross', fields: ['query', 'title'], size: 1000 },
  { name: 'match', kind: 'match', fields: ['query', 'title'], size: numFixedMatchRows({}) + 9 },
];

const width = fc.constantFrom(1, 3, 4, 8, 15, 16, 31, 32, 33, 48, 70);
const layers = fc.array(fc.constantFrom(1, 2, 5, 16, 31, 32, 33, 64, 90), { maxLength: 3 });

/** Any definition of the head `layers`, with one output or three. */
export const layersDefinition: fc.Arbitrary<StudentDefinition> = fc
  .record({
    numBlocks: fc.integer({ min: 1, max: BLOCKS.length }),
    embeddingSize: width,
    hiddenLayers: layers,
    numOutputs: fc.constantFrom(1, 3),
    combiner: fc.constantFrom('sum', 'mean', 'sqrtn'),
    hasProduct: fc.boolean(),
  })
  .map(({ numBlocks, hasProduct, ...rest }) => {
    const products = hasProduct && numBlocks > 1 ? [['query', 'title']] : [];
    return definitionOf({ ...rest, blocks: BLOCKS.slice(0, numBlocks), products });
  });

/** Any definition of the head `towers`. */
export const towersDefinition: fc.Arbitrary<StudentDefinition> = fc
  .record({
    embeddingSize: width,
    hiddenLayers: layers,
    combiner: fc.constantFrom('sum', 'mean', 'sqrtn'),
  })
  .map((rest) =>
    definitionOf({
      ...rest,
      head: 'towers',
      numOutputs: 1,
      products: [],
      blocks: BLOCKS.slice(0, 2),
    }),
  );

function definitionOf(members: object): StudentDefinition {
  return checkDefinition({
    format: 'bert2dnn-student',
    version: 1,
    preset: 'any',
    fields: ['query', 'title'],
    text: { tokenizer: 'default', ngrams: 2 },
    calibration: { temperature: 1 },
    ...members,
  });
}

/** Parameters of a definition: no row is 0, and some biases are not. */
export function anyParameters(definition: StudentDefinition, random: () => number): Parameters {
  const parameters = initializeParameters(definition, random);
  for (const [name, values] of Object.entries(parameters)) {
    for (let index = 0; index < values.length; index++) {
      if (values[index] === 0 && !name.endsWith('.weight')) values[index] = random() - 0.5;
    }
  }
  return parameters;
}

/** Bags of B examples: some empty, most short, a few long. */
export function anyFeatures(
  definition: StudentDefinition,
  B: number,
  random: () => number,
): FeatureBuffer {
  const features = new FeatureBuffer(definition.blocks.length);
  for (let example = 0; example < B; example++) {
    features.blocks.forEach((bags, index) => {
      const size = random() < 0.2 ? 0 : Math.floor(random() * (random() < 0.1 ? 200 : 12));
      for (let count = 0; count < size; count++) {
        bags.push(Math.floor(random() * definition.blocks[index].size));
      }
      bags.endExample();
    });
  }
  return features;
}
