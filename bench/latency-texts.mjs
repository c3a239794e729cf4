// What `bench latency` scores: pairs of the generated shop or of a file, the same again with their words in a new order,
// and students of random weights that know the pairs' n-grams.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createStudent, initializeParameters, textTokens, Vocabulary } from '@bert2dnn/student';
import { openExamples, readExamples, shop } from 'bert2dnn';
import { presetDefinition } from '../packages/bert2dnn/dist/distill/presets.js';
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
  const vocabularies = {};
  for (const block of definition.blocks) {
    if (block.kind !== 'ngrams') continue;
    const texts = pairs.map((pair) => pair[FIELDS.indexOf(block.fields[0])]);
    vocabularies[block.name] = vocabularyOf(texts, block.size, definition.text);
  }
  const random = createRandom(1, 'latency');
  const parameters = initializeParameters(definition, () => random.next());
  return createStudent({ definition, vocabularies, parameters });
}

/** N-grams of the texts, most frequent first, and made-up ones up to the size. */
function vocabularyOf(texts, size, text) {
  const counts = new Map();
  for (const one of texts) {
    for (const token of textTokens(one, text)) counts.set(token, (counts.get(token) ?? 0) + 1);
  }
  const known = [...counts].sort((left, right) => right[1] - left[1]).map(([token]) => token);
  const tokens = known.slice(0, size);
  while (tokens.length < size) tokens.push(`zz${tokens.length % 20_000} zz${tokens.length}`);
  return Vocabulary.fromTokens(tokens);
}
