import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WordIndex } from '../../demo/word-index.js';

const word = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '😀'), minLength: 1, maxLength: 3 });

describe('WordIndex', () => {
  it('orders products by how many query words begin one of their words, then by number', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(word, { maxLength: 4 }), { maxLength: 20 }),
        fc.array(word, { maxLength: 4 }),
        (titles, query) => {
          const counts = titles.map(
            (words) => query.filter((prefix) => words.some((w) => w.startsWith(prefix))).length,
          );
          const expected = titles
            .map((_, product) => product)
            .sort((left, right) => counts[right] - counts[left] || left - right);
          expect([...new WordIndex(titles).order(query)]).toEqual(expected);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('leaves the order as it is for an empty query', () => {
    expect([...new WordIndex([['b'], ['a']]).order([])]).toEqual([0, 1]);
  });

  it('takes a query of more words than it counts', () => {
    const query = Array.from({ length: 400 }, () => 'a');
    expect([...new WordIndex([['b'], ['a']]).order(query)]).toEqual([1, 0]);
  });
});
