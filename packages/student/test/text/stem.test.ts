import { describe, expect, it } from 'vitest';
import { stemWord } from '../../src/text/stem.js';

describe('stemWord', () => {
  it.each([
    ['drill', 'drills', 'drilling', 'drilled'],
    ['battery', 'batteries'],
    ['box', 'boxes'],
    ['bench', 'benches'],
    ['hose', 'hoses'],
    ['charge', 'charger', 'chargers', 'charging', 'charged'],
    ['cover', 'covers', 'covering', 'covered'],
    ['mop', 'mops', 'mopping', 'mopped'],
    ['heat', 'heater', 'heating'],
    ['man', 'mens', 'men'],
    ['woman', 'womens'],
    ['shelf', 'shelves'],
    ['glass', 'glasses'],
  ])('brings %s together with its forms', (...forms) => {
    expect(new Set(forms.map(stemWord)).size).toBe(1);
  });

  it.each(['12', 'dcd771c2s', 'gas', 'bus', 'glass', 'string', 'bed', 'crèmes', 'mp3s', 'boss'])(
    'leaves %s as it is',
    (word) => {
      expect(stemWord(word)).toBe(word);
    },
  );

  it('keeps apart what only looks alike', () => {
    expect(stemWord('paper')).not.toBe(stemWord('papa'));
    expect(stemWord('status')).toBe('status');
    expect(stemWord('shed')).not.toBe(stemWord('she'));
  });
});
