// Bytes that `score` allocates a call, in a process whose young generation is so large that nothing is collected
// meanwhile: `node --expose-gc --min-semi-space-size=256 --max-semi-space-size=256 score-memory.mjs EXECUTOR`, printed as JSON.
import { createStudent, initializeParameters, Vocabulary } from '../../dist/index.js';

const NUM_CALLS = 100_000;
const WORDS = [
  'red',
  'drills',
  '12',
  'v',
  'cordless',
  'batteries',
  'dcd771c2',
  'hammr',
  'for',
  'x',
];
const families = ['importance', 'characters', 'quantities', 'roles'];

const definition = {
  format: 'bert2dnn-student',
  version: 1,
  preset: 'pair',
  fields: ['query', 'title'],
  text: { tokenizer: 'default', ngrams: 2, quantities: true },
  blocks: [
    { name: 'query', kind: 'ngrams', fields: ['query'], size: WORDS.length, vocabulary: 'list' },
    { name: 'title', kind: 'ngrams', fields: ['title'], size: WORDS.length, vocabulary: 'list' },
    { name: 'letters', kind: 'characters', fields: ['title'], size: 999, lengths: [3, 5] },
    { name: 'cross', kind: 'cross', fields: ['query', 'title'], size: 4096 },
    {
      ...{ name: 'match', kind: 'match', fields: ['query', 'title'], size: 4096 },
      ...{ families, statistics: 'title' },
    },
  ],
  products: [['query', 'title']],
  embeddingSize: 16,
  combiner: 'sqrtn',
  hiddenLayers: [32],
  numOutputs: 1,
  calibration: { temperature: 1 },
};
let state = 1;
const random = () => {
  state = (state * 48271) % 2147483647;
  return state / 2147483647;
};
const pick = (count) =>
  Array.from({ length: count }, () => WORDS[Math.floor(random() * WORDS.length)]).join(' ');
const list = Vocabulary.fromTokens(WORDS);
const student = createStudent(
  {
    definition,
    vocabularies: { query: list, title: list },
    parameters: initializeParameters(definition, random),
  },
  { executor: process.argv[2] },
);
const examples = Array.from({ length: 200 }, () => [pick(3), pick(9)]);

/** Bytes of so many calls; what they return is used, so that it is made. */
function measure(numCalls) {
  let sum = 0;
  globalThis.gc();
  const before = process.memoryUsage().heapUsed;
  for (let call = 0; call < numCalls; call++) sum += student.score(examples[call % 200]).score;
  const bytes = process.memoryUsage().heapUsed - before;
  return { bytes, sum };
}

measure(NUM_CALLS);
const { bytes, sum } = measure(NUM_CALLS);
console.log(JSON.stringify({ executor: student.executor, bytesPerCall: bytes / NUM_CALLS, sum }));
