// BM25 over a catalogue: building and searching beside scoring every title and beside minisearch, and mining pairs.
// Titles are those of BERT2DNN_SHARED's catalogue, else of a generated shop; more of them are made from halves of two.
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gunzipSync } from 'node:zlib';
import { splitWords } from '@bert2dnn/student';
import MiniSearch from 'minisearch';
import { Bm25Index } from '../packages/bert2dnn/dist/data/bm25.js';
import { BlockSearcher } from '../packages/bert2dnn/dist/data/mining/block-searcher.js';
import { saturationsOf, weighQuery } from '../packages/bert2dnn/dist/data/mining/collection.js';
import { IndexBuilder } from '../packages/bert2dnn/dist/data/mining/index-builder.js';
import { minePairs } from '../packages/bert2dnn/dist/data/mining/mine-pairs.js';
import { fillPeaks, viewBlock } from '../packages/bert2dnn/dist/data/mining/posting-block.js';
import { cutPseudoQueries } from '../packages/bert2dnn/dist/data/mining/pseudo-queries.js';
import { TopDocuments } from '../packages/bert2dnn/dist/data/mining/top-documents.js';
import { generateShop } from '../packages/bert2dnn/dist/data/shop/shop.js';
import { createRandom } from '../packages/bert2dnn/dist/foundation/random.js';
import { median, printTable } from './measure.mjs';

const BEST = 10;
const NUM_NAIVE_QUERIES = 20;
const NUM_MINISEARCH_QUERIES = 300;
const BATCH = 10_000;

/** Runs the benchmark: [--titles N] [--queries N] [--only search|blocks|mine] [--threads 1,2]. */
export async function run(options) {
  const optionOf = (name) => {
    const at = options.indexOf(name);
    return at === -1 ? undefined : options[at + 1];
  };
  const items = loadItems();
  const numTitles = Number(optionOf('--titles') ?? items.titles.length);
  const numQueries = Number(optionOf('--queries') ?? 100_000);
  const only = optionOf('--only');
  const queries = cutQueries(items.titles, numQueries);
  console.log(
    `${numTitles} titles (${items.source}), ${queries.length} queries of ${mean(queries.map((query) => splitWords(query).length)).toFixed(1)} words cut from titles\n`,
  );
  if (only === undefined || only === 'search') {
    compareSearch(manyTitles(items.titles, numTitles), queries);
  }
  if (only === 'blocks') compareBlocks(manyTitles(items.titles, numTitles), queries);
  if (only === undefined || only === 'mine') {
    const threads = (optionOf('--threads') ?? '1,2').split(',').map(Number);
    await measureMining(items, { numTitles, queries, threads });
  }
}

function loadItems() {
  const shared = process.env.BERT2DNN_SHARED;
  if (shared === undefined) {
    const { products } = generateShop({ numProducts: 50_000, numLabels: 100, numLogRows: 1000 });
    return {
      source: 'generated shop',
      titles: products.map(({ title }) => title),
      categories: products.map(({ kind }) => kind.id),
    };
  }
  const rows = gunzipSync(readFileSync(join(shared, 'data', 'search', 'catalogue.tsv.gz')))
    .toString()
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t'));
  return {
    source: 'data/search/catalogue.tsv.gz',
    titles: rows.map(([, title]) => title),
    categories: rows.map(([, , , category]) => category),
  };
}

/** Title `item` of as many as are wanted: the given ones, then halves of two of them and a model number. */
function titleAt(titles, item, random) {
  if (item < titles.length) return titles[item];
  const first = titles[random.nextInt(titles.length)].split(' ');
  const second = titles[random.nextInt(titles.length)].split(' ');
  const model = random.nextInt(4) === 0 ? ` m${random.nextInt(4_000_000)}` : '';
  return `${first.slice(0, first.length >> 1).join(' ')} ${second.slice(second.length >> 1).join(' ')}${model}`;
}

function manyTitles(titles, numTitles) {
  const random = createRandom(1, 'titles');
  return Array.from({ length: numTitles }, (_, item) => titleAt(titles, item, random));
}

/** Distinct pseudo-queries of random titles. */
function cutQueries(titles, numQueries) {
  const random = createRandom(1, 'queries');
  const queries = new Set();
  for (let draws = 0; queries.size < numQueries && draws < 20 * numQueries; draws++) {
    const [first] = cutPseudoQueries({ title: titles[random.nextInt(titles.length)] }, random);
    if (first !== undefined) queries.add(first.query);
  }
  return [...queries];
}

function compareSearch(titles, queries) {
  const ours = measure('bert2dnn', queries, () => {
    const index = new Bm25Index(titles);
    return (query) => index.search(query, BEST).map(({ document }) => document);
  });
  // Node does not count shared memory, so ours is added up from its arrays.
  ours.megabytes = indexBytes(titles) / 1e6;
  const mini = measure('minisearch', queries.slice(0, NUM_MINISEARCH_QUERIES), () => {
    const index = new MiniSearch({
      fields: ['text'],
      tokenize: splitWords,
      processTerm: (term) => term,
      searchOptions: { bm25: { k: 1.2, b: 0.75, d: 0 } },
    });
    index.addAll(titles.map((text, id) => ({ id, text })));
    return (query) =>
      index
        .search(query)
        .slice(0, BEST)
        .map(({ id }) => id);
  });
  const naive = measure('every title scored', queries.slice(0, NUM_NAIVE_QUERIES), () =>
    openNaive(titles),
  );
  printTable(
    [
      'one thread, 10 best',
      'build, s',
      'MB after build',
      'us a query, median',
      'CPU us, mean',
      'queries a CPU second',
      'queries',
      'same 10 best as ours',
      'overlap',
    ],
    [ours, mini, naive].map((side) => [
      side.name,
      side.buildSeconds.toFixed(1),
      side.megabytes.toFixed(0),
      side.medianUs.toFixed(0),
      side.meanUs.toFixed(0),
      Math.round(1e6 / side.meanUs),
      side.found.length,
      share(side.found, (best, query) => `${best}` === `${ours.found[query]}`),
      share(side.found, (best, query) => overlap(best, ours.found[query])),
    ]),
  );
  console.log(
    `\nminisearch multiplies a score by the number of query words matched and counts repeated words of a title once in its length, which cannot be turned off: so its ranking may differ.\n`,
  );
}

/** Builds an index and asks it all queries, after a warm-up with some of them. */
function measure(name, queries, open) {
  const before = usedBytes();
  const startMs = performance.now();
  const search = open();
  const buildSeconds = (performance.now() - startMs) / 1000;
  const megabytes = (usedBytes() - before) / 1e6;
  for (const query of queries.slice(0, 200)) search(query);
  const times = new Float64Array(queries.length);
  const cpuBefore = process.cpuUsage();
  const found = queries.map((query, index) => {
    const askedMs = performance.now();
    const best = search(query);
    times[index] = performance.now() - askedMs;
    return best;
  });
  const { user, system } = process.cpuUsage(cpuBefore);
  const meanUs = (user + system) / queries.length;
  const medianUs = median(times) * 1000;
  return { name, buildSeconds, megabytes, medianUs, meanUs, found };
}

/** Titles as words; every query counts its words in all of them. */
function openNaive(titles) {
  const documents = titles.map(splitWords);
  const meanLength = mean(documents.map((words) => words.length));
  const numWith = new Map();
  for (const words of documents) {
    for (const word of new Set(words)) numWith.set(word, (numWith.get(word) ?? 0) + 1);
  }
  return (query) => {
    const counts = new Map();
    for (const word of splitWords(query)) counts.set(word, (counts.get(word) ?? 0) + 1);
    const weighed = [...counts]
      .filter(([word]) => numWith.has(word))
      .map(([word, count]) => {
        const number = numWith.get(word);
        return [word, count * Math.log(1 + (titles.length - number + 0.5) / (number + 0.5))];
      })
      .sort((left, right) => right[1] - left[1]);
    const scored = documents.map((words, document) => {
      const norm = 1.2 * (1 - 0.75 + 0.75 * (words.length / meanLength));
      let score = 0;
      for (const [word, weight] of weighed) {
        let frequency = 0;
        for (const each of words) if (each === word) frequency++;
        score += weight * ((frequency * 2.2) / (frequency + norm));
      }
      return [score, document];
    });
    return scored
      .filter(([score]) => score > 0)
      .sort((left, right) => right[0] - left[0] || left[1] - right[1])
      .slice(0, BEST)
      .map(([, document]) => document);
  };
}

/** The blocks of an index and its other arrays. */
function buildBlocks(titles, blockDocuments) {
  const buffers = [];
  const onBlock = (buffer) => buffers.push(buffer);
  const builder = new IndexBuilder({ k1: 1.2, b: 0.75, blockDocuments, onBlock });
  for (const title of titles) builder.add(splitWords(title));
  return { buffers, collection: builder.finish() };
}

function indexBytes(titles) {
  const { buffers, collection } = buildBlocks(titles);
  const { dictionary, documentFrequencies } = collection;
  const arrays = [dictionary.slots, dictionary.starts, dictionary.units, documentFrequencies];
  return [...buffers, ...arrays].reduce((sum, { byteLength }) => sum + byteLength, 0);
}

/** The same queries over blocks of different sizes. */
function compareBlocks(titles, queries) {
  const rows = [];
  let expected;
  for (const blockDocuments of [2 ** 20, 2 ** 18, 2 ** 17, 2 ** 16, 2 ** 15]) {
    const { buffers, collection } = buildBlocks(titles, blockDocuments);
    const searcher = new BlockSearcher();
    const top = new TopDocuments();
    const blocks = buffers.map((buffer) => {
      const block = viewBlock(buffer, { place: 'bench', numBytes: buffer.byteLength });
      const saturations = saturationsOf(block, collection);
      fillPeaks(block, saturations);
      return { block, saturations };
    });
    const before = process.cpuUsage();
    const found = queries.map((query) => {
      top.reset(BEST);
      const weighed = weighQuery(collection, splitWords(query));
      for (const block of blocks) searcher.search(block, weighed, top);
      top.sort();
      return top.documents.slice(0, top.size);
    });
    const { user, system } = process.cpuUsage(before);
    expected ??= found;
    rows.push([
      blockDocuments,
      blocks.length,
      (buffers.reduce((sum, { byteLength }) => sum + byteLength, 0) / 1e6).toFixed(0),
      ((user + system) / queries.length).toFixed(0),
      share(found, (best, query) => `${best}` === `${expected[query]}`),
    ]);
  }
  printTable(['documents of a block', 'blocks', 'MB', 'CPU us a query', 'same 10 best'], rows);
}

async function measureMining(items, { numTitles, queries, threads: counts }) {
  const rows = [];
  for (const threads of counts) {
    const workFolder = await mkdtemp(join(tmpdir(), 'bert2dnn-bench-'));
    const startMs = performance.now();
    let indexedMs = startMs;
    try {
      const { pairs } = await minePairs({
        items: batchItems(items, numTitles),
        queries: batchQueries(queries, () => {
          indexedMs = performance.now();
        }),
        pairsPerQuery: 10,
        seed: 1,
        threads,
        workFolder,
        onPiece: async () => undefined,
      });
      const seconds = (performance.now() - indexedMs) / 1000;
      rows.push([
        threads,
        ((indexedMs - startMs) / 1000).toFixed(1),
        seconds.toFixed(1),
        Math.round(queries.length / seconds),
        Math.round(pairs / seconds),
        Math.round(process.resourceUsage().maxRSS / 1000),
      ]);
    } finally {
      await rm(workFolder, { recursive: true, force: true });
    }
  }
  printTable(
    [
      'minePairs, 10 a query: threads',
      'index, s',
      'mine, s',
      'queries/s',
      'pairs/s',
      'peak MB of the process so far',
    ],
    rows,
  );
}

async function* batchItems({ titles, categories }, numTitles) {
  const random = createRandom(1, 'titles');
  for (let start = 0; start < numTitles; start += BATCH) {
    const places = Array.from(
      { length: Math.min(BATCH, numTitles - start) },
      (_, at) => start + at,
    );
    yield {
      texts: places.map((item) => titleAt(titles, item, random)),
      categories: places.map((item) => categories[item % categories.length]),
    };
  }
}

async function* batchQueries(queries, onStart) {
  onStart();
  for (let start = 0; start < queries.length; start += BATCH) {
    yield queries.slice(start, start + BATCH);
  }
}

/** Bytes in use after garbage collection, array buffers included. */
function usedBytes() {
  setFlagsFromString('--expose_gc');
  runInNewContext('gc')();
  const { heapUsed, arrayBuffers, external } = process.memoryUsage();
  return heapUsed + Math.max(arrayBuffers, external);
}

function overlap(left, right) {
  const size = Math.max(left.length, right.length);
  return size === 0 ? 1 : left.filter((each) => right.includes(each)).length / size;
}

function share(list, measureOf) {
  return `${(100 * mean(list.map((each, index) => Number(measureOf(each, index))))).toFixed(1)} %`;
}

function mean(values) {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / Math.max(1, values.length);
}
