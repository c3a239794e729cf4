import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Vocabulary, vocabularyTensors } from '../../src/features/vocabulary.js';
import { refusal } from '../refusal.js';

const tokens = fc.uniqueArray(fc.stringMatching(/^[ab ^]{0,5}$/), { maxLength: 40 });

describe('Vocabulary', () => {
  it('finds what a map finds, the empty word included', () => {
    fc.assert(
      fc.property(tokens, fc.array(fc.stringMatching(/^[ab ^]{0,5}$/)), (list, questions) => {
        const vocabulary = Vocabulary.fromTokens(list);
        expect(vocabulary.singleWords()).toEqual(list.filter((token) => !token.includes(' ')));
        const twin = new Map(list.map((token, id) => [token, id]));
        for (const token of [...list, ...questions]) {
          expect(vocabulary.get(token)).toBe(twin.get(token) ?? -1);
        }
        expect(vocabulary.size).toBe(list.length);
      }),
      { seed: 7 },
    );
  });

  it('survives a round trip through tensors', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ unit: 'grapheme' })), (list) => {
        const tensors = vocabularyTensors(Vocabulary.fromTokens(list));
        expect(Vocabulary.fromTensors(tensors).tokens).toEqual(list);
      }),
      { seed: 8 },
    );
  });

  it('refuses doubles, half characters and broken tensors', () => {
    expect(refusal(() => Vocabulary.fromTokens(['a', 'b', 'a']))).toBe(
      'VOCABULARY_INVALID vocabulary: token 2 "a" occurs twice, expected distinct tokens',
    );
    expect(refusal(() => Vocabulary.fromTokens(['\ud800']))).toContain('half a character');
    const read = (bytes: number[], offsets: number[]): string =>
      refusal(() =>
        Vocabulary.fromTensors({
          bytes: Uint8Array.from(bytes),
          offsets: Int32Array.from(offsets),
        }),
      );
    expect(read([97], [0, 2])).toContain('expected 0 to 1');
    expect(read([97, 98], [0, 2, 1, 2])).toContain('before its start');
    expect(read([0xff], [0, 1])).toContain('not UTF-8');
    expect(read([], [])).toContain('offsets run from');
  });
});
