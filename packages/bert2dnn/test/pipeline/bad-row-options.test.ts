// The options of bad rows: their defaults, and what is refused.
import { describe, expect, it } from 'vitest';
import { parseOptions } from '../../src/pipeline/options.js';
import { BAD_ROW_OPTIONS } from '../../src/pipeline/verbs/bad-row-options.js';

describe('BAD_ROW_OPTIONS', () => {
  it('fail, and at a text of more than a million characters, by default', () => {
    expect(parseOptions(BAD_ROW_OPTIONS, {})).toEqual({
      badRows: 'fail',
      maxTextCharacters: 1_000_000,
    });
    expect(parseOptions(BAD_ROW_OPTIONS, { badRows: 'skip', maxTextCharacters: 5 })).toEqual({
      badRows: 'skip',
      maxTextCharacters: 5,
    });
  });

  it('take no other policy and no limit below 1', () => {
    expect(() => parseOptions(BAD_ROW_OPTIONS, { badRows: 'skp' })).toThrow(/badRows.*fail, skip/);
    expect(() => parseOptions(BAD_ROW_OPTIONS, { maxTextCharacters: 0 })).toThrow(
      /maxTextCharacters/,
    );
  });
});
