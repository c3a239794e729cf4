// Makes the test vectors of docs/format.md: texts with their words, n-grams and hashes, and small students with the ids
// and logits of examples. Build first; `node scripts/make-format-vectors.mjs` writes docs/format/golden.
import { hash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import {
  createStudent,
  Featurizer,
  ngrams,
  normalizeText,
  numFixedMatchRows,
  PAPER_MARKS,
  paperWords,
  parameterShapes,
  quantizeStudent,
  serializeModel,
  serializeStudent,
  splitWords,
  stemWord,
  tokenizerOf,
  Vocabulary,
} from '@bert2dnn/student';
import { combineHashes, hashWord } from '../packages/student/dist/text/hash.js';

export const VECTORS_FOLDER = fileURLToPath(new URL('../docs/format/golden', import.meta.url));

/** What the rules of normalising, splitting and quantities say something about. No script without spaces. */
const TEXTS = [
  '',
  ' ',
  'Red  cordless Drill',
  "Men's T-Shirt, dogs' don’t o’neil 'quoted'",
  'Kohler™ K-3998 ½ IN ℠',
  'DCD771C2 20V MAX* 2x4 mp3 r19 1a2b3',
  '0.75 in. 1.50.2 .5 3. v1.0 1..2',
  'ＦＵＬＬ ｗｉｄｔｈ ﬁne Straße ΟΔΟΣ İstanbul crème cre\u0300me',
  '\u0301lone mark, 5\u0301a, ¹²³ ٣ V² Ⅷ',
  '🔧 tool 👍🏽 x\ud800y 𝒜’b 𐐀bc 𐐀’bc c’𐐀',
  '1-1/2in. x .75" pipe (pack of 24)',
  '3/4 in x 10 ft, 1 1/32" 5/16-in 12/2 wire 24/7 7/4',
  '12-volt 20 amp 20a model 20 a dcd12 v 18V. 5ah',
  "2 in x 4 in x 8 ft, 6'x8' 1,000 lb 1,00 10.500 9.0",
  'set of 4 boxes, case of 12 count 6 sq. ft 100 cu-ft 30 sq ft.',
  '5′ 6′′ 7” 8’ 90° 50% 3×5 1⁄2 1½ 12 inches/foot 4 lbsx',
  '100 count, 2 pk pack of 3.5',
];

const WORDS = ['', 'a', 'drill', '12', '0.75', 'crème', '^', '$', '$s', '日本', '🔧', '<ab'];

const STEMS = [
  ...['drills', 'drilling', 'drilled', 'driller', 'batteries', 'battery', 'boxes', 'glasses'],
  ...['glass', 'gas', 'status', 'shelves', 'knives', 'feet', 'mopping', 'ring', 'bed', 'paper'],
  ...['ladder', 'charger', 'charging', 'toys', 'ties', 'axes', 'sizes', 'women', 'crème', '12v'],
  ...['brushes', 'edged', 'passing', 'filled', 'eyed', 'as', 'bus', 'pies', 'valve', 'sly', 'dyed'],
];

/** Pairs of query and title for every way in which a word is found, every family and every limit. */
const EXAMPLES = [
  ['cordless drill', 'Red 18V cordless drill (2 pack)'],
  ['', 'Circular saw'],
  ['saw blade', ''],
  ['door bell cam', 'Video doorbell camera with chime'],
  ['doorbell', 'door bell, wired'],
  ['cordles dril battery', 'Batteries for cordless drills, DEWALT DCD771C2'],
  ['12v battery', '18 V battery replacement for drill'],
  ['12 volt 2 amp charger', '12V charger, 3 amp'],
  ['2x4x8 stud', '2 in. x 4 in. x 8 ft. stud'],
  ['1/2 in pipe', '3/4 in. pipe fits 1/2 in fitting kit'],
  ['dewalt drill without battery', 'DEWALT drill kit'],
  ['red red drill', 'drill red drill'],
  ['hamock stand', 'Hammock with stand, no pillows'],
  ['refills', 'refill'],
  ['paint brushes for walls', 'brush for paint and wall accessory'],
  ['the of for', 'for the of'],
  ['dcd771', 'dcd771c2 r19'],
  ['12', '12'],
  ['½ 0.50 10', 'ten 0.5 x 20'],
  ["men's work boots 10", 'Mens boot, working, size 10'],
  [
    Array.from({ length: 40 }, (_, index) => `w${'abcdefgh'[index % 8]}${index}`).join(' '),
    Array.from({ length: 140 }, (_, index) => `w${'abcdefgh'[(index * 3) % 8]}${index}`).join(' '),
  ],
  ['abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz', 'abcdefghijklmnopqrstuvwxyz'],
];

const VOCABULARY = [
  ...['drill', 'for', 'in', '^ red', 'red', '12', 'v', 'cordless drill', 'battery', '^ dewalt'],
  ...['dewalt', 'drill $', 'pack', 'cordless', 'saw', 'x', '2', '0.5 in', 'stud', '^ drill', 'kit'],
  ...['doorbell', 'red cordless drill', '^ cordless drill', 'boot', '^', '$', 'crème', ' ', '^ '],
];

const MATCH_FAMILIES = ['importance', 'characters', 'quantities', 'roles'];

const COMMON = {
  format: 'bert2dnn-student',
  version: 1,
  fields: ['query', 'title'],
  text: { tokenizer: 'default', ngrams: 2, quantities: true },
  products: [],
  embeddingSize: 2,
  combiner: 'sqrtn',
  hiddenLayers: [3],
  numOutputs: 1,
  calibration: { temperature: 1.5 },
};

const LISTED = { kind: 'ngrams', size: VOCABULARY.length, vocabulary: 'list' };

/** Students that have every member of a definition between them. */
const DEFINITIONS = {
  bag: {
    ...COMMON,
    preset: 'bag',
    text: { tokenizer: 'default', ngrams: 3 },
    blocks: [
      { ...LISTED, name: 'bag', fields: ['query', 'title'] },
      { kind: 'ngrams', vocabulary: 'hash', name: 'hashed', fields: ['title'], size: 101 },
    ],
    combiner: 'mean',
    numOutputs: 3,
    classes: ['no', 'maybe', 'yes'],
  },
  paper: {
    ...COMMON,
    preset: 'paper',
    text: { tokenizer: 'paper', ngrams: 2 },
    blocks: [{ ...LISTED, name: 'bag', fields: ['query', 'title'] }],
    hiddenLayers: [],
  },
  pair: {
    ...COMMON,
    preset: 'pair',
    blocks: [
      { ...LISTED, name: 'query', fields: ['query'] },
      { ...LISTED, name: 'title', fields: ['title'], table: 'query' },
      {
        kind: 'characters',
        name: 'letters',
        fields: ['query', 'title'],
        size: 97,
        lengths: [3, 5],
      },
      { kind: 'cross', name: 'cross', fields: ['query', 'title'], size: 89 },
      { kind: 'match', name: 'plain', fields: ['query', 'title'], size: 320 },
      {
        kind: 'match',
        name: 'match',
        fields: ['query', 'title'],
        size: numFixedMatchRows({ families: MATCH_FAMILIES }) + 50,
        families: MATCH_FAMILIES,
        statistics: 'query',
      },
    ],
    products: [['query', 'title']],
    hiddenLayers: [4, 3],
    labelRange: [1, 3],
  },
  tower: {
    ...COMMON,
    preset: 'tower',
    blocks: [
      { ...LISTED, name: 'query', fields: ['query'] },
      { ...LISTED, name: 'title', fields: ['title'], table: 'query' },
      { kind: 'characters', name: 'letters', fields: ['query'], size: 97, lengths: [2, 4] },
    ],
    combiner: 'sum',
    head: 'towers',
    hiddenLayers: [4, 2],
  },
};

/** Which students are written, and how. */
const FILES = [
  { file: 'bag/', name: 'bag', precision: 'float32', isOlder: true },
  { file: 'paper.b2d', name: 'paper', precision: 'float32' },
  { file: 'pair/', name: 'pair', precision: 'float32' },
  { file: 'pair-float16.b2d', name: 'pair', precision: 'float16' },
  { file: 'pair-int8/', name: 'pair', precision: 'int8' },
  { file: 'tower.b2d', name: 'tower', precision: 'float32' },
];

/** The files of the vectors: text or bytes by their path in `VECTORS_FOLDER`. */
export async function makeFormatVectors() {
  const files = {};
  const students = [];
  for (const { file, name, precision, isOlder } of FILES) {
    const student = quantizeStudent(makeStudent(DEFINITIONS[name]), precision);
    students.push({ file, examples: describeExamples(student) });
    if (!file.endsWith('/')) files[file] = await serializeModel(student);
    else {
      const { json, weights } = await serializeStudent(student);
      files[`${file}student.json`] = isOlder ? withSha256(json, weights) : json;
      files[`${file}student.safetensors`] = weights;
    }
  }
  files['vectors.json'] = writeVectors({ ...describeTexts(), students });
  return files;
}

/** A student's JSON as it was before there was XXH64 in it. */
function withSha256(json, weights) {
  return json.replace(/"xxh64": "\w+"/, `"sha256": "${hash('sha256', weights, 'hex')}"`);
}

/** JSON with a line for each item of a list, so that a difference is readable. */
function writeVectors({ students, ...lists }) {
  const lines = (items) => `[\n${items.map((item) => `  ${JSON.stringify(item)}`).join(',\n')}\n ]`;
  const members = Object.entries(lists).map(([name, items]) => ` "${name}": ${lines(items)}`);
  const described = students.map(
    ({ file, examples }) => ` {"file": ${JSON.stringify(file)}, "examples": ${lines(examples)}}`,
  );
  return `{\n${members.join(',\n')},\n "students": [\n${described.join(',\n')}\n ]\n}\n`;
}

function makeStudent(definition) {
  const owners = definition.blocks.filter(
    ({ vocabulary, table }) => vocabulary === 'list' && !table,
  );
  const vocabularies = Object.fromEntries(
    owners.map(({ name }) => [name, Vocabulary.fromTokens(VOCABULARY)]),
  );
  let state = 1;
  const parameters = {};
  for (const [name, shape] of Object.entries(parameterShapes(definition))) {
    const size = shape.reduce((product, length) => product * length, 1);
    parameters[name] = Float32Array.from({ length: size }, () => {
      state = (state * 48271) % 2147483647;
      return state / 2147483647 - 0.5;
    });
  }
  return createStudent({ definition, vocabularies, parameters });
}

function describeTexts() {
  const quantities = { tokenizer: 'default', ngrams: 1, quantities: true };
  const texts = TEXTS.map((text) => ({
    text,
    normalized: normalizeText(text),
    words: splitWords(text),
    quantities: tokenizerOf(quantities).splitWords(text),
    paper: paperWords(text),
  }));
  const grams = [[], ['a'], ['a', 'b'], ['a', 'b', 'c', 'd']].flatMap((words) =>
    [1, 2, 3].map((highest) => ({
      words,
      highest,
      ...PAPER_MARKS,
      tokens: ngrams(words, highest, PAPER_MARKS),
    })),
  );
  const hashes = WORDS.map((word) => ({ word, hash: hashWord(word) >>> 0 }));
  const pairs = hashes.map(({ hash: left }, index) => {
    const right = hashes[(index + 1) % hashes.length].hash;
    return { left, right, hash: combineHashes(left, right) >>> 0 };
  });
  const stems = STEMS.map((word) => ({ word, stem: stemWord(word) }));
  return { texts, ngrams: grams, hashes, pairs, stems };
}

function describeExamples(student) {
  const { definition, vocabularies } = student;
  const featurizer = new Featurizer(definition, vocabularies);
  return EXAMPLES.map((texts) => {
    const buffer = featurizer.createBuffer();
    featurizer.featurize(texts, buffer);
    const ids = Object.fromEntries(
      definition.blocks.map(({ name }, index) => {
        const { ids, numIds } = buffer.blocks[index];
        return [name, [...ids.subarray(0, numIds)]];
      }),
    );
    // Eight digits say all that a float32 does but for the last bit.
    const logits = [...student.logits([texts])].map((logit) => Number(logit.toPrecision(8)));
    return { texts, ids, logits };
  });
}

async function main() {
  for (const [name, content] of Object.entries(await makeFormatVectors())) {
    const path = join(VECTORS_FOLDER, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
