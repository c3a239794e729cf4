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
  const reader = new PlainReader(lexicon, tokenizerOf(definition), codes);
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
        arbitrary: fc.constantFrom('of', 'pack of ', 'X', ' x ', '1/2', '3.50', '1,000', '. x5'),
      },
      { weight: 2, arbitrary: fc.constantFrom(' drill ', "it's", 'abc5', 'set', ' (') },
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
    "Men's Boots, size 12",
    'MDF Casing 3/4 in. x 3-1/4 in. x 8 ft. (Pack of 4)',
    `plywood 4'x8' 1/2" thick`,
    'Heater 25,000 BTU for 1,000 sq. ft.',
    'r19 in x 4 in',
    'No. 8 x 1-1/2 in. screws',
    'bulb .5 in, 12 amp hours',
  ])('reads %j', (text) => {
    const words = createReader(QUANTITIES)(text);
    expect(words).toEqual(tokenizerOf(QUANTITIES).splitWords(text));
  });

  it.each([
    ['no ASCII', 'a½'],
    ['a long word', 'x'.repeat(17)],
    ['a sign that may be a unit or none', "6'wide"],
    ['a name with a point', 'agx.50'],
    ['a quote that was dropped next to a number', "6 in's"],
    ['a part of a word that says how many', "men'set of 4"],
    ['a phrase of many words', '1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16'],
    ['a long phrase', `1${'0'.repeat(60)}`],
  ])('leaves %s to the tokenizer', (_, text) => {
    expect(createReader(QUANTITIES)(text)).toBeUndefined();
  });

  it('reads a text of many numbers and dropped quotes', () => {
    const text = "Bob's 12 kits ".repeat(60_000);
    expect(createReader(QUANTITIES)(text)).toBeUndefined();
    const apart = text.replaceAll("'s 12", "'s kit 12");
    expect(createReader(QUANTITIES)(apart)?.length).toBe(240_000);
  });

  it('knows a word again, and forgets it with the lexicon', () => {
    const lexicon = new Lexicon();
    const codes = new TextCodes();
    const reader = new PlainReader(lexicon, tokenizerOf(QUANTITIES), codes);
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

  it('knows a phrase again, more of them than there is room for, and forgets them with the lexicon', () => {
    const lexicon = new Lexicon();
    const codes = new TextCodes();
    const { splitWords, marks } = tokenizerOf(QUANTITIES);
    const read: string[] = [];
    const tokenizer = {
      marks,
      splitWords: (text: string) => splitWords(read[read.push(text) - 1]),
    };
    const reader = new PlainReader(lexicon, tokenizer, codes);
    const wordsOf = (text: string): string[] => {
      const analysed = new AnalysedText();
      codes.read(text);
      expect(reader.read(analysed)).toBe(true);
      return [...analysed.words.subarray(0, analysed.numWords)].map((word) => lexicon.words[word]);
    };
    const expected = ['drill', '12', 'v', 'kit', '0.5', 'in', 'bit'];
    expect(wordsOf('Drill 12-Volt kit (1/2 in. bit)')).toEqual(expected);
    expect(read).toEqual(['12-volt', '1/2 in.']);
    expect(wordsOf('drill, 12-VOLT Kit  1/2 IN. bit')).toEqual(expected);
    expect(wordsOf('bit 97 of drill')).toEqual(['bit', '97', 'of', 'drill']);
    expect(read).toEqual(['12-volt', '1/2 in.', '97 of']);
    for (let index = 0; index < 40_000; index++) {
      expect(wordsOf(`${index} ft`)).toEqual([`${index}`, 'ft']);
    }
    lexicon.intern('x'.repeat(1 << 24));
    lexicon.trim();
    read.length = 0;
    expect(wordsOf('39999 ft and 39999 ft')).toEqual(['39999', 'ft', 'and', '39999', 'ft']);
    expect(read).toEqual(['39999 ft']);
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
