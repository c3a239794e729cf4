// Personal data in real texts of a shop: its queries and titles have none, reviews have some.
// Needs the folder BERT2DNN_SHARED with data/.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { findPersonalData } from '../../../src/data/text/personal-data.js';

const shared = process.env['BERT2DNN_SHARED'];
const reason = shared === undefined ? ' (BERT2DNN_SHARED is not set)' : '';

/** The distinct texts of a column. */
function readColumn(file: string, column: number): string[] {
  const content = gunzipSync(readFileSync(join(shared ?? '', 'data', file))).toString();
  const lines = content.trimEnd().split('\n').slice(1);
  return [...new Set(lines.map((line) => line.split('\t')[column]))];
}

describe.skipIf(shared === undefined)(`personal data in real texts${reason}`, () => {
  it.each([
    ['queries', 0, 9403],
    ['titles', 1, 44_580],
  ])('Home Depot: none in its %s', (_, column, count) => {
    const texts = readColumn('search/homedepot.tsv.gz', column);
    expect(texts.length).toBe(count);
    expect(texts.filter((text) => findPersonalData(text) !== undefined)).toEqual([]);
  });

  it('IMDb: in some reviews, where each hit on an address has its @', () => {
    const hits = readColumn('reviews/imdb-0.tsv.gz', 2).filter((text) => findPersonalData(text));
    expect(hits.length).toBeGreaterThan(10);
    expect(
      hits.filter((text) => findPersonalData(text) === 'email' && !text.includes('@')),
    ).toEqual([]);
  });
});
