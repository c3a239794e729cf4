import { describe, expect, it } from 'vitest';
import { Lexicon } from '../../src/features/lexicon.js';
import { Vocabulary } from '../../src/features/vocabulary.js';
import { UNSEEN, WordStatistics } from '../../src/features/word-statistics.js';

describe('WordStatistics', () => {
  it('ranks stems by their most frequent word, and counts no n-gram of several words', () => {
    // 20 frequent words, then "drill" as the 21st stem, its plural behind it, then 50 more.
    const tokens = [
      ...Array.from({ length: 20 }, (_, index) => `a${index}`),
      'a0 a1',
      'drills',
      'drill',
      ...Array.from({ length: 50 }, (_, index) => `b${index}`),
    ];
    const { lexicon, statistics } = read(tokens, [
      'a0',
      'a15',
      'a16',
      'drill',
      'b42',
      'b43',
      'new',
    ]);
    const [first, a15, a16, drill, b42, b43, unseen] = [0, 1, 2, 3, 4, 5, 6].map(
      (index) => statistics.importances[lexicon[index]],
    );
    // Classes begin at the ranks 16 and 64; drill has rank 20, b42 rank 63.
    expect([first, a15, a16, drill, b42, b43, unseen]).toEqual([0, 0, 1, 1, 1, 2, UNSEEN]);
    const weights = lexicon.map((word) => statistics.weights[word]);
    expect(weights[0]).toBe(1);
    expect(weights[3]).toBeCloseTo(Math.log2(22), 12);
    // 71 stems: a word never seen weighs as the one that would come next.
    expect(weights[6]).toBeCloseTo(Math.log2(73), 12);
  });

  it('knows words that begin texts by the ranks of word and "^ word"', () => {
    // Ranks from 1: brand 1, "^ brand" 2: a half. some 3, "^ some" 12: a quarter. Nothing: 0.
    const tokens = ['brand', '^ brand', 'some', ...'abcdefgh'.split(''), '^ some', 'never'];
    const { lexicon, statistics } = read(tokens, ['brand', 'some', 'never', 'unseen']);
    expect(lexicon.map((word) => statistics.startClasses[word])).toEqual([3, 2, 0, 0]);
  });

  it('starts anew when the lexicon forgets', () => {
    const lexicon = new Lexicon();
    const statistics = new WordStatistics(Vocabulary.fromTokens(['saw']), lexicon);
    lexicon.intern('new');
    statistics.learn();
    expect(statistics.importances).toEqual([UNSEEN]);
    lexicon.intern('x'.repeat(1 << 24));
    lexicon.trim();
    lexicon.intern('saw');
    statistics.learn();
    expect(statistics.importances).toEqual([0]);
  });
});

function read(
  tokens: string[],
  words: string[],
): { lexicon: number[]; statistics: WordStatistics } {
  const lexicon = new Lexicon();
  const numbers = words.map((word) => lexicon.intern(word));
  const statistics = new WordStatistics(Vocabulary.fromTokens(tokens), lexicon);
  statistics.learn();
  return { lexicon: numbers, statistics };
}
