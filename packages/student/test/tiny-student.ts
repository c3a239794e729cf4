// A student small enough to compute by hand. For tests.

import { NUM_FIXED_MATCH_FEATURES, numFixedMatchRows } from '../src/features/match-rows.js';
import { Vocabulary } from '../src/features/vocabulary.js';
import { MATCH_FAMILIES, type StudentDefinition } from '../src/model/definition.js';
import { initializeParameters, type Parameters } from '../src/model/parameters.js';
import { createStudent, type Student, type StudentParts } from '../src/model/student.js';

/** Two fields, a bag each and their product, one hidden layer of two. */
export function handMadeParts(): StudentParts & { parameters: Parameters } {
  return {
    definition: {
      format: 'bert2dnn-student',
      version: 1,
      preset: 'pair',
      fields: ['query', 'title'],
      text: { tokenizer: 'default', ngrams: 1 },
      blocks: [
        { name: 'query', kind: 'ngrams', fields: ['query'], size: 2, vocabulary: 'list' },
        { name: 'title', kind: 'ngrams', fields: ['title'], size: 3, vocabulary: 'list' },
      ],
      products: [['query', 'title']],
      embeddingSize: 1,
      combiner: 'mean',
      hiddenLayers: [2],
      numOutputs: 1,
      calibration: { temperature: 2 },
    },
    vocabularies: {
      query: Vocabulary.fromTokens(['red', 'drill']),
      title: Vocabulary.fromTokens(['drill', 'bit', 'red']),
    },
    parameters: {
      'block.query.embedding': Float32Array.of(1, 3),
      'block.title.embedding': Float32Array.of(2, -4, 0.5),
      'layer.0.weight': Float32Array.of(1, -1, 0.5, 2, 1, 0),
      'layer.0.bias': Float32Array.of(0.25, 0.5),
      'layer.1.weight': Float32Array.of(0.5, -1),
      'layer.1.bias': Float32Array.of(-0.125),
    },
  };
}

/** A student with every kind of block, with seeded parameters. */
export function fullStudent(): Student {
  const definition: StudentDefinition = {
    ...handMadeParts().definition,
    text: { tokenizer: 'default', ngrams: 2 },
    blocks: [
      { name: 'all', kind: 'ngrams', fields: ['query', 'title'], size: 5, vocabulary: 'list' },
      { name: 'hashed', kind: 'ngrams', fields: ['title'], size: 31, vocabulary: 'hash' },
      { name: 'cross', kind: 'cross', fields: ['query', 'title'], size: 17 },
      {
        name: 'match',
        kind: 'match',
        fields: ['query', 'title'],
        size: NUM_FIXED_MATCH_FEATURES + 13,
      },
    ],
    products: [['all', 'hashed']],
    embeddingSize: 3,
    combiner: 'sqrtn',
    hiddenLayers: [4, 3],
    labelRange: [1, 3],
    provenance: { seed: 1 },
  };
  const vocabularies = { all: Vocabulary.fromTokens(['red', '^ red', 'crème', 'drill $', '12 v']) };
  return seededStudent(definition, vocabularies);
}

/** A student with every optional member of blocks and text. */
export function extendedStudent(): Student {
  const definition: StudentDefinition = {
    ...fullStudent().definition,
    text: { tokenizer: 'default', ngrams: 2, quantities: true },
    blocks: [
      { name: 'query', kind: 'ngrams', fields: ['query'], size: 5, vocabulary: 'list' },
      {
        name: 'title',
        kind: 'ngrams',
        fields: ['title'],
        size: 5,
        vocabulary: 'list',
        table: 'query',
      },
      { name: 'letters', kind: 'characters', fields: ['query'], size: 19, lengths: [2, 4] },
      {
        name: 'more-letters',
        kind: 'characters',
        fields: ['title'],
        size: 19,
        lengths: [2, 4],
        table: 'letters',
      },
      {
        name: 'match',
        kind: 'match',
        fields: ['query', 'title'],
        size: numFixedMatchRows({ families: [...MATCH_FAMILIES] }) + 13,
        families: [...MATCH_FAMILIES],
        statistics: 'query',
      },
    ],
    products: [['query', 'title']],
    head: 'layers',
  };
  const tokens = ['red', '^ red', 'crème', 'drill $', '0.75 in'];
  return seededStudent(definition, { query: Vocabulary.fromTokens(tokens) });
}

function seededStudent(
  definition: StudentDefinition,
  vocabularies: Record<string, Vocabulary>,
): Student {
  let state = 1;
  const random = (): number => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
  const parameters = initializeParameters(definition, random);
  return createStudent({ definition, vocabularies, parameters });
}
