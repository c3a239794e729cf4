import { describe, expect, it } from 'vitest';
import {
  DIGIT,
  kindOfCodePoint,
  kindOfUnit,
  LETTER,
  MARK,
  SEPARATOR,
  SPACELESS,
  SURROGATE,
} from '../../src/text/characters.js';

describe('kindOfUnit', () => {
  it('is that of the whole character, and of surrogates what they are', () => {
    for (let unit = 0; unit < 1 << 16; unit++) {
      const isSurrogate = unit >= 0xd800 && unit <= 0xdfff;
      const expected = isSurrogate ? SURROGATE : kindOfCodePoint(unit);
      if (kindOfUnit(unit) !== expected) expect(unit).toBe(`of the kind ${expected}`);
    }
  });

  it.each([
    ['a', LETTER],
    ['ÿ', LETTER],
    ['7', DIGIT],
    ['½', DIGIT],
    ['_', SEPARATOR],
    ['×', SEPARATOR],
    ['\u0301', MARK],
    ['日', SPACELESS],
  ])('tells %s', (character, kind) => {
    expect(kindOfUnit(character.charCodeAt(0))).toBe(kind);
  });
});
