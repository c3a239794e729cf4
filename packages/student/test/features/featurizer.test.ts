import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FeatureBuffer } from '../../src/features/feature-buffer.js';
import { Featurizer } from '../../src/features/featurizer.js';
import { Vocabulary } from '../../src/features/vocabulary.js';
import type { FeatureDefinition } from '../../src/model/definition.js';
import { bucketOf, combineHashes, hashWord } from '../../src/text/hash.js';
import { ngrams } from '../../src/text/ngrams.js';
import { PAPER_MARKS } from '../../src/text/paper-tokenizer.js';
import { stemWord } from '../../src/text/stem.js';
import { type TextDefinition, textTokens } from '../../src/text/tokenizer.js';
import { splitWords } from '../../src/text/words.js';
import { refusal } from '../refusal.js';

const texts = fc.stringMatching(/^[ab$^ ]{0,12}$/);
const examples = fc.array(fc.tuple(texts, texts), { minLength: 1, maxLength: 5 });
const textDefinitions = fc.record<TextDefinition>({
  tokenizer: fc.constantFrom('default', 'paper'),
  ngrams: fc.integer({ min: 1, max: 3 }),
});

describe('Featurizer', () => {
  it('gives the ids of a naive twin for listed n-grams of two fields', () => {
    fc.assert(
      fc.property(examples, textDefinitions, (rows, text) => {
        const all = rows.flat().flatMap((field) => textTokens(field, text));
        const known = [...new Set(all)].filter((_, index) => index % 3 !== 0);
        const vocabulary = Vocabulary.fromTokens(known);
        const definition: FeatureDefinition = {
          fields: ['query', 'title'],
          text,
          blocks: [
            {
              name: 'both',
              kind: 'ngrams',
              fields: ['title', 'query'],
              size: 9,
              vocabulary: 'list',
            },
            { name: 'title', kind: 'ngrams', fields: ['title'], size: 9, vocabulary: 'list' },
          ],
        };
        const bags = idsOf(
          new Featurizer(definition, { both: vocabulary, title: vocabulary }),
          rows,
        );
        const naive = (fields: string[]): number[] =>
          fields
            .flatMap((field) => textTokens(field, text))
            .map((token) => known.indexOf(token))
            .filter((id) => id >= 0);
        expect(bags[0]).toEqual(rows.map(([query, title]) => naive([title, query])));
        expect(bags[1]).toEqual(rows.map(([, title]) => naive([title])));
      }),
      { seed: 9, numRuns: 300 },
    );
  });

  it('gives the ids of a naive twin for hashed n-grams and crossed words', () => {
    fc.assert(
      fc.property(examples, textDefinitions, (rows, text) => {
        const definition: FeatureDefinition = {
          fields: ['query', 'title'],
          text,
          blocks: [
            { name: 'title', kind: 'ngrams', fields: ['title'], size: 97, vocabulary: 'hash' },
            { name: 'cross', kind: 'cross', fields: ['query', 'title'], size: 89 },
          ],
        };
        const isPaper = text.tokenizer === 'paper';
        const wordsOf = (field: string): string[] =>
          isPaper ? field.toLowerCase().split(' ') : splitWords(field);
        const marks = isPaper ? PAPER_MARKS : undefined;
        const bags = idsOf(new Featurizer(definition, {}), rows);
        const hashed = rows.map(([, title]) =>
          ngrams(wordsOf(title), text.ngrams, marks).map((token) => {
            const hash = token.split(' ').map(hashWord).reduce(combineHashes);
            return bucketOf(hash, 97);
          }),
        );
        expect(bags[0]).toEqual(hashed);
        const crossed = rows.map(([query, title]) =>
          wordsOf(query).flatMap((left) =>
            wordsOf(title).map((right) => {
              const hashes = [left, right].map((word) => hashWord(stemWord(word)));
              return bucketOf(combineHashes(hashes[0], hashes[1]), 89);
            }),
          ),
        );
        expect(bags[1]).toEqual(crossed);
      }),
      { seed: 10, numRuns: 300 },
    );
  });

  it('keeps its ids after so many words that it must forget some', () => {
    const featurizer = new Featurizer(ONE_FIELD, { text: Vocabulary.fromTokens(['w1', 'w2']) });
    const buffer = featurizer.createBuffer();
    featurizer.featurize(['w1 w2'], buffer);
    const many = Array.from({ length: 300_000 }, (_, index) => `x${index}`).join(' ');
    featurizer.featurize([many], buffer);
    featurizer.featurize(['w2 w3 w1'], buffer);
    expect([...buffer.blocks[0].ids.subarray(0, buffer.blocks[0].numIds)]).toEqual([0, 1, 1, 0]);
    expect([...buffer.blocks[0].offsets.subarray(0, 4)]).toEqual([0, 2, 2, 4]);
  });

  it('gives texts that come again, in any order, what a new featurizer gives them', () => {
    const definition: FeatureDefinition = {
      fields: ['query', 'title'],
      text: { tokenizer: 'default', ngrams: 2, quantities: true },
      blocks: [
        { name: 'query', kind: 'ngrams', fields: ['query'], size: 97, vocabulary: 'hash' },
        { name: 'title', kind: 'ngrams', fields: ['title'], size: 5, vocabulary: 'list' },
        { name: 'both', kind: 'ngrams', fields: ['title', 'query'], size: 97, vocabulary: 'hash' },
        { name: 'letters', kind: 'characters', fields: ['title'], size: 97, lengths: [2, 3] },
        { name: 'cross', kind: 'cross', fields: ['query', 'title'], size: 89 },
        {
          name: 'match',
          kind: 'match',
          fields: ['query', 'title'],
          size: 2000,
          statistics: 'title',
          families: ['importance', 'characters', 'quantities', 'roles'],
        },
      ],
    };
    const title = Vocabulary.fromTokens(['a', 'b', 'a b', '^ a', 'b $']);
    // Short and long ones: those of more than 256 units are not kept.
    const some = fc.constantFrom('', 'a', 'A b', '12in b', 'b a', 'a b '.repeat(100));
    fc.assert(
      fc.property(fc.array(fc.tuple(some, some), { minLength: 2, maxLength: 80 }), (rows) => {
        const lasting = new Featurizer(definition, { title });
        const alone = rows.map((row) => idsOf(new Featurizer(definition, { title }), [row]));
        expect(idsOf(lasting, rows)).toEqual(
          definition.blocks.map((_, block) => alone.map((bags) => bags[block][0])),
        );
      }),
      { seed: 12, numRuns: 100 },
    );
  });

  it('asks for each example once, in order, and adds nothing of one that cannot be had', () => {
    const featurizer = new Featurizer(ONE_FIELD, { text: Vocabulary.fromTokens(['w1', 'w2']) });
    const buffer = featurizer.createBuffer();
    const asked: number[] = [];
    const broken = () =>
      featurizer.featurizeAll(
        70,
        (index) => {
          asked.push(index);
          if (index === 67) throw new Error('gone');
          return ['w1'];
        },
        buffer,
      );
    expect(broken).toThrow('gone');
    expect(asked).toEqual(Array.from({ length: 68 }, (_, index) => index));
    buffer.clear();
    featurizer.featurize(['w2'], buffer);
    expect([buffer.numExamples, buffer.blocks[0].numIds, buffer.blocks[0].ids[0]]).toEqual([
      1, 1, 1,
    ]);
  });

  it('refuses a list block without its vocabulary', () => {
    expect(refusal(() => new Featurizer(ONE_FIELD, {}))).toContain('VOCABULARY_INVALID block text');
  });
});

const ONE_FIELD: FeatureDefinition = {
  fields: ['text'],
  text: { tokenizer: 'default', ngrams: 2 },
  blocks: [{ name: 'text', kind: 'ngrams', fields: ['text'], size: 2, vocabulary: 'list' }],
};

/** Ids of each block, a list for each example: the same one by one and all together. */
function idsOf(featurizer: Featurizer, rows: readonly (readonly string[])[]): number[][][] {
  const buffer = featurizer.createBuffer();
  featurizer.featurize(['left over', 'from before'], buffer);
  buffer.clear();
  for (const row of rows) featurizer.featurize(row, buffer);
  const single = listsOf(buffer);
  buffer.clear();
  featurizer.featurizeAll(rows.length, (index) => rows[index], buffer);
  expect(listsOf(buffer)).toEqual(single);
  return single;
}

function listsOf(buffer: FeatureBuffer): number[][][] {
  return buffer.blocks.map(({ ids, offsets, numExamples }) =>
    Array.from({ length: numExamples }, (_, bag) => [
      ...ids.subarray(offsets[bag], offsets[bag + 1]),
    ]),
  );
}
