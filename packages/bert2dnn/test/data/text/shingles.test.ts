// Shingles: which ones a text has, told by how many and which two texts share.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Shingler, spellForShingles } from '../../../src/data/text/shingles.js';
import { naiveShingles } from './naive-jaccard.js';

const unit = fc.oneof(
  fc.constantFrom(...'ab 1-.A'),
  fc.constantFrom('é', 'İ', 'क', '्', '中', '🔧', '𝒜', '\u0301', 'ß'),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
);
const anyText = fc.array(unit, { maxLength: 30 }).map((units) => units.join(''));

function readShingles(shingler: Shingler, text: string): Set<number> {
  const count = shingler.read(text);
  const distinct = new Set(shingler.shingles.subarray(0, count));
  expect(distinct.size).toBe(count);
  return distinct;
}

describe('spellForShingles', () => {
  it.each([
    ['1/2" Pipe!', ' 1 2 pipe '],
    ['', ' '],
    ['?!', ' '],
    ['  Crème  BRÛLÉE ', ' crème brûlée '],
    ['हिन्दी-पाठ', ' हिन्दी पाठ '],
  ])('%j is spelled %j', (text, spelling) => {
    expect(spellForShingles(text)).toBe(spelling);
  });
});

describe('Shingler', () => {
  it('reads as many distinct shingles, and two texts share as many, as with sets of strings', () => {
    // One shingler for all texts: what an earlier one left must not show.
    const shingler = new Shingler();
    fc.assert(
      fc.property(anyText, anyText, (left, right) => {
        const leftSet = readShingles(shingler, left);
        const rightSet = readShingles(shingler, right);
        const naiveLeft = naiveShingles(left);
        const naiveRight = naiveShingles(right);
        expect([leftSet.size, rightSet.size]).toEqual([naiveLeft.size, naiveRight.size]);
        const numShared = [...leftSet].filter((shingle) => rightSet.has(shingle)).length;
        expect(numShared).toBe([...naiveLeft].filter((shingle) => naiveRight.has(shingle)).length);
      }),
      { numRuns: 2000, seed: 1 },
    );
  });

  it('grows for long texts and reads short ones after them', () => {
    const shingler = new Shingler();
    const long = Array.from({ length: 5000 }, (_, index) => index.toString(36)).join(' ');
    expect(readShingles(shingler, long).size).toBe(naiveShingles(long).size);
    expect(readShingles(shingler, `${long}é`).size).toBe(naiveShingles(`${long}é`).size);
    expect(readShingles(shingler, 'abc').size).toBe(2);
  });

  it('stops one above what is wanted', () => {
    const shingler = new Shingler();
    expect(shingler.read('abcdefghij', 3)).toBe(4);
    expect(shingler.read('abcdefghij', 9)).toBe(9);
  });
});
