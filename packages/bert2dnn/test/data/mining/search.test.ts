// Searching posting blocks against scoring every document: equal to the last bit, however the collection is cut.
import { splitWords } from '@bert2dnn/student';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Bm25Index } from '../../../src/data/bm25.js';
import { BlockSearcher } from '../../../src/data/mining/block-searcher.js';
import { saturationsOf, weighQuery } from '../../../src/data/mining/collection.js';
import { IndexBuilder } from '../../../src/data/mining/index-builder.js';
import { fillPeaks, viewBlock } from '../../../src/data/mining/posting-block.js';
import { TopDocuments } from '../../../src/data/mining/top-documents.js';
import { createTexts, rankAll } from './collections.js';

/** A search over blocks of at most so many documents. */
function openBlocks(texts: readonly string[], blockDocuments: number) {
  const buffers: SharedArrayBuffer[] = [];
  const onBlock = (buffer: SharedArrayBuffer) => buffers.push(buffer);
  const builder = new IndexBuilder({ k1: 1.2, b: 0.75, blockDocuments, onBlock });
  for (const text of texts) builder.add(splitWords(text));
  const collection = builder.finish();
  const searcher = new BlockSearcher();
  const blocks = buffers.map((buffer) => {
    const block = viewBlock(buffer, { place: 'test', numBytes: buffer.byteLength });
    const saturations = saturationsOf(block, collection);
    fillPeaks(block, saturations);
    return { block, saturations };
  });
  const search = (query: string, limit: number) => {
    const top = new TopDocuments();
    top.reset(limit);
    const weighed = weighQuery(collection, splitWords(query));
    for (const block of blocks) searcher.search(block, weighed, top);
    top.sort();
    return Array.from({ length: top.size }, (_, rank) => ({
      document: top.documents[rank],
      score: top.scores[rank],
    }));
  };
  return { numBlocks: blocks.length, search };
}

describe('searching blocks', () => {
  it('gives what scoring every document gives, bit by bit, for one index and for blocks', () => {
    fc.assert(
      fc.property(
        fc.record({
          seed: fc.nat(1e6),
          numTexts: fc.integer({ min: 1, max: 400 }),
          numWords: fc.integer({ min: 2, max: 300 }),
          length: fc.integer({ min: 1, max: 14 }),
          blockDocuments: fc.integer({ min: 1, max: 150 }),
          limit: fc.integer({ min: 1, max: 12 }),
        }),
        ({ seed, numTexts, numWords, length, blockDocuments, limit }) => {
          const texts = createTexts(numTexts, { seed, numWords, length });
          const index = new Bm25Index(texts);
          const blocks = openBlocks(texts, blockDocuments);
          expect(blocks.numBlocks).toBe(Math.ceil(numTexts / blockDocuments));
          for (const query of createTexts(6, { seed: seed + 1, numWords, length: 5 })) {
            const expected = rankAll(query, texts, limit);
            expect(index.search(query, limit)).toEqual(expected);
            expect(blocks.search(query, limit)).toEqual(expected);
          }
        },
      ),
      { numRuns: 120, seed: 1 },
    );
  });

  it('looks up frequent words by halving where few documents are left, with the same result', () => {
    // 3,000 documents have "common"; "rare" is in 3, so only those are looked at.
    const texts = Array.from({ length: 3000 }, (_, index) =>
      index % 1000 === 7 ? `rare common x${index}` : `common x${index} y`,
    );
    const blocks = openBlocks(texts, 3000);
    for (const query of ['common rare', 'rare common y x7', 'y common', 'common']) {
      expect(blocks.search(query, 3)).toEqual(rankAll(query, texts, 3));
    }
  });

  it('cuts a block early when pairs of frequency and length have no codes left', () => {
    // Document d has the words w0..w39, word w(i) i + 1 times, and d others: 40 new pairs each, 1,700 documents.
    const repeated = Array.from({ length: 40 }, (_, word) => `w${word} `.repeat(word + 1)).join('');
    const texts = Array.from({ length: 1700 }, (_, document) => repeated + 'z '.repeat(document));
    const blocks = openBlocks(texts, 5000);
    expect(blocks.numBlocks).toBe(2);
    for (const query of ['w39', 'w0 z', 'w20 w3 z']) {
      expect(blocks.search(query, 5)).toEqual(rankAll(query, texts, 5));
    }
  });

  it('finds documents by words that later blocks alone know', () => {
    const blocks = openBlocks(['a b', 'c', 'late c'], 1);
    expect(blocks.search('late', 2)).toEqual(rankAll('late', ['a b', 'c', 'late c'], 2));
    expect(blocks.search('unknown', 2)).toEqual([]);
  });
});
