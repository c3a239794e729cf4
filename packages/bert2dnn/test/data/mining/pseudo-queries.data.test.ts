// Pseudo-queries of real catalogue titles beside queries that people typed: alike in length and in digits.
// Needs the folder BERT2DNN_SHARED with data/search.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { cutPseudoQueries } from '../../../src/data/mining/pseudo-queries.js';
import { createRandom } from '../../../src/foundation/random.js';

const shared = process.env['BERT2DNN_SHARED'];
const reason = shared === undefined ? ' (BERT2DNN_SHARED is not set)' : '';
const MAX_WORDS = 7;

function readRows(name: string): string[][] {
  const bytes = readFileSync(join(shared ?? '', 'data', 'search', name));
  const lines = gunzipSync(bytes).toString().trim().split('\n');
  return lines.slice(1).map((line) => line.split('\t'));
}

/** Shares of distinct queries of 1, 2, ..., 7 and more words, and of those with a digit. */
function describeQueries(queries: Iterable<string>) {
  const distinct = [...new Set(queries)];
  const lengths = new Float64Array(MAX_WORDS + 1);
  for (const query of distinct) {
    lengths[Math.min(MAX_WORDS, query.trim().split(/\s+/).length)] += 1 / distinct.length;
  }
  const withDigit = distinct.filter((query) => /\d/.test(query)).length / distinct.length;
  return { lengths, withDigit };
}

describe.skipIf(shared === undefined)(`pseudo-queries of a real catalogue${reason}`, () => {
  it('have the lengths of real queries within 0.15 of the mass, and digits as often within 0.1', () => {
    const real = describeQueries(readRows('homedepot.tsv.gz').map(([query]) => query));
    const random = createRandom(1);
    const cut = readRows('catalogue.tsv.gz').flatMap(([, title, brand, category]) =>
      cutPseudoQueries({ title, brand, category }, random).map(({ query }) => query),
    );
    const made = describeQueries(cut);
    const distance = real.lengths.reduce(
      (sum, share, length) => sum + Math.abs(share - made.lengths[length]) / 2,
      0,
    );
    console.log('real', real, 'made', made, 'total variation', distance);
    expect(distance).toBeLessThan(0.15);
    expect(Math.abs(real.withDigit - made.withDigit)).toBeLessThan(0.1);
  });
});
