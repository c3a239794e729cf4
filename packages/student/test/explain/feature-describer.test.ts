import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FeatureDescriber } from '../../src/explain/feature-describer.js';
import type { Occurrence } from '../../src/explain/occurrence.js';
import { Featurizer } from '../../src/features/featurizer.js';
import { numFixedMatchRows } from '../../src/features/match-rows.js';
import type { MatchBlockDefinition } from '../../src/model/definition.js';
import { bucketOf, combineHashes, hashWord } from '../../src/text/hash.js';
import { stemWord } from '../../src/text/stem.js';
import { deepStudent, examplesOf, paperStudent, STUDENTS } from './explained-students.js';

/** Ids of each block, sorted. */
function idsOf(occurrences: readonly Occurrence[], numBlocks: number): number[][] {
  return Array.from({ length: numBlocks }, (_, blockIndex) =>
    occurrences
      .filter((occurrence) => occurrence.blockIndex === blockIndex)
      .map(({ id }) => id)
      .sort((left, right) => left - right),
  );
}

describe.each(Object.entries(STUDENTS))('described features of a student: %s', (_, create) => {
  const student = create();
  const { definition, vocabularies } = student;
  const describer = new FeatureDescriber(definition, vocabularies);

  it('are the ids that the featurizer makes, as often', () => {
    const featurizer = new Featurizer(definition, vocabularies);
    const buffer = featurizer.createBuffer();
    fc.assert(
      fc.property(examplesOf(student), (example) => {
        buffer.clear();
        featurizer.featurize(example, buffer);
        const expected = buffer.blocks.map(({ ids, numIds }) =>
          [...ids.subarray(0, numIds)].sort((left, right) => left - right),
        );
        const { occurrences } = describer.describe(example);
        expect(idsOf(occurrences, definition.blocks.length)).toEqual(expected);
      }),
      { seed: 51, numRuns: 200 },
    );
  });

  it('have a name and words that there are, each once', () => {
    fc.assert(
      fc.property(examplesOf(student), (example) => {
        const { words, occurrences } = describer.describe(example);
        for (const occurrence of occurrences) {
          expect(occurrence.feature).toMatch(/^\S.*\S$|^\S$/s);
          expect(occurrence.feature).not.toMatch(/undefined|NaN/);
          const places = occurrence.words.map(({ fieldIndex, wordIndex }) => {
            expect(words[fieldIndex][wordIndex]).toBeTypeOf('string');
            return `${fieldIndex} ${wordIndex}`;
          });
          expect(places.length).toBeGreaterThan(0);
          expect(new Set(places).size).toBe(places.length);
        }
      }),
      { seed: 52, numRuns: 200 },
    );
  });
});

describe('hashed match features', () => {
  const { definition, vocabularies } = deepStudent();
  const block = definition.blocks.at(-1) as MatchBlockDefinition;
  const describer = new FeatureDescriber(definition, vocabularies);

  it('have the bucket of the words that they name', () => {
    const numFixed = numFixedMatchRows(block);
    let numChecked = 0;
    fc.assert(
      fc.property(examplesOf(deepStudent()), (example) => {
        const { words, occurrences } = describer.describe(example);
        for (const { id, feature, words: places } of occurrences) {
          if (!feature.includes('learned for')) continue;
          const named = places.map((place) => words[place.fieldIndex][place.wordIndex]);
          const bucket = bucketOf(hashOf(feature, named), block.size - numFixed);
          expect([feature, id]).toEqual([feature, numFixed + bucket]);
          numChecked += 1;
        }
      }),
      { seed: 53, numRuns: 200 },
    );
    expect(numChecked).toBeGreaterThan(1000);
  });

  /** The hash that the block's header comment promises, from nothing but the name and its words. */
  function hashOf(feature: string, words: readonly string[]): number {
    const stem = (word: string): number => hashWord(stemWord(word));
    const sureness = /\((not )?found\b|\bnot (both )?found/.test(feature)
      ? Number(!/not (both )?found/.test(feature)) * 2
      : 2;
    const found = /in part/.test(feature) ? 1 : sureness;
    const hash = (value: number, kind: number, state: number): number =>
      combineHashes(value, kind * 4 + state);
    if (/as the last word of the query, learned/.test(feature))
      return hash(stem(words[0]), 2, found);
    if (/learned for this word$/.test(feature)) return hash(stem(words[0]), 1, found);
    if (feature.startsWith('last words')) {
      return hash(combineHashes(stem(words[0]), stem(words[1])), 6, found);
    }
    if (/learned for these words$/.test(feature)) {
      return hash(combineHashes(stem(words[0]), stem(words[1])), 3, found);
    }
    const kind = /at the beginning|right behind/.test(feature) ? 4 : 5;
    const isEdge = /learned for this place$/.test(feature);
    return hash(isEdge ? 0 : stem(words[words.length - 1]), kind, 0);
  }
});

describe('names of features', () => {
  const { definition, vocabularies } = deepStudent();
  const describer = new FeatureDescriber(definition, vocabularies);
  const namesOf = (query: string, title: string): string[] =>
    describer.describe([query, title]).occurrences.map(({ feature }) => feature);

  it('say how each word is found', () => {
    const names = namesOf('red drills dorbell hammock', 'drill kit, red, for a door bell');
    expect(names).toEqual(
      expect.arrayContaining([
        'red',
        'red (at the start)',
        '"red" found exactly',
        '"red" found exactly, first word of the query',
        '"red" found exactly, as word 3-4 of the title',
        '"drills" found as "drill"',
        '"red" found, learned for this word',
        '"hammock" not found, last word of the query',
        '"red drills": far apart or the other way round in the title',
        'no number in the query',
        '"kit" in the title only',
        'a word like "for" or "with" in the title only',
        'thing named by the title: "red", asked for; last word of the query not found',
      ]),
    );
  });

  it('tell words that look like marks from marks', () => {
    const { definition: paper } = paperStudent();
    const { occurrences } = new FeatureDescriber(paper, {}).describe(['^']);
    expect(occurrences.map(({ feature }) => feature)).toEqual([
      '^ (at the start)',
      '^ (at the start and at the end)',
      '^',
      '^ (at the end)',
    ]);
  });

  it('say what became of numbers, misspellings and joined words', () => {
    expect(namesOf('12v dril', '18 volt drill')).toEqual(
      expect.arrayContaining([
        '"12 v": another number of that unit in the title',
        '"12": the nearest number of that unit in the title is 1.25 to 2 times as large',
        '"dril" found as the beginning of "drill"',
        '<dr in "dril"',
      ]),
    );
    expect(namesOf('doorbell 18', 'door bell')).toEqual(
      expect.arrayContaining([
        '"doorbell" found as "door bell"',
        'number in the query, none in the title',
      ]),
    );
    expect(namesOf('door bell', 'doorbell')).toEqual(
      expect.arrayContaining([
        '"door" found joined in "doorbell"',
        '"bell" found joined in "doorbell"',
        'last word "bell" found, all of the words before it found',
      ]),
    );
  });
});
