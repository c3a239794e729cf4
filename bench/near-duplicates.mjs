// Near-duplicates: searches a second on one thread, on queries of the generated shop's kind and on sentences and reviews
// of random words. Inputs are seeded; the share of searches that find something is stated.
import { NearDuplicateIndex } from '../packages/bert2dnn/dist/data/text/near-duplicates.js';
import { createRandom } from '../packages/bert2dnn/dist/foundation/random.js';
import { median, printTable } from './measure.mjs';

const NUM_WORDS = 8000;
const NUM_TURNS = 7;

/** Median wall and CPU milliseconds of `call` after a warm-up; CPU time says more where others use the machine. */
function measure(call, numTurns = NUM_TURNS) {
  call();
  const turns = Array.from({ length: numTurns }, () => {
    const startMs = performance.now();
    const before = process.cpuUsage();
    call();
    const { user, system } = process.cpuUsage(before);
    return { wallMs: performance.now() - startMs, cpuMs: (user + system) / 1000 };
  });
  const medianOf = (name) => median(turns.map((turn) => turn[name]));
  return { wallMs: medianOf('wallMs'), cpuMs: medianOf('cpuMs') };
}

/** A word list with the lengths of English words, and a picker with Zipf's frequencies. */
function createVocabulary(random) {
  const consonants = 'bcdfghklmnprstvw';
  const vowels = 'aeiou';
  const words = Array.from({ length: NUM_WORDS }, () => {
    const length = 2 + random.nextInt(7);
    return Array.from({ length }, (_, place) => {
      const letters = place % 2 === 0 ? consonants : vowels;
      return letters[random.nextInt(letters.length)];
    }).join('');
  });
  return () => words[Math.floor(NUM_WORDS ** random.next()) - 1];
}

const createTexts = (count, pickLength, pick) =>
  Array.from({ length: count }, () => Array.from({ length: pickLength() }, pick).join(' '));

/** Some texts of both, and near-duplicates: with a letter changed. */
function mixIn(texts, indexed, share, random) {
  return texts.map((text) => {
    if (random.next() >= share) return text;
    const near = indexed[random.nextInt(indexed.length)];
    const place = random.nextInt(near.length);
    return `${near.slice(0, place)}x${near.slice(place + 1)}`;
  });
}

function timeSearches(name, indexed, probes) {
  let index;
  const build = measure(() => {
    index = new NearDuplicateIndex(indexed);
  });
  let numFound = 0;
  const search = measure(() => {
    numFound = 0;
    for (const probe of probes) if (index.find(probe) !== undefined) numFound++;
  });
  const rate = (ms) => Math.round((1000 * probes.length) / ms).toLocaleString('en');
  return [
    name,
    build.cpuMs.toFixed(0),
    rate(search.wallMs),
    rate(search.cpuMs),
    `${((100 * numFound) / probes.length).toFixed(1)} %`,
  ];
}

/** Runs the benchmark. */
export async function run() {
  const random = createRandom(1, 'near-duplicates');
  const pick = createVocabulary(random);
  const queryWords = () => 2 + random.nextInt(4);
  const queries = createTexts(10_000, queryWords, pick);
  const others = createTexts(200_000, queryWords, pick);
  const sentences = createTexts(1000, () => 10 + random.nextInt(15), pick);
  const reviews = createTexts(5000, () => 150 + random.nextInt(100), pick);
  const otherSentences = createTexts(20_000, () => 10 + random.nextInt(15), pick);
  const manyReviews = createTexts(5000, () => 150 + random.nextInt(100), pick);
  const rows = [
    timeSearches('10,000 queries, other queries', queries, others),
    timeSearches(
      '10,000 queries, every fifth with a letter changed',
      queries,
      mixIn(others, queries, 0.2, random),
    ),
    timeSearches('1,000 sentences, reviews of about 1 kB', sentences, reviews),
    timeSearches('1,000 sentences, other sentences', sentences, otherSentences),
    timeSearches(
      '5,000 reviews, every fifth with a letter changed',
      reviews,
      mixIn(manyReviews, reviews, 0.2, random),
    ),
  ];
  const header = ['indexing, CPU ms', 'searches/s', 'searches/CPU second', 'found'];
  printTable(['indexed, searched', ...header], rows);
  const log = mixIn(others, queries, 0.2, random);
  const { wallMs, cpuMs } = measure(() => new NearDuplicateIndex(log).clusters(), 3);
  const count = log.length.toLocaleString('en');
  console.log(
    `\nclusters of ${count} queries: ${wallMs.toFixed(0)} ms, CPU ${cpuMs.toFixed(0)} ms`,
  );
}
