// BM25 against the formula written down plainly, a value worked out by hand, and Python's bm25s.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Bm25Index, scorePairs } from '../../src/data/bm25.js';

const bySpace = (text: string): string[] => text.split(' ').filter((word) => word !== '');

/** The formula, term by term, over lists of words. */
function naiveScore(
  query: string,
  documents: string[],
  position: number,
  k1: number,
  b: number,
): number {
  const all = documents.map(bySpace);
  const meanLength = all.reduce((sum, words) => sum + words.length, 0) / all.length || 1;
  let score = 0;
  for (const term of bySpace(query)) {
    const numWith = all.filter((words) => words.includes(term)).length;
    const frequency = all[position].filter((word) => word === term).length;
    if (frequency === 0) continue;
    const idf = Math.log(1 + (all.length - numWith + 0.5) / (numWith + 0.5));
    const norm = k1 * (1 - b + (b * all[position].length) / meanLength);
    score += (idf * frequency * (k1 + 1)) / (frequency + norm);
  }
  return score;
}

const words = fc
  .array(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), { maxLength: 8 })
  .map((list) => list.join(' '));

describe('Bm25Index', () => {
  it('scores and ranks as the formula does', () => {
    fc.assert(
      fc.property(
        fc.array(words, { minLength: 1, maxLength: 12 }),
        words,
        fc.integer({ min: 1, max: 14 }),
        fc.constantFrom([1.2, 0.75], [0, 0.75], [2, 0], [0.9, 1]),
        (documents, query, limit, [k1, b]) => {
          const index = new Bm25Index(documents, { k1, b, splitTerms: bySpace });
          const expected = documents.map((_, position) =>
            naiveScore(query, documents, position, k1, b),
          );
          expected.forEach((score, position) => {
            expect(index.score(query, position)).toBeCloseTo(score, 10);
          });
          const hits = index.search(query, limit);
          const matching = expected.filter((score) => score > 0).length;
          expect(hits).toHaveLength(Math.min(limit, matching));
          const best = expected.filter((score) => score > 0).sort((left, right) => right - left);
          hits.forEach((hit, rank) => {
            expect(hit.score).toBeCloseTo(expected[hit.document], 10);
            expect(hit.score).toBeCloseTo(best[rank], 10);
          });
          // A second search starts from clean scores.
          expect(index.search(query, limit)).toEqual(hits);
        },
      ),
      { numRuns: 300, seed: 1 },
    );
  });

  it('gives the earlier of equal documents first', () => {
    const index = new Bm25Index(['x a', 'x b', 'x c', 'x d'], { splitTerms: bySpace });
    expect(index.search('x', 3).map((hit) => hit.document)).toEqual([0, 1, 2]);
  });

  it('gives the value that the formula has by hand', () => {
    // Two documents of 1 and 3 words, mean 2; "drill" is in the second only, once:
    // idf = ln(1 + (2 - 1 + 0.5) / (1 + 0.5)) = ln 2; norm = 1.2 (0.25 + 0.75 * 3 / 2) = 1.65
    // score = ln 2 * 2.2 / 2.65 = 0.575442...
    const index = new Bm25Index(['Hammer', 'Cordless drill, green']);
    expect(index.search('DRILL saw', 5)).toEqual([
      { document: 1, score: expect.closeTo((Math.LN2 * 2.2) / 2.65, 12) },
    ]);
  });

  it("ranks as Python's bm25s does", () => {
    // Its scores leave out the constant factor k1 + 1 = 2.2, and are sums in another order.
    const golden = JSON.parse(
      readFileSync(new URL('../golden/bm25.json', import.meta.url), 'utf8'),
    ) as {
      titles: string[];
      cases: { query: string; documents: number[]; scores: number[] }[];
    };
    const index = new Bm25Index(golden.titles, { splitTerms: bySpace });
    expect(golden.cases).toHaveLength(40);
    for (const { query, documents, scores } of golden.cases) {
      const hits = index.search(query, documents.length);
      expect(hits.map((hit) => hit.document)).toEqual(documents);
      hits.forEach((hit, rank) => {
        expect(hit.score).toBeCloseTo(scores[rank] * 2.2, 9);
      });
    }
  });

  it('finds nothing for an empty query or in an empty index', () => {
    expect(new Bm25Index(['a b']).search('', 3)).toEqual([]);
    expect(new Bm25Index([]).search('a', 3)).toEqual([]);
    expect(new Bm25Index(['a b']).search('a', 0)).toEqual([]);
  });

  it('scores pairs over their distinct titles', () => {
    const titles = ['red drill', 'saw', 'red drill'];
    const index = new Bm25Index(['red drill', 'saw']);
    expect([...scorePairs(['drill', 'saw', 'saw'], titles)]).toEqual([
      index.score('drill', 0),
      index.score('saw', 1),
      0,
    ]);
  });
});
