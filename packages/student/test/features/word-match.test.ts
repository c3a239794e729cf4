import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AnalysedText } from '../../src/features/analysed-text.js';
import { Lexicon } from '../../src/features/lexicon.js';
import { PairMatch } from '../../src/features/pair-match.js';
import { isOneEditApart, MATCH_CLASSES } from '../../src/features/word-match.js';
import { stemWord } from '../../src/text/stem.js';
import { TOKENIZERS } from '../../src/text/tokenizer.js';

describe('findWord', () => {
  it.each<[string, string, string[]]>([
    ['drill', 'cordless drill', ['exact 1']],
    ['drills', 'drill bit drills', ['exact 2']],
    ['drilling', 'cordless drill', ['stem 1']],
    ['doorbell', 'wireless door bell', ['joined 1']],
    ['door bell', 'wireless doorbell', ['joined 1', 'joined 1']],
    ['micro oven', 'microwave', ['prefix 0', 'missing -1']],
    ['board', 'cardboard', ['inside 0']],
    ['refridgerator', 'refrigerator', ['near 0']],
    ['dewlat', 'dewalt', ['near 0']],
    ['12', '120 v', ['missing -1']],
    ['dcd771', 'dcd776', ['missing -1']],
    ['dcd771', 'dcd771c2', ['prefix 0']],
    ['fan', 'fans fan', ['exact 1']],
    ['on', 'onyx', ['missing -1']],
    ['drill', '', ['missing -1']],
  ])('%s in %j', (query, title, expected) => {
    const pair = readPair(query, title);
    const found = expected.map(
      (_, index) => `${MATCH_CLASSES[pair.matchClasses[index]]} ${pair.positions[index]}`,
    );
    expect(found).toEqual(expected);
  });

  it('knows neighbours, reversed neighbours and the longest run', () => {
    const pair = readPair('red metal shelf unit', 'heavy metal shelves red unit');
    expect(pair.areNeighbours(1, 1)).toBe(true);
    expect(pair.areNeighbours(0, 1)).toBe(false);
    expect(readPair('a b', 'b a').areNeighbours(0, -1)).toBe(true);
    expect(pair.longestRun()).toBe(2);
    expect(readPair('x', 'y').longestRun()).toBe(0);
  });
});

describe('words that differ in stem', () => {
  it('get the class of a naive twin that looks at all of their letters', () => {
    const words = fc.stringMatching(/^[abcde]{1,7}$/);
    const near = fc.tuple(words, fc.nat(6), words).map(([word, at, more]) => {
      const changed = word.slice(0, at) + more.slice(0, 2) + word.slice(at + (more.length % 3));
      return [word, changed || 'x'] as const;
    });
    fc.assert(
      fc.property(near, ([query, title]) => {
        const pair = readPair(query, title);
        if (MATCH_CLASSES[pair.matchClasses[0]] === 'exact' || stemWord(query) === stemWord(title))
          return;
        expect(MATCH_CLASSES[pair.matchClasses[0]]).toBe(naiveClass(query, title));
      }),
      { seed: 8, numRuns: 2000 },
    );
  });
});

function naiveClass(left: string, right: string): string {
  const [shorter, longer] = left.length <= right.length ? [left, right] : [right, left];
  if (shorter.length >= 3 && longer.startsWith(shorter)) return 'prefix';
  if (shorter.length >= 4 && longer.includes(shorter)) return 'inside';
  return shorter.length >= 5 && isOneEditApart(shorter, longer) ? 'near' : 'missing';
}

describe('isOneEditApart', () => {
  it.each<[string, string, boolean]>([
    ['abcde', 'abcde', true],
    ['abcde', 'abxde', true],
    ['abcde', 'abcdef', true],
    ['abcde', 'xabcde', true],
    ['abcde', 'abdce', true],
    ['abcde', 'badce', false],
    ['abcde', 'abxye', false],
    ['abcde', 'axbcdey', false],
    ['abcde', 'axbcye', false],
  ])('%s and %s: %s', (shorter, longer, expected) => {
    expect(isOneEditApart(shorter, longer)).toBe(expected);
  });
});

function readPair(query: string, title: string): PairMatch {
  const lexicon = new Lexicon();
  const [left, right] = [query, title].map((text) => {
    const analysed = new AnalysedText();
    analysed.read(text, { tokenizer: TOKENIZERS.default, plainReader: undefined, lexicon });
    return analysed;
  });
  const pair = new PairMatch(lexicon);
  pair.read(left, right);
  return pair;
}
