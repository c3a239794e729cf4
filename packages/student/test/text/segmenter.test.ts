// Engines without Intl.Segmenter: only text that needs it is refused, and plainly.
import { afterEach, expect, it, vi } from 'vitest';

afterEach(() => {
  vi.unstubAllGlobals();
});

it.each([undefined, {}])('refuses text without spaces only, with Intl %s', async (intl) => {
  vi.resetModules();
  vi.stubGlobal('Intl', intl);
  const { splitWords } = await import('../../src/text/words.js');
  expect(splitWords("Men's 12V drill")).toEqual(['mens', '12', 'v', 'drill']);
  expect(() => splitWords('ไทย')).toThrow(expect.objectContaining({ code: 'SEGMENTER_MISSING' }));
});
