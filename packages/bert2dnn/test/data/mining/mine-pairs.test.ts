// Mining pairs: against a plain twin, for any cut into blocks, pieces and threads, broken off and resumed.
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Bm25Index } from '../../../src/data/bm25.js';
import {
  type MinedPiece,
  type MinePairsOptions,
  minePairs,
} from '../../../src/data/mining/mine-pairs.js';
import { MiningPool } from '../../../src/data/mining/mining-pool.js';
import { MINED_ORIGINS } from '../../../src/data/mining/mining-shares.js';
import type { MiningSetting, MiningTask } from '../../../src/data/mining/mining-task.js';
import { createTexts } from './collections.js';

const NUM_ITEMS = 240;
const TEXTS = createTexts(NUM_ITEMS, { seed: 5, numWords: 120, length: 8 });
const CATEGORIES = TEXTS.map((_, item) => (item % 5 === 0 ? '' : `c${item % 7}`));
const QUERIES = [...createTexts(130, { seed: 6, numWords: 150, length: 4 }), '', 'nothing known'];

let workFolder = '';
beforeEach(async () => {
  workFolder = await mkdtemp(join(tmpdir(), 'bert2dnn-mine-'));
});
afterEach(() => rm(workFolder, { recursive: true, force: true }));

async function* batchItems(size = 50) {
  for (let start = 0; start < NUM_ITEMS; start += size) {
    yield {
      texts: TEXTS.slice(start, start + size),
      categories: CATEGORIES.slice(start, start + size),
    };
  }
}

async function* batchQueries(queries: readonly string[] = QUERIES, size = 33) {
  for (let start = 0; start < queries.length; start += size) {
    yield queries.slice(start, start + size);
  }
}

/** Mines the queries above; `more` overrides. */
async function mine(more: Partial<MinePairsOptions> = {}) {
  const pieces: MinedPiece[] = [];
  const counts = await minePairs({
    items: batchItems(),
    queries: batchQueries(),
    pairsPerQuery: 8,
    seed: 1,
    threads: 1,
    workFolder,
    onPiece: async (piece) => {
      pieces.push(piece);
    },
    ...more,
  });
  return { pieces, counts };
}

/** Pairs by query: 'item origin' in order. */
function byQuery(pieces: readonly MinedPiece[]): Map<number, string[]> {
  const found = new Map<number, string[]>();
  for (const { queries, items, origins } of pieces) {
    queries.forEach((query, pair) => {
      const pairs = found.get(query) ?? [];
      pairs.push(`${items[pair]} ${MINED_ORIGINS[origins[pair]]}`);
      found.set(query, pairs);
    });
  }
  return found;
}

describe('minePairs', () => {
  it('gives every query different items: the best hits, some of the best category, some at random', async () => {
    const { pieces, counts } = await mine();
    expect(counts).toEqual({ items: NUM_ITEMS, queries: 132, pairs: 132 * 8 });
    const index = new Bm25Index(TEXTS);
    const found = byQuery(pieces);
    expect(found.size).toBe(132);
    for (const [query, pairs] of found) {
      const items = pairs.map((pair) => Number(pair.split(' ')[0]));
      const of = (origin: string) => items.filter((_, place) => pairs[place].endsWith(origin));
      expect(new Set(items).size).toBe(8);
      const hits = index.search(QUERIES[query], NUM_ITEMS).map(({ document }) => document);
      const first = pairs.findIndex((pair) => !pair.endsWith('bm25'));
      expect(items.slice(0, first)).toEqual(hits.slice(0, first));
      const best = hits.slice(0, 10).find((hit) => CATEGORIES[hit] !== '');
      for (const item of of('category')) expect(CATEGORIES[item]).toBe(CATEGORIES[best ?? -1]);
      // Shares of 8 are whole: 4, 2, 2. What is missing went on to the next origin.
      if (hits.length >= 6) {
        expect(of('random')).toHaveLength(2);
        expect(of('category')).toHaveLength(best === undefined ? 0 : 2);
      }
      if (hits.length === 0) expect(of('random')).toHaveLength(8);
    }
  });

  it('gives the same pieces for 1, 2 and 3 threads, any blocks, in memory or not', async () => {
    const expected = await mine({ pieceQueries: 50 });
    expect(expected.pieces.map(({ numQueries }) => numQueries)).toEqual([50, 50, 32]);
    for (const [threads, blockDocuments, blockMemoryBytes] of [
      [2, 1000, 1e9],
      [3, 100, 1e9],
      [1, 7, 0],
      [2, 64, 3000],
    ]) {
      const got = await mine({ pieceQueries: 50, threads, blockDocuments, blockMemoryBytes });
      expect(got).toEqual(expected);
    }
    expect(await readdir(workFolder)).toEqual([]);
  });

  it('gives a query the same, whatever pieces it is cut into and whoever stands beside it', async () => {
    const expected = byQuery((await mine()).pieces);
    expect(byQuery((await mine({ pieceQueries: 7, threads: 2 })).pieces)).toEqual(expected);
    const reversed = [...QUERIES].reverse();
    const got = byQuery((await mine({ queries: batchQueries(reversed) })).pieces);
    QUERIES.forEach((_, query) => {
      expect(got.get(QUERIES.length - 1 - query)).toEqual(expected.get(query));
    });
  });

  it('goes on from a piece with the pieces that it would have made', async () => {
    const expected = await mine({ pieceQueries: 20 });
    for (const firstPiece of [1, 5, 6, 9]) {
      const { pieces, counts } = await mine({ pieceQueries: 20, firstPiece, threads: 2 });
      expect(pieces).toEqual(expected.pieces.slice(firstPiece));
      expect(counts.queries).toBe(132);
    }
  });

  it('keeps to the shares and to a fraction of pairs over many queries', async () => {
    const queries = Array.from({ length: 3000 }, (_, query) => `w1 w2 w3 number${query}`);
    const shares = { bm25: 0.3, category: 0.5, random: 0.2 };
    const { pieces, counts } = await mine({
      queries: batchQueries(queries, 1000),
      pairsPerQuery: 3.4,
      shares,
      threads: 2,
    });
    // Rounded by 3,000 fair draws: a standard deviation of 0.5 / sqrt(3000), so 0.04 is more than four of them.
    expect(Math.abs(counts.pairs / 3000 - 3.4)).toBeLessThan(0.04);
    const numPairs = new Set([...byQuery(pieces).values()].map((pairs) => pairs.length));
    expect([...numPairs].sort()).toEqual([3, 4]);
    for (const [origin, name] of MINED_ORIGINS.entries()) {
      const number = pieces[0].origins.filter((each) => each === origin).length;
      expect(Math.abs(number / counts.pairs - shares[name])).toBeLessThan(0.015);
    }
  });

  it('gives all items, once each, when more are asked than there are', async () => {
    const { pieces } = await mine({ queries: batchQueries(['w1 w2', 'none']), pairsPerQuery: 999 });
    for (const pairs of byQuery(pieces).values()) {
      const items = pairs.map((pair) => Number(pair.split(' ')[0]));
      expect(items.sort((left, right) => left - right)).toEqual([...TEXTS.keys()]);
    }
  });

  it('depends on the seed', async () => {
    const one = byQuery((await mine({ seed: 1 })).pieces);
    const two = byQuery((await mine({ seed: 2 })).pieces);
    expect(two).not.toEqual(one);
  });

  it('passes on what the catalogue, the queries and the receiver throw, and cleans up', async () => {
    async function* broken() {
      yield* batchItems();
      throw new Error('items broke');
    }
    async function* brokenQueries() {
      yield* batchQueries();
      throw new Error('queries broke');
    }
    await expect(mine({ items: broken(), blockDocuments: 20 })).rejects.toThrow('items broke');
    await expect(mine({ queries: brokenQueries(), pieceQueries: 20 })).rejects.toThrow(
      'queries broke',
    );
    let numPieces = 0;
    const onPiece = async () => {
      if (++numPieces === 2) throw new Error('receiver broke');
    };
    await expect(mine({ onPiece, pieceQueries: 20, threads: 2 })).rejects.toThrow('receiver broke');
    expect(numPieces).toBe(2);
    expect(await readdir(workFolder)).toEqual([]);
  });

  it('refuses options out of range and an empty catalogue', async () => {
    const refused: [Partial<MinePairsOptions>, RegExp][] = [
      [{ pairsPerQuery: 0 }, /pairsPerQuery: got 0, expected/],
      [{ threads: 0 }, /threads: got 0, expected a whole number from 1/],
      [{ pieceQueries: 1.5 }, /pieceQueries: got 1.5/],
      [{ firstPiece: -1 }, /firstPiece: got -1/],
      [{ shares: { bm25: 0.9, category: 0.9, random: 0 } }, /shares: got 0.9, 0.9, 0/],
    ];
    for (const [more, message] of refused) {
      await expect(mine(more)).rejects.toMatchObject({
        code: 'USAGE',
        message: expect.stringMatching(message),
      });
    }
    async function* none() {}
    await expect(mine({ items: none() })).rejects.toMatchObject({ code: 'TOO_FEW_EXAMPLES' });
  });
});

describe('MiningPool', () => {
  it('rejects with the error of a worker, and again when asked again', async () => {
    const pool = new MiningPool({} as MiningSetting, 2);
    const task = {
      queries: ['a'],
      blocks: [{ buffer: new SharedArrayBuffer(8), start: 0, numBytes: 8, place: 'bad' }],
    };
    try {
      const tasks = [task, task, task] as unknown as MiningTask[];
      await expect(pool.run(tasks)).rejects.toThrow(/bad: size is 8 bytes/);
      await expect(pool.run(tasks)).rejects.toThrow(/bad: size is 8 bytes/);
    } finally {
      await pool.close();
    }
  });
});
