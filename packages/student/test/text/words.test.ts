import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalizeText } from '../../src/text/normalize.js';
import { splitWords } from '../../src/text/words.js';

describe('normalizeText', () => {
  it('applies NFKC and lower case, and keeps trade signs off the word', () => {
    expect(normalizeText('Ｋｏｈｌｅｒ™ ½ IN')).toBe('kohler  1⁄2 in');
    expect(normalizeText('CRE\u0300ME')).toBe('crème');
  });
});

describe('splitWords', () => {
  it.each<[string, string[]]>([
    ["Men's 12V drill, 3/4in", ['mens', '12', 'v', 'drill', '3', '4', 'in']],
    ['don’t 1980s rock-’n’-roll', ['dont', '1980', 's', 'rock', 'n', 'roll']],
    ['2x4x8 ft. DCD771C2 r19 mp3', ['2', 'x', '4', 'x', '8', 'ft', 'dcd771c2', 'r19', 'mp3']],
    ['0.75 in. v2.0 end.', ['0.75', 'in', 'v2', '0', 'end']],
    ['KOHLER™ Crème & Co 5°', ['kohler', 'crème', 'co', '5']],
    ['  \t\n', []],
    ['', []],
    ['हिन्दी भाषा', ['हिन्दी', 'भाषा']],
    ['😀a😀 𝒳 \ud800b', ['a', 'x', 'b']],
    ['𐐷x', ['𐐷x']],
    ["'tis o'clock'", ['tis', 'oclock']],
  ])('%j', (text, words) => {
    expect(splitWords(text)).toEqual(words);
  });

  it('cuts scripts without spaces and keeps other scripts apart from them', () => {
    expect(splitWords('iPhone手机壳')[0]).toBe('iphone');
    expect(splitWords('สวัสดีครับ').join('')).toBe('สวัสดีครับ');
    expect(splitWords('สวัสดีครับ').length).toBeGreaterThan(1);
  });

  it('equals a naive reading of its rules on ASCII text', () => {
    const characters = fc.constantFrom(...'ab12.\'/ -"x');
    fc.assert(
      fc.property(fc.array(characters, { maxLength: 30 }), (list) => {
        const text = list.join('');
        expect(splitWords(text)).toEqual(splitNaively(text));
      }),
      { seed: 1, numRuns: 2000 },
    );
  });

  it('gives words without spaces, marks or upper case for any Unicode', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (text) => {
        for (const word of splitWords(text)) expect(word).toMatch(/^[\p{L}\p{N}\p{M}.]+$/u);
      }),
      { seed: 2, numRuns: 300 },
    );
  });

  it('takes a text of a million characters', () => {
    expect(splitWords('ab '.repeat(333_333))).toHaveLength(333_333);
    // Unbroken Chinese: the segmenter alone would take time by the square of the length.
    expect(splitWords('手机壳小米'.repeat(2000)).join('')).toHaveLength(10_000);
  });
});

/** The rules as two regular expressions. */
function splitNaively(text: string): string[] {
  const runs = text.matchAll(
    /[a-z](?:[a-z0-9]|(?<=[a-z])'(?=[a-z]))*|\d(?:[a-z\d]|(?<=\d)\.(?=\d))*/g,
  );
  return [...runs].flatMap(([run]) =>
    /^\d/.test(run) ? run.match(/\d+(?:\.\d+)*|[a-z]+/g)! : [run.replaceAll("'", '')],
  );
}
