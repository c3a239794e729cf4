// Every pair of real searches: the ids that WebAssembly makes are those of plain JavaScript. Needs the folder BERT2DNN_SHARED with data/.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Featurizer } from '../../src/features/featurizer.js';
import { numFixedMatchRows } from '../../src/features/match-rows.js';
import { Vocabulary } from '../../src/features/vocabulary.js';
import { MATCH_FAMILIES } from '../../src/model/definition.js';
import { textTokens } from '../../src/text/tokenizer.js';

const shared = process.env['BERT2DNN_SHARED'];
const reason = shared === undefined ? ' (BERT2DNN_SHARED is not set)' : '';
const FIELDS: [string, string] = ['query', 'title'];
const TEXT = { tokenizer: 'default', ngrams: 2, quantities: true } as const;
const BATCH = 100;

/** The titles' n-grams, most frequent first. */
function vocabularyOf(titles: Iterable<string>): Vocabulary {
  const counts = new Map<string, number>();
  for (const title of titles) {
    for (const token of textTokens(title, TEXT)) counts.set(token, (counts.get(token) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([, left], [, right]) => right - left);
  return Vocabulary.fromTokens(sorted.slice(0, 50_000).map(([token]) => token));
}

function featurizers(title: Vocabulary): Featurizer[] {
  const families = [...MATCH_FAMILIES];
  const size = numFixedMatchRows({ families }) + 8191;
  const list = { kind: 'ngrams', size: title.size, vocabulary: 'list' } as const;
  return [true, false].map(
    (isPlain) =>
      new Featurizer(
        {
          fields: FIELDS,
          text: TEXT,
          blocks: [
            { name: 'match', kind: 'match', fields: FIELDS, size, families, statistics: 'title' },
            { ...list, name: 'title', fields: ['title'] },
            { ...list, name: 'query', fields: ['query'], table: 'title' },
            { name: 'cross', kind: 'cross', fields: FIELDS, size: 65_536 },
          ],
        },
        { title },
        isPlain,
      ),
  );
}

describe.skipIf(shared === undefined)(`pairs of a search${reason}`, () => {
  it.each(['homedepot', 'crowdflower'])('have the plain ids: %s', { timeout: 300_000 }, (name) => {
    const path = join(shared!, 'data', 'search', `${name}.tsv.gz`);
    const [header, ...lines] = gunzipSync(readFileSync(path)).toString().trim().split('\n');
    const columns = FIELDS.map((field) => header.split('\t').indexOf(field));
    const pairs = lines.map((line) => columns.map((column) => line.split('\t')[column]));
    expect(pairs.length).toBeGreaterThan(5000);
    const both = featurizers(vocabularyOf(pairs.map(([, title]) => title)));
    for (let start = 0; start < pairs.length; start += BATCH) {
      const some = pairs.slice(start, start + BATCH);
      const [plain, fast] = both.map((featurizer) => {
        const buffer = featurizer.createBuffer();
        featurizer.featurizeAll(some.length, (index) => some[index], buffer);
        return buffer.blocks.flatMap(({ ids, offsets, numIds }) => [
          ...offsets.subarray(0, some.length + 1),
          ...ids.subarray(0, numIds),
        ]);
      });
      if (plain.join() !== fast.join()) expect(fast, `pairs from ${start}`).toEqual(plain);
    }
  });
});
