// One case of the fuzzer of features: a batch of pairs whose words are alike in every way that match features look at. Their
// ids in WebAssembly are those in plain JavaScript, in the same order. It goes on from case to case, with the words of those
// before.
import { Featurizer, numFixedMatchRows, textTokens, Vocabulary } from '../../dist/index.js';
import { createRandom } from './random.mjs';

const FIELDS = ['query', 'title'];
/** Longest n-grams, tokens of a list, and buckets of hashes. */
const SIZES = [
  [2, 200, 65_536],
  [3, 5000, 12_345],
  [2, 94, 1],
  [1, 12, 7],
  [3, 1, 4_000_000_000],
];
/** The list of which no two tokens begin with one word, and all have two: the tree's table is as full as it may be. */
const FULL = 2;
/** No text has it: nothing stands behind the mark. */
const BEHIND_END = 'drill $ $';
/** Lists of families, in orders of their own. */
const FAMILIES = [
  [],
  ['importance', 'characters', 'quantities', 'roles'],
  ['roles', 'quantities', 'characters', 'importance'],
  ['characters'],
  ['quantities', 'importance'],
];
const WORDS =
  'drill drills drilling driller dril rdill drill-bit bit bits door bell doorbell doorbells cordless corded cord lamp lamps table tablet refrigerator refridgerator board cardboard oven microwave micro a an on onyx the sofa sofas zofa dcd771 dcd776 dcd771c2 x5 b2b löffel löffeln 電池 バッテリー ドリル для дрели 👍'.split(
    ' ',
  );
const ROLES =
  'for fits with w by of compatible replacement kit kits accessory accessories without no non not less cover part'.split(
    ' ',
  );
const NUMBERS =
  '1 2 4 6 8 12 18 20 24 0.5 1/2 3/4 100 1,000 007 ½ 12v 20v 4in 1e3 2x4 2x4x8 10% ٣'.split(' ');
const UNITS = 'v volt volts in inch inches ft feet lb gal x sq'.split(' ');
const LETTERS = [...'abcdeo1'];
/** Numbers and units that often meet. */
const QUANTITIES = [...'124'].flatMap((number) => [
  `${number} v`,
  `${number} in`,
  `${2 * number} v`,
]);
const MAX_PAIRS = 40;
const MAX_WORDS = 9;
const MANY_WORDS = 200;

/** Two featurizers for each list of families: plain JavaScript, and WebAssembly. */
export function prepareFeaturizers(seed) {
  return FAMILIES.map((families, index) => {
    const [ngrams, numTokens, numBuckets] = SIZES[index];
    const text = { tokenizer: 'default', ngrams, quantities: index % 2 === 0 };
    const vocabularies = {
      title: makeVocabulary(text, numTokens, createRandom(seed, index), index === FULL),
      both: makeVocabulary(text, 50, createRandom(seed, FAMILIES.length + index), false),
    };
    const list = { kind: 'ngrams', vocabulary: 'list' };
    const size = numFixedMatchRows({ families }) + Math.min(numBuckets, 65_536);
    const blocks = [
      { ...list, name: 'title', fields: ['title'], size: vocabularies.title.size },
      { ...list, name: 'query', fields: ['query'], size: vocabularies.title.size, table: 'title' },
      { name: 'match', kind: 'match', fields: FIELDS, size, families, statistics: 'title' },
      { name: 'cross', kind: 'cross', fields: FIELDS, size: numBuckets },
      { ...list, name: 'both', fields: FIELDS, size: vocabularies.both.size },
      { name: 'back', kind: 'match', fields: [...FIELDS].reverse(), size, families },
    ];
    if (families.length > 0) blocks.at(-1).statistics = 'both';
    return [true, false].map((isPlain) => {
      const featurizer = new Featurizer({ fields: FIELDS, text, blocks }, vocabularies, isPlain);
      return { featurizer, buffer: featurizer.createBuffer() };
    });
  });
}

/** N-grams of pairs like those to come. */
function makeVocabulary(text, size, random, isFull) {
  const tokens = new Map();
  for (let tries = 0; tokens.size < size && tries < 20_000; tries++) {
    for (const token of makePair(random).flatMap((one) => textTokens(one, text))) {
      const [first, ...others] = token.split(' ');
      if (tokens.size < size && (!isFull || others.length === 1)) {
        tokens.set(isFull ? first : token, token);
      }
    }
  }
  return Vocabulary.fromTokens([...new Set(tokens.values()).add(BEHIND_END)]);
}

/** `same`. @throws Error if some id is another. */
export function runFeaturesCase(featurizers, seed, caseIndex) {
  const random = createRandom(seed, caseIndex);
  const [plain, fast] = random.pick(featurizers);
  const pairs = Array.from({ length: 1 + random.below(MAX_PAIRS) }, () => makePair(random));
  // As in a ranking, where the query comes again.
  for (let index = 1; index < pairs.length; index++) {
    if (random.chance(0.2)) pairs[index][0] = pairs[index - 1][0];
  }
  for (const { featurizer, buffer } of [plain, fast]) {
    buffer.clear();
    featurizer.featurizeAll(pairs.length, (index) => pairs[index], buffer);
  }
  plain.buffer.blocks.forEach((_, block) => {
    for (let index = 0; index < pairs.length; index++) {
      const [wanted, got] = [plain, fast].map(({ buffer }) => bagOf(buffer.blocks[block], index));
      if (wanted === got) continue;
      const pair = JSON.stringify(pairs[index]);
      throw new Error(`block ${block} of ${pair}: got ${got}, expected ${wanted}`);
    }
  });
  return 'same';
}

function bagOf({ ids, offsets }, index) {
  return ids.subarray(offsets[index], offsets[index + 1]).join(' ');
}

function makePair(random) {
  const query = makeWords(random);
  // A title has some of the query's words, changed or not, in their order or not.
  const title = makeWords(random);
  for (const word of query) {
    if (random.chance(0.4)) continue;
    const place = random.chance(0.5) ? title.length : random.below(title.length + 1);
    title.splice(place, 0, random.chance(0.5) ? word : changed(word, random));
  }
  if (query.length > 1 && random.chance(0.2)) title.push(query[0] + query[1]);
  return [query, title].map((words) => words.join(random.chance(0.1) ? '-' : ' '));
}

function makeWords(random) {
  const most = random.chance(0.02) ? MANY_WORDS : MAX_WORDS;
  return Array.from({ length: random.below(most) }, () => makeWord(random));
}

function makeWord(random) {
  const kind = random.below(20);
  if (kind < 8) return random.pick(WORDS);
  if (kind < 10) return random.pick(ROLES);
  if (kind < 13) return random.pick(NUMBERS);
  if (kind < 14) return random.pick(UNITS);
  if (kind < 15) return random.pick(QUANTITIES);
  if (kind < 17) return changed(random.pick(WORDS), random);
  const length = 1 + random.below(random.chance(0.05) ? 100 : 7);
  return Array.from({ length }, () => random.pick(LETTERS)).join('');
}

/** A word with one letter more, less, another or in another place. */
function changed(word, random) {
  const units = [...word];
  const place = random.below(units.length);
  const kind = random.below(4);
  if (kind === 0) units.splice(place, 1);
  else if (kind === 1) units.splice(place, 0, random.pick(LETTERS));
  else if (kind === 2) units[place] = random.pick(LETTERS);
  else units.splice(place, 2, ...units.slice(place, place + 2).reverse());
  return units.join('');
}
