// One case of the matcher's fuzzer: a batch of pairs whose words are alike in every way that match features look at. Their ids
// in WebAssembly are those in plain JavaScript, in the same order. It goes on from case to case, with the words of those before.
import { Featurizer, numFixedMatchRows, Vocabulary } from '../../dist/index.js';
import { createRandom } from './random.mjs';

const FIELDS = ['query', 'title'];
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
/** Words that begin titles, and others, most frequent first. */
const TOKENS = ['drill', 'bit', '^ drill', 'for', 'lamp', '^ sofa', 'sofa', 'board', 'tablet'];
const MAX_PAIRS = 40;
const MAX_WORDS = 9;
const MANY_WORDS = 200;

/** Two featurizers for each list of families: plain JavaScript, and WebAssembly. */
export function prepareMatchers() {
  const vocabularies = { title: Vocabulary.fromTokens(TOKENS) };
  return FAMILIES.map((families, index) => {
    const size = numFixedMatchRows({ families }) + [1, 7, 1000, 65_536, 12_345][index];
    const list = { name: 'title', kind: 'ngrams', fields: ['title'], vocabulary: 'list' };
    const match = { name: 'match', kind: 'match', fields: FIELDS, size, families };
    const definition = {
      fields: FIELDS,
      text: { tokenizer: 'default', ngrams: 2, quantities: index % 2 === 0 },
      blocks: [
        { ...list, size: TOKENS.length },
        { ...match, statistics: 'title' },
      ],
    };
    return [true, false].map((isPlain) => {
      const featurizer = new Featurizer(definition, vocabularies, isPlain);
      return { featurizer, buffer: featurizer.createBuffer() };
    });
  });
}

/** `same`. @throws Error if some id is another. */
export function runMatchCase(matchers, seed, caseIndex) {
  const random = createRandom(seed, caseIndex);
  const [plain, fast] = random.pick(matchers);
  const pairs = Array.from({ length: 1 + random.below(MAX_PAIRS) }, () => makePair(random));
  for (const { featurizer, buffer } of [plain, fast]) {
    buffer.clear();
    featurizer.featurizeAll(pairs.length, (index) => pairs[index], buffer);
  }
  for (let index = 0; index < pairs.length; index++) {
    const [wanted, got] = [plain, fast].map(({ buffer }) => bagOf(buffer.blocks[1], index));
    if (wanted === got) continue;
    throw new Error(`${JSON.stringify(pairs[index])}: got ${got}, expected ${wanted}`);
  }
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
