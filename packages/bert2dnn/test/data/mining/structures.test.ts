// The parts of an index against the obvious ones: a Map, and sorting.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GrowingArray } from '../../../src/data/mining/growing-array.js';
import { findTerm, TermDictionary } from '../../../src/data/mining/term-dictionary.js';
import { TopDocuments } from '../../../src/data/mining/top-documents.js';

describe('TermDictionary', () => {
  it('numbers terms as a Map does, in any script, through growth', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { maxLength: 3000 }), (terms) => {
        const dictionary = new TermDictionary();
        const expected = new Map<string, number>();
        for (const term of terms) {
          if (!expected.has(term)) expected.set(term, expected.size);
          expect(dictionary.add(term)).toBe(expected.get(term));
        }
        expect(dictionary.numTerms).toBe(expected.size);
        const arrays = dictionary.share();
        for (const [term, id] of expected) expect(findTerm(arrays, term)).toBe(id);
        expect(findTerm(arrays, 'not a term of it')).toBe(-1);
      }),
      { numRuns: 50, seed: 1 },
    );
  });

  it('keeps its arrays in shared memory while it grows', () => {
    const dictionary = new TermDictionary();
    // A word may be as long as a title that is one.
    const long = 'x'.repeat(300_000);
    expect(dictionary.add(long)).toBe(0);
    for (let index = 1; index < 50_000; index++) dictionary.add(`term${index}`);
    const { slots, starts, units, numTerms } = dictionary.share();
    expect(numTerms).toBe(50_000);
    for (const array of [slots, starts, units]) {
      expect(array.buffer).toBeInstanceOf(SharedArrayBuffer);
    }
    expect(dictionary.add('term49999')).toBe(49_999);
    expect(dictionary.add(long)).toBe(0);
  });
});

describe('GrowingArray', () => {
  it('holds what was pushed, and starts anew when cleared', () => {
    const values = GrowingArray.ofUint16();
    for (let index = 0; index < 5000; index++) values.push(index);
    expect([...values.view()]).toEqual(Array.from({ length: 5000 }, (_, index) => index));
    values.clear();
    values.push(7);
    expect([...values.view()]).toEqual([7]);
  });
});

describe('TopDocuments', () => {
  it('keeps what sorting keeps, ties included', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(0.5, 1, 1.5, 2), { maxLength: 60 }),
        fc.integer({ min: 0, max: 20 }),
        fc.nat(1000),
        (scores, limit, shift) => {
          const entries = scores.map((score, index) => ({
            // Some order of documents that is not ascending.
            document: (index * 7919 + shift) % 1009,
            score,
          }));
          const top = new TopDocuments();
          top.reset(limit);
          for (const { document, score } of entries) top.offer(document, score);
          top.sort();
          const kept = Array.from({ length: top.size }, (_, rank) => ({
            document: top.documents[rank],
            score: top.scores[rank],
          }));
          entries.sort((left, right) => right.score - left.score || left.document - right.document);
          expect(kept).toEqual(entries.slice(0, limit));
        },
      ),
      { numRuns: 500, seed: 1 },
    );
  });
});
