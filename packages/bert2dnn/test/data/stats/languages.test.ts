// Languages and scripts of texts. Which language a text is in is known to the reader of this file.
import { describe, expect, it } from 'vitest';
import {
  describeLanguages,
  detectLanguage,
  detectScript,
} from '../../../src/data/stats/languages.js';

const PROSE = {
  eng: 'The weather was so good that we decided to walk along the river before going back to work.',
  deu: 'Das Wetter war so gut, dass wir beschlossen, vor der Arbeit noch am Fluss entlang zu gehen.',
  fra: "Le temps était si beau que nous avons décidé de marcher le long de la rivière avant d'y aller.",
  rus: 'Погода была такой хорошей, что мы решили прогуляться вдоль реки перед тем, как вернуться.',
};

describe('detectLanguage', () => {
  for (const [code, text] of Object.entries(PROSE)) {
    it(`tells a sentence in ${code}`, () => expect(detectLanguage(text)).toBe(code));
  }

  it('tells even a short text by a script that one language has', () => {
    expect(detectLanguage('コーヒーメーカー')).toBe('jpn');
    expect(detectLanguage('커피 머신')).toBe('kor');
  });

  it('is unsure of a short query, of digits and of nothing', () => {
    for (const text of ['red running shoes', 'zapatos rojos', '12345 67', '']) {
      expect(detectLanguage(text), text).toBe('unsure');
    }
  });
});

describe('detectScript', () => {
  it('takes the commonest one of the letters', () => {
    expect(detectScript('iPhone 15 чехол для телефона')).toBe('Cyrillic');
    expect(detectScript('crème brûlée 12 cm')).toBe('Latin');
    expect(detectScript('قميص رجالي XL')).toBe('Arabic');
  });

  it('knows texts without letters, and letters of other scripts', () => {
    expect(detectScript('12 / 30 - 4')).toBe('none');
    expect(detectScript('ᠮᠣᠩᠭᠣᠯ')).toBe('other');
  });
});

describe('describeLanguages', () => {
  it('tells short texts together, by script, and leaves out empty ones', () => {
    const words = 'the river where this water and their other from with that have'.split(' ');
    const short = Array.from({ length: 300 }, (_, index) =>
      [0, 1, 2].map((word) => words[(index * 5 + word * 7) % words.length]).join(' '),
    );
    const found = describeLanguages([...short, '', '  ', 'コーヒー', '123']);
    expect(found.texts).toBe(302);
    expect(found.scripts).toEqual({ Latin: 300, Katakana: 1, none: 1 });
    expect(Object.keys(found.joined)).toEqual(['eng']);
    expect(found.alone).toEqual({ unsure: 301, jpn: 1 });
  });

  it('shows a mixture of scripts and languages, the most frequent first', () => {
    const texts = [PROSE.rus, PROSE.eng, PROSE.eng];
    const found = describeLanguages(texts);
    expect(Object.entries(found.alone)).toEqual([
      ['eng', 2],
      ['rus', 1],
    ]);
    expect(Object.entries(found.scripts)).toEqual([
      ['Latin', 2],
      ['Cyrillic', 1],
    ]);
    // Less than a run of either.
    expect(found.joined).toEqual({});
  });
});
