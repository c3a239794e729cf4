import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Bert2dnnError, editDistance, findNearestName } from '../../src/foundation/errors.js';

describe('Bert2dnnError', () => {
  it('carries code, message, hint and cause', () => {
    const cause = new Error('underneath');
    const error = new Bert2dnnError('FILE_EMPTY', 'x.tsv: no rows', {
      hint: 'Check the export.',
      cause,
    });
    expect(error).toMatchObject({
      code: 'FILE_EMPTY',
      message: 'x.tsv: no rows',
      hint: 'Check the export.',
      cause,
    });
  });
});

describe('findNearestName', () => {
  it.each([
    ['labelled', ['labeled', 'out'], 'labeled'],
    ['epoch', ['epochs', 'batch-size'], 'epochs'],
    ['Titel', ['query', 'title'], 'title'],
    ['zzz', ['query', 'title'], undefined],
  ])('%s among %j is %s', (name, known, nearest) => {
    expect(findNearestName(name, known)).toBe(nearest);
  });
});

describe('editDistance', () => {
  it('is a metric', () => {
    const word = fc.string({ maxLength: 8 });
    fc.assert(
      fc.property(word, word, word, (a, b, c) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, b) === 0).toBe(a === b);
        expect(editDistance(a, c)).toBeLessThanOrEqual(editDistance(a, b) + editDistance(b, c));
      }),
    );
  });
});
