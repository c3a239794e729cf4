import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ngrams } from '../../src/text/ngrams.js';
import { paperTokens } from '../../src/text/paper-tokenizer.js';
import { textTokens } from '../../src/text/tokenizer.js';

const words = fc.array(fc.stringMatching(/^[a-z]{1,4}$/), { maxLength: 8 });

describe('paperTokens', () => {
  // Derived by hand from tokenizer.py: zip(['^'] + w, w + ['$s']) interleaved with w + ['$'], last one cut.
  it('reproduces the reference code', () => {
    expect(paperTokens('a b')).toEqual(['^ a', 'a', 'a b', 'b', 'b $s']);
    expect(paperTokens('Great, movie!')).toEqual([
      '^ great,',
      'great,',
      'great, movie!',
      'movie!',
      'movie! $s',
    ]);
    expect(paperTokens('a  b')).toEqual(['^ a', 'a', 'a ', '', ' b', 'b', 'b $s']);
    expect(paperTokens('')).toEqual(['^ ', '', ' $s']);
  });

  it('gives 2n + 1 tokens for n words', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(paperTokens(text)).toHaveLength(2 * text.split(' ').length + 1);
      }),
      { seed: 3 },
    );
  });
});

describe('ngrams', () => {
  it('goes by start, then by length', () => {
    expect(ngrams(['a', 'b'], 1)).toEqual(['a', 'b']);
    expect(ngrams(['a', 'b'], 2)).toEqual(['^ a', 'a', 'a b', 'b', 'b $']);
    expect(ngrams(['a', 'b'], 3)).toEqual(['^ a', '^ a b', 'a', 'a b', 'a b $', 'b', 'b $']);
    expect(ngrams([], 3)).toEqual([]);
  });

  it('holds every window of the padded words that has a word, and no other', () => {
    fc.assert(
      fc.property(words, fc.integer({ min: 1, max: 3 }), (list, highest) => {
        expect([...ngrams(list, highest)].sort()).toEqual(windowsNaively(list, highest).sort());
      }),
      { seed: 4 },
    );
  });

  it('is what a definition counts', () => {
    expect(textTokens('A b!', { tokenizer: 'default', ngrams: 2 })).toEqual(ngrams(['a', 'b'], 2));
    expect(textTokens('A b!', { tokenizer: 'paper', ngrams: 2 })).toEqual(paperTokens('A b!'));
  });
});

/** By length: words alone, then windows of the padded text. */
function windowsNaively(list: string[], highest: number): string[] {
  const tokens = [...list];
  const padded = ['^', ...list, '$'];
  for (let length = 2; length <= highest && list.length > 0; length++) {
    for (let start = 0; start + length <= padded.length; start++) {
      tokens.push(padded.slice(start, start + length).join(' '));
    }
  }
  return tokens;
}
