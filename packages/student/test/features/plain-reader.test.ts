import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AnalysedText } from '../../src/features/analysed-text.js';
import { Lexicon } from '../../src/features/lexicon.js';
import { PlainReader } from '../../src/features/plain-reader.js';
import { TextCodes } from '../../src/features/text-codes.js';
import { type TextDefinition, tokenizerOf } from '../../src/text/tokenizer.js';

const PLAIN: TextDefinition = { tokenizer: 'default', ngrams: 2 };
const QUANTITIES: TextDefinition = { ...PLAIN, quantities: true };

/** Words of a text as the reader has them; undefined if it gives up. */
function createReader(definition: TextDefinition): (text: string) => string[] | undefined {
  const lexicon = new Lexicon();
  const codes = new TextCodes();
  const reader = new PlainReader(lexicon, definition, codes);
  return (text) => {
    const analysed = new AnalysedText();
    codes.read(text);
    if (!reader.read(analysed)) return undefined;
    return [...analysed.words.subarray(0, analysed.numWords)].map((word) => lexicon.words[word]);
  };
}

describe('PlainReader', () => {
  it.each([PLAIN, QUANTITIES])('reads what it reads as the tokenizer does, %j', (definition) => {
    // What rules look at, often next to each other.
    const piece = fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...' -.,/x\'"%()&') },
      { weight: 4, arbitrary: fc.constantFrom(...'0123456789') },
      { weight: 3, arbitrary: fc.constantFrom(...UNITS) },
      {
        weight: 2,
        arbitrary: fc.constantFrom('of', 'pack of ', 'X', ' x ', '1/2', '3.50', '1,000'),
      },
      { weight: 1, arbitrary: fc.stringMatching(/^[a-zA-Z]{1,18}$/) },
      { weight: 1, arbitrary: fc.string({ maxLength: 2 }) },
      {
        weight: 1,
        arbitrary: fc.constantFrom(
          '½',
          '\u2122',
          '\u00e9',
          '\u2019',
          '漢',
          '\ud83d\ude00',
          '\u212a',
        ),
      },
    );
    const text = fc.array(piece, { maxLength: 9 }).map((pieces) => pieces.join(''));
    const read = createReader(definition);
    const tokenizer = tokenizerOf(definition);
    let numRead = 0;
    fc.assert(
      fc.property(text, (one) => {
        const words = read(one);
        if (words === undefined) return;
        numRead += 1;
        expect(words).toEqual(tokenizer.splitWords(one));
      }),
      { seed: 77, numRuns: 40_000 },
    );
    expect(numRead).toBeGreaterThan(10_000);
  });

  it.each([
    'Dohark Mattress Topper, Navy, 20 Pack',
    "Men's T-Shirt",
    '20V Max Cordless Drill',
    'Sweep 0.750 in. 12-Volt',
    'xbox 10x treatment',
    '6 ft. extension cord',
    'DCD771C2 kit with 1.30 Ah',
  ])('reads %j', (text) => {
    const words = createReader(QUANTITIES)(text);
    expect(words).toEqual(tokenizerOf(QUANTITIES).splitWords(text));
  });

  it.each(['2 x 4', '1/2 in', "6'", '5,000 btu', 'pack of 4', '12 sq ft', 'a½', 'x'.repeat(17)])(
    'leaves %j to the tokenizer',
    (text) => {
      expect(createReader(QUANTITIES)(text)).toBeUndefined();
    },
  );

  it('knows a word again, and forgets it with the lexicon', () => {
    const lexicon = new Lexicon();
    const codes = new TextCodes();
    const reader = new PlainReader(lexicon, QUANTITIES, codes);
    const numbersOf = (text: string): number[] => {
      const analysed = new AnalysedText();
      codes.read(text);
      reader.read(analysed);
      return [...analysed.words.subarray(0, analysed.numWords)];
    };
    expect(numbersOf('saw SAW saw')).toEqual([0, 0, 0]);
    expect(numbersOf('drill saw')).toEqual([1, 0]);
    // So many words that it makes more room for them.
    for (let index = 0; index < 20_000; index++) expect(numbersOf(`b${index}`)).toHaveLength(1);
    expect(numbersOf('b7 drill saw b7')).toEqual([9, 1, 0, 9]);
    lexicon.intern('x'.repeat(1 << 24));
    lexicon.trim();
    expect(numbersOf('drill saw')).toEqual([0, 1]);
  });
});

const UNITS = [
  'in',
  'inch',
  'IN',
  'ft',
  'v',
  'volts',
  'a',
  'amp',
  'amp hour',
  'sq ft',
  'square',
  'm',
  'pack',
  'pk',
  'w',
];
