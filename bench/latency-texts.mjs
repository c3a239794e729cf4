// What `bench latency` scores: pairs of the generated shop or of a file, the same again with their words in a new order,
// and students of random weights that know the pairs' n-grams.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createStudent, initializeParameters, textTokens, Vocabulary } from '@bert2dnn/student';
import { openExamples, readExamples, shop } from 'bert2dnn';
import { withVocabularySizes } from '../packages/bert2dnn/dist/distill/featurize.js';
import { presetDefinition } from '../packages/bert2dnn/dist/distill/presets.js';
import { planSize } from '../packages/bert2dnn/dist/distill/size-plan.js';
import { createRandom } from '../packages/bert2dnn/dist/foundation/random.js';

const FIELDS = ['query', 'title'];
/** Rows of each list: with the shop's own n-grams in front, as the most frequent ones are in any list. */
const NUM_TOKENS = 100_000;

/** Pairs [query, title] of a generated shop, written into `folder`. */
export async function shopPairs(folder) {
  const out = join(folder, 'shop');
  const files = await shop({ out, products: 3000, queries: 1500, logRows: 1000 });
  const columns = { fields: { query: 'query', title: 'title' } };
  const pairs = [];
  for await (const { fields } of readExamples(await openExamples([files.labels], columns))) {
    fields[0].forEach((query, row) => void pairs.push([query, fields[1][row]]));
  }
  return pairs;
}

/** Pairs of the first two columns of a file with tabs and a header. */
export async function filePairs(path) {
  const [, ...lines] = (await readFile(path, 'utf8')).trim().split('\n');
  return lines.map((line) => line.split('\t').slice(0, 2));
}

/** The same pairs, no text of which was there before: the words of each in another order. */
export function newPairs(pairs, seed) {
  const random = createRandom(seed, 'latency');
  const shuffle = (text) => {
    const words = text.split(' ');
    for (let last = words.length - 1; last > 0; last--) {
      const other = Math.floor(random.next() * (last + 1));
      [words[last], words[other]] = [words[other], words[last]];
    }
    return words.join(' ');
  };
  return pairs.map((pair) => pair.map(shuffle));
}

/** A `pair` student of random weights, its tables as large as those of real ones. */
export function randomStudent(pairs, hiddenLayers) {
  const definition = presetDefinition('pair', FIELDS, { vocabularySize: NUM_TOKENS, hiddenLayers });
  const vocabularies = vocabulariesOf(pairs, definition, (tokens, size) => {
    while (tokens.length < size) tokens.push(`zz${tokens.length % 20_000} zz${tokens.length}`);
  });
  return withRandomWeights({ definition, vocabularies });
}

/** The same with the n-grams of the texts alone, cut down as `distill --max-size` does. */
export function smallStudent(pairs, maxBytes) {
  const definition = presetDefinition('pair', FIELDS, { vocabularySize: NUM_TOKENS });
  const vocabularies = vocabulariesOf(pairs, definition, () => {});
  const whole = { definition: withVocabularySizes(definition, vocabularies), vocabularies };
  const keeps = { embeddingSize: false, hiddenLayers: false };
  return withRandomWeights(planSize(whole, { maxBytes, textBytes: 0, keeps }));
}

function withRandomWeights({ definition, vocabularies }) {
  const random = createRandom(1, 'latency');
  const parameters = initializeParameters(definition, () => random.next());
  return createStudent({ definition, vocabularies, parameters });
}

/** By block: n-grams of the pairs, most frequent first, and what `fill` adds. */
function vocabulariesOf(pairs, { blocks, text }, fill) {
  const lists = blocks.filter(({ kind }) => kind === 'ngrams');
  return Object.fromEntries(
    lists.map(({ name, fields, size }) => {
      const counts = new Map();
      for (const pair of pairs) {
        for (const token of textTokens(pair[FIELDS.indexOf(fields[0])], text)) {
          counts.set(token, (counts.get(token) ?? 0) + 1);
        }
      }
      const known = [...counts].sort((left, right) => right[1] - left[1]).map(([token]) => token);
      const tokens = known.slice(0, size);
      fill(tokens, size);
      return [name, Vocabulary.fromTokens(tokens)];
    }),
  );
}
