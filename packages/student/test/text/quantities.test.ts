import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalizeText } from '../../src/text/normalize.js';
import { normalizeQuantities, UNIT_NAMES } from '../../src/text/quantities.js';
import { tokenizerOf } from '../../src/text/tokenizer.js';
import { splitWords } from '../../src/text/words.js';

const tokenizer = tokenizerOf({ tokenizer: 'default', ngrams: 1, quantities: true });
const wordsOf = (text: string): string => tokenizer.splitWords(text).join(' ');

describe('quantities', () => {
  it.each<[string, string[]]>([
    [
      '0.75 in',
      ['3/4 in', '3/4in', '3/4-in.', '0.75 inch', '.75"', '0.750 INCHES', '¾ in', '3/4″'],
    ],
    ['1.5 in', ['1 1/2 in.', '1-1/2 in', '1½ inch', '1 - 1/2"', '1.50-inch']],
    ['11.875 in', ['11-7/8 in.', '11 7/8"']],
    ['2 x 4', ['2x4', '2 x 4', '2 X4', '2×4']],
    ['2 x 4 in', ['2 in. x 4 in.', '2"x4"', '2 in x 4 in', '2 x 4 in.']],
    ['2 x 4 in x 8 ft', ['2 in. x 4 in. x 8 ft.', `2"x4"x8'`, '2x4 in. x 8 feet']],
    ['0.5 x 0.5', ['1/2x1/2', '1/2 x 1/2']],
    ['6 x 8 ft rug', [`6'x8' rug`, '6 ft. x 8 ft. rug', '6x8-foot rug']],
    ['5 ft 6 in', [`5'6"`, '5 ft. 6 in.', `5' 6''`]],
    ['24 pack', ['24-pack', '24 Pack', '24pk', 'pack of 24', '(24-Count)', 'Case of 24']],
    ['25 sqft', ['25 sq. ft.', '25 sqft', '25 square feet', '25-sq ft']],
    ['5000 btu', ['5,000 BTU', '5000 btus', '5,000-Btu']],
    ['12 v', ['12V', '12-Volt', '12 volts', '12.0 v']],
    ['20 amp breaker', ['20a breaker', '20-Amp breaker', '20 amps breaker']],
    ['1 gal', ['1.0 gal.', '1 gallon', '1-Gallon']],
    ['40 lb', ['40 lbs.', '40 pound', '40-lb']],
    ['18 ga', ['18-gauge', '18 ga.']],
    ['90 deg', ['90°', '90-degree']],
  ])('writes %j in one way', (expected, texts) => {
    for (const text of texts) expect(wordsOf(text), text).toBe(expected);
  });

  it.each([
    'dcd771c2 r19 mp3 m18 t8 gu10',
    'v20 4wd 5th 3d',
    '12/2 nm b wire',
    '24/7 120/240',
    '10/5/2020 1/2/3',
    'mens 2 in 1 a 20 a',
    '4 w/ shelf',
    'version 1.2.3',
    '192.168.0.10',
    'inch foot pack',
  ])('leaves %j as it is', (text) => {
    expect(wordsOf(text)).toBe(splitWords(text).join(' '));
  });

  it('changes nothing in texts without digits', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        if (!/\p{N}/u.test(text)) expect(wordsOf(text)).toBe(splitWords(text).join(' '));
      }),
      { seed: 21 },
    );
  });

  it('is done once: the words of separate quantities stay', () => {
    const number = fc.constantFrom(
      '1',
      '12',
      '3/4',
      '.5',
      '2.50',
      '1,000',
      '1-1/2',
      '6 1/4',
      '2x4',
    );
    const unit = fc.constantFrom(
      '',
      'in',
      '"',
      "'",
      ' ft.',
      '-volt',
      'V',
      ' sq. ft.',
      '-pack',
      'ga',
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(number, unit), { maxLength: 4 }), (quantities) => {
        const words = wordsOf(quantities.map((quantity) => quantity.join('')).join(' pipe '));
        expect(wordsOf(words)).toBe(words);
      }),
      { seed: 22, numRuns: 2000 },
    );
  });

  it('gives the value of every decimal and proper fraction', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 999 }),
        fc.constantFrom(2, 4, 8, 16),
        fc.nat(),
        (whole, under, draw) => {
          const over = 1 + (draw % (under - 1));
          const expected = `${whole + over / under} in`;
          expect(wordsOf(`${whole} ${over}/${under} in`)).toBe(expected);
          expect(wordsOf(`${whole + over / under}0"`)).toBe(expected);
        },
      ),
      { seed: 23 },
    );
  });

  it('copes with any text in time that grows with its length', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(typeof normalizeQuantities(normalizeText(text))).toBe('string');
      }),
      { seed: 24 },
    );
    for (const part of ['1', '1 ', '1x', '1,000', '1/', '1-', '.', '1 in x ', '0', '1.0', "1'"]) {
      expect(normalizeQuantities(part.repeat(20_000)).length).toBeGreaterThan(0);
    }
  });

  it('names units by words that the tokenizer keeps whole', () => {
    for (const name of UNIT_NAMES) expect(wordsOf(`7 ${name}`)).toBe(`7 ${name}`);
  });
});
