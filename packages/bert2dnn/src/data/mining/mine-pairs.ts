// Pairs every query of a list with titles of a catalogue: hard ones by BM25, medium ones of the same category, easy
// ones at random. Out of core and on several threads, for catalogues and lists of any size. Texts are not kept.
import { availableParallelism } from 'node:os';
import { splitWords } from '@bert2dnn/student';
import { Bert2dnnError } from '../../foundation/errors.js';
import { BlockStore } from './block-store.js';
import { DEFAULT_WEIGHTING } from './bm25-weighting.js';
import { CategoryBuilder } from './category-members.js';
import { IndexBuilder } from './index-builder.js';
import { MiningPool } from './mining-pool.js';
import { checkShares, DEFAULT_MINING, type MiningShares } from './mining-shares.js';
import {
  createPieceArrays,
  type MiningSetting,
  type MiningTask,
  type PieceArrays,
} from './mining-task.js';
import { maxPairs, type PairChoiceOptions } from './pair-choice.js';

/** Some items of a catalogue. */
export interface ItemBatch {
  /** What each item is searched by: its fields joined by a space. */
  texts: readonly string[];
  /** The category of each, '' if it has none. */
  categories: readonly string[];
}

/** The pairs of consecutive queries. */
export interface MinedPiece {
  /** Number of the piece: it has the queries from index * pieceQueries on. */
  index: number;
  /** Position of its first query in the list. */
  firstQuery: number;
  numQueries: number;
  /** [pairs] position of the query in the list, ascending. */
  queries: Uint32Array;
  /** [pairs] position of the item in the catalogue; for each query the BM25 ones first, the best first. */
  items: Uint32Array;
  /** [pairs] index in MINED_ORIGINS. */
  origins: Uint8Array;
}

/** Options of `minePairs`. */
export interface MinePairsOptions {
  /** The catalogue in order, at least one item. Read once. */
  items: AsyncIterable<ItemBatch>;
  /** The queries in order. Read once, as far as the pieces need. */
  queries: AsyncIterable<readonly string[]>;
  /**
   * Different items for each query, above 0, and no more than there are. A fraction is rounded up or down for each
   * query, so that it holds on average.
   */
  pairsPerQuery: number;
  /** Default: half BM25, a quarter each category and random. */
  shares?: MiningShares;
  seed: number;
  /** Worker threads, 1 or more; no effect on the result. Default: one a processor. */
  threads?: number;
  /** Where posting blocks are kept during the work, about 6 bytes a word of the catalogue. */
  workFolder: string;
  /** Most documents of a posting block, 1 or more; no effect on the result. Default 131,072. */
  blockDocuments?: number;
  /** Bytes of posting blocks in memory; what does not fit is read again for every piece. Default 600 million. */
  blockMemoryBytes?: number;
  /** Queries of a piece. Default 20,000. */
  pieceQueries?: number;
  /** Pieces before this one are left out: they are there from an earlier run. Default 0. */
  firstPiece?: number;
  /** Gets the pieces in order, one at a time, while the next one is mined. */
  onPiece: (piece: MinedPiece) => Promise<void>;
}

/** What was mined. */
export interface MinedCounts {
  items: number;
  /** All queries of the list, also those of pieces left out. */
  queries: number;
  /** Pairs of the pieces that were not left out. */
  pairs: number;
}

/** Queries that a worker gets at once: many enough that messages cost nothing, few enough that no one waits long. */
const TASK_QUERIES = 256;

/**
 * Mines pairs. Queries of equal text get equal items; what a query gets depends on the seed, its text, pairsPerQuery,
 * shares and the catalogue alone. Memory: dictionary (30 to 40 bytes a distinct word), 8 bytes an item, the blocks
 * kept, and a piece; beside them a block in the making and a few MB a thread.
 * @throws Bert2dnnError USAGE for an option out of range; TOO_FEW_EXAMPLES for an empty catalogue; DISK_FULL,
 * WRITE_FAILED, FILE_CORRUPT for the work folder; and whatever `items`, `queries` and `onPiece` throw
 */
export async function minePairs(options: MinePairsOptions): Promise<MinedCounts> {
  checkOptions(options);
  const { workFolder, blockMemoryBytes = 600_000_000 } = options;
  const store = new BlockStore({ folder: workFolder, memoryBytes: blockMemoryBytes });
  try {
    const setting = await indexItems(options, store);
    const pool = new MiningPool(setting, options.threads ?? availableParallelism());
    try {
      const counts = await minePieces(options, { setting, store, pool });
      return { items: setting.choice.numItems, ...counts };
    } finally {
      await pool.close();
    }
  } finally {
    await store.remove();
  }
}

/** Reads the catalogue: postings go to the store, the rest is the setting of the workers. */
async function indexItems(options: MinePairsOptions, store: BlockStore): Promise<MiningSetting> {
  const { blockDocuments, pairsPerQuery, seed, shares = DEFAULT_MINING } = options;
  const finished: SharedArrayBuffer[] = [];
  const onBlock = (buffer: SharedArrayBuffer) => finished.push(buffer);
  const builder = new IndexBuilder({ ...DEFAULT_WEIGHTING, blockDocuments, onBlock });
  const categories = new CategoryBuilder();
  for await (const batch of options.items) {
    for (let item = 0; item < batch.texts.length; item++) {
      builder.add(splitWords(batch.texts[item]));
      categories.add(batch.categories[item]);
      for (const buffer of finished.splice(0)) await store.write(buffer);
    }
  }
  const collection = builder.finish();
  for (const buffer of finished) await store.write(buffer);
  if (collection.numDocuments === 0) {
    throw new Bert2dnnError('TOO_FEW_EXAMPLES', 'catalogue: got no item, expected at least one');
  }
  await store.finish(collection);
  const choice = { seed, pairsPerQuery, shares, numItems: collection.numDocuments };
  return { collection, categories: categories.finish(), choice };
}

interface Mine {
  setting: MiningSetting;
  store: BlockStore;
  pool: MiningPool;
}

async function minePieces(
  options: MinePairsOptions,
  mine: Mine,
): Promise<Omit<MinedCounts, 'items'>> {
  const { pieceQueries = 20_000, firstPiece = 0 } = options;
  const arrays = createPieceArrays(pieceQueries, mine.setting.choice);
  const counts = { queries: 0, pairs: 0 };
  let delivery = Promise.resolve();
  try {
    for await (const { index, queries } of cutPieces(options.queries, pieceQueries)) {
      const firstQuery = counts.queries;
      counts.queries += queries.length;
      if (index < firstPiece) continue;
      await minePiece(queries, arrays, mine);
      const piece = gatherPiece(arrays, mine.setting.choice, queries.length);
      counts.pairs += piece.items.length;
      for (let pair = 0; pair < piece.queries.length; pair++) piece.queries[pair] += firstQuery;
      await delivery;
      delivery = options.onPiece({ index, firstQuery, numQueries: queries.length, ...piece });
      // An error of it is thrown where it is awaited.
      delivery.catch(() => undefined);
    }
  } finally {
    await delivery;
  }
  return counts;
}

/** Searches a piece's queries group by group: blocks may only be loaded when all are done with those before. */
async function minePiece(
  queries: readonly string[],
  piece: PieceArrays,
  { store, pool }: Mine,
): Promise<void> {
  for (let group = 0; group < store.numGroups; group++) {
    const blocks = await store.load(group);
    const isFirst = group === 0;
    const isLast = group === store.numGroups - 1;
    const tasks: MiningTask[] = [];
    for (let firstPlace = 0; firstPlace < queries.length; firstPlace += TASK_QUERIES) {
      const some = queries.slice(firstPlace, firstPlace + TASK_QUERIES);
      tasks.push({ queries: some, firstPlace, blocks, isFirst, isLast, piece });
    }
    await pool.run(tasks);
  }
}

/** A piece's pairs without the free places, copied out of the arrays that the next piece uses. */
function gatherPiece(
  arrays: PieceArrays,
  choice: PairChoiceOptions,
  numQueries: number,
): Pick<MinedPiece, 'queries' | 'items' | 'origins'> {
  const width = maxPairs(choice);
  let numPairs = 0;
  for (let place = 0; place < numQueries; place++) numPairs += arrays.numPairs[place];
  const queries = new Uint32Array(numPairs);
  const items = new Uint32Array(numPairs);
  const origins = new Uint8Array(numPairs);
  let pair = 0;
  for (let place = 0; place < numQueries; place++) {
    for (let slot = 0; slot < arrays.numPairs[place]; slot++, pair++) {
      queries[pair] = place;
      items[pair] = arrays.items[place * width + slot];
      origins[pair] = arrays.origins[place * width + slot];
    }
  }
  return { queries, items, origins };
}

async function* cutPieces(
  batches: AsyncIterable<readonly string[]>,
  size: number,
): AsyncGenerator<{ index: number; queries: string[] }> {
  let index = 0;
  let queries: string[] = [];
  for await (const batch of batches) {
    for (const query of batch) {
      queries.push(query);
      if (queries.length < size) continue;
      yield { index: index++, queries };
      queries = [];
    }
  }
  if (queries.length > 0) yield { index, queries };
}

function checkOptions(options: MinePairsOptions): void {
  checkShares(options.shares ?? DEFAULT_MINING);
  if (!(options.pairsPerQuery > 0 && Number.isFinite(options.pairsPerQuery))) {
    throw new Bert2dnnError(
      'USAGE',
      `pairsPerQuery: got ${options.pairsPerQuery}, expected a number above 0`,
    );
  }
  const least = {
    threads: 1,
    blockDocuments: 1,
    pieceQueries: 1,
    firstPiece: 0,
    blockMemoryBytes: 0,
  };
  for (const [name, from] of Object.entries(least)) {
    const value = options[name as keyof typeof least] ?? from;
    if (Number.isInteger(value) && value >= from) continue;
    throw new Bert2dnnError('USAGE', `${name}: got ${value}, expected a whole number from ${from}`);
  }
}
