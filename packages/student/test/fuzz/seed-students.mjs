// The sound students that the fuzzer begins with: one of each preset's shape, in every precision, in both forms.
import {
  createStudent,
  initializeParameters,
  NUM_FIXED_MATCH_FEATURES,
  numFixedMatchRows,
  quantizeStudent,
  serializeModel,
  serializeStudent,
  Vocabulary,
} from '../../dist/index.js';
import { createRandom } from './random.mjs';
import { prepareSeed, putTogether, takeApart } from './student-parts.mjs';

const QUERY = ['query', 'title'];

/** What all have unless they say otherwise. */
const BASE = {
  format: 'bert2dnn-student',
  version: 1,
  preset: 'pair',
  fields: QUERY,
  text: { tokenizer: 'default', ngrams: 2 },
  products: [],
  embeddingSize: 2,
  combiner: 'sqrtn',
  hiddenLayers: [3],
  numOutputs: 1,
  calibration: { temperature: 1 },
};

const list = (name, fields, size, more = {}) => ({
  name,
  kind: 'ngrams',
  fields,
  size,
  vocabulary: 'list',
  ...more,
});

/** The presets in small, and shapes that none of them has. */
const DEFINITIONS = {
  bag: { preset: 'bag', fields: ['text'], blocks: [list('bag', ['text'], 4)] },
  paper: {
    preset: 'paper',
    text: { tokenizer: 'paper', ngrams: 3 },
    blocks: [list('all', QUERY, 3)],
    provenance: { seed: 1, input: [{ file: 'a' }] },
  },
  pair: {
    text: { tokenizer: 'default', ngrams: 2, quantities: true },
    blocks: [
      list('query', ['query'], 4),
      list('title', ['title'], 5),
      { name: 'cross', kind: 'cross', fields: QUERY, size: 7 },
      { name: 'match', kind: 'match', fields: QUERY, size: NUM_FIXED_MATCH_FEATURES + 3 },
    ],
    products: [['query', 'title']],
    labelRange: [1, 3],
  },
  tower: {
    preset: 'tower',
    head: 'towers',
    blocks: [
      list('query', ['query'], 4),
      list('title', ['title'], 4, { table: 'query' }),
      { name: 'letters', kind: 'characters', fields: ['title'], size: 5, lengths: [2, 4] },
    ],
  },
  classes: {
    preset: 'bag',
    fields: ['text'],
    blocks: [{ name: 'bag', kind: 'ngrams', fields: ['text'], size: 6, vocabulary: 'hash' }],
    hiddenLayers: [],
    numOutputs: 3,
    classes: ['bad', 'fair', 'good'],
    combiner: 'mean',
  },
  families: {
    blocks: [
      list('title', ['title'], 4),
      {
        name: 'match',
        kind: 'match',
        fields: QUERY,
        size: numFixedMatchRows({ families: ['importance', 'roles'] }) + 2,
        families: ['importance', 'roles'],
        statistics: 'title',
      },
    ],
    embeddingSize: 1,
    combiner: 'sum',
  },
};

const TOKENS = ['red', '^ red', 'drill $', 'crème', '12 v', 'bit'];

/**
 * Every seed: `{ name, form, json, bytes }`, where `json` is the text of `student.json` for the form `folder` and absent
 * for `b2d`.
 */
export async function makeSeeds() {
  const seeds = [];
  for (const [name, members] of Object.entries(DEFINITIONS)) {
    const student = makeStudent({ ...BASE, ...members });
    for (const precision of ['float32', 'float16', 'int8']) {
      const stored = quantizeStudent(student, precision);
      const { json, weights } = await serializeStudent(stored);
      seeds.push({ name: `${name} ${precision} folder`, form: 'folder', json, bytes: weights });
      const bytes = await serializeModel(stored);
      seeds.push({ name: `${name} ${precision} b2d`, form: 'b2d', json: undefined, bytes });
    }
  }
  return [...seeds, ...seeds.map(asBefore)];
}

/** A seed as it was written before there was XXH64 in it. */
function asBefore(seed) {
  const parts = takeApart(prepareSeed(seed));
  const { xxh64: _, ...weights } = parts.student.weights;
  parts.student.weights = { ...weights, sha256: '' };
  return { name: `${seed.name}, older`, ...putTogether(parts, true) };
}

/** A student of a definition, with seeded parameters and the first tokens of `TOKENS`. */
function makeStudent(definition) {
  const random = createRandom(1, 0);
  const lists = definition.blocks.filter(
    ({ vocabulary, table }) => vocabulary === 'list' && !table,
  );
  const vocabularies = Object.fromEntries(
    lists.map(({ name, size }) => [name, Vocabulary.fromTokens(TOKENS.slice(0, size))]),
  );
  const parameters = initializeParameters(definition, random.next);
  return createStudent({ definition, vocabularies, parameters });
}
