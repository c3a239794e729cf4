import { describe, expect, it } from 'vitest';
import { Vocabulary } from '../../src/features/vocabulary.js';
import { parseStudent, serializeStudent } from '../../src/format/student-file.js';
import { initializeParameters, parameterShapes } from '../../src/model/parameters.js';
import { createStudent, type Student, type StudentParts } from '../../src/model/student.js';
import { refusal } from '../refusal.js';
import { fullStudent, handMadeParts } from '../tiny-student.js';

/** Towers small enough to compute by hand: one table for both fields, one layer of two a field. */
function towerParts(): StudentParts {
  return {
    definition: {
      ...handMadeParts().definition,
      preset: 'tower',
      blocks: [
        { name: 'query', kind: 'ngrams', fields: ['query'], size: 3, vocabulary: 'list' },
        {
          name: 'title',
          kind: 'ngrams',
          fields: ['title'],
          size: 3,
          vocabulary: 'list',
          table: 'query',
        },
      ],
      products: [],
      head: 'towers',
      hiddenLayers: [2],
    },
    vocabularies: { query: Vocabulary.fromTokens(['drill', 'bit', 'red']) },
    parameters: {
      'block.query.embedding': Float32Array.of(2, -4, 6),
      'tower.0.layer.0.weight': Float32Array.of(1, -1),
      'tower.0.layer.0.bias': Float32Array.of(0, 1),
      'tower.1.layer.0.weight': Float32Array.of(0.5, 2),
      'tower.1.layer.0.bias': Float32Array.of(1, 0),
      'score.bias': Float32Array.of(0.25),
    },
  };
}

describe('a student with towers', () => {
  const student = createStudent(towerParts());

  it('scores as computed by hand', () => {
    // query: 2 -> (2, -1). title: (2 + 6) / 2 = 4 -> (3, 8). (2 * 3 - 8) / sqrt(2) + 0.25.
    const score = student.score({ query: 'drill', title: 'red drill' });
    expect(score.logit).toBeCloseTo(-2 / Math.SQRT2 + 0.25, 6);
    // Empty texts: the biases (0, 1) and (1, 0).
    expect(student.score(['', '']).logit).toBe(0.25);
  });

  it('gives the vector of a text alone, and the same score from vectors', () => {
    expect([...student.embed('title', 'red drill')]).toEqual([3, 8]);
    expect([...student.embed('query', 'drill')]).toEqual([2, -1]);
    const vectors = [student.embed('query', 'bit'), student.embed('title', 'red bit')];
    expect(student.scoreVectors(vectors)).toEqual(student.score(['bit', 'red bit']));
  });

  it('scores many as one, with several layers, fields and blocks', () => {
    const wide = wideStudent();
    const examples = Array.from({ length: 70 }, (_, index) => ['red bit', `drill ${index}`, 'red']);
    expect([...wide.logits(examples)]).toEqual(examples.map((one) => wide.score(one).logit));
    const vectors = ['query', 'title', 'brand'].map((field, index) =>
      wide.embed(field, examples[7][index]),
    );
    expect(wide.scoreVectors(vectors)).toEqual(wide.score(examples[7]));
  });

  it('survives its files, the shared table and vocabulary written once', async () => {
    const files = await serializeStudent(student);
    const again = await parseStudent(files);
    expect(again.score(['drill', 'red drill'])).toEqual(student.score(['drill', 'red drill']));
    expect(Object.keys(parameterShapes(again.definition))).toContain('score.bias');
    expect(Object.keys(again.vocabularies)).toEqual(['query']);
  });

  it('refuses fields and vectors that it does not have, and students without towers', () => {
    expect(refusal(() => student.embed('brand', 'x'))).toBe(
      'EXAMPLE_INVALID embed: got the field brand, expected one of query, title',
    );
    expect(refusal(() => student.scoreVectors([Float32Array.of(1, 2)]))).toContain(
      'got the widths 2, expected 2 of 2',
    );
    const pair = createStudent(handMadeParts());
    expect(refusal(() => pair.scoreVectors([]))).toContain('has no towers');
  });

  it('has vectors of its own: other students give the bags of the blocks that read the field alone', () => {
    const pair = createStudent(handMadeParts());
    // Means of the rows of red and drill: (1 + 3) / 2 and (0.5 + 2) / 2.
    expect([...pair.embed('query', 'red drill')]).toEqual([2]);
    expect([...pair.embed('title', 'red drill')]).toEqual([1.25]);
    expect([...pair.embed('title', 'unknown')]).toEqual([0]);
    expect(refusal(() => pair.embed('brand', 'x'))).toContain('expected one of query, title');
    expect(refusal(() => fullStudent().embed('query', 'x'))).toBe(
      'EXAMPLE_INVALID embed: preset pair has no block that reads the field query alone',
    );
  });

  it('refuses definitions that are no towers', () => {
    const say = (change: object): string =>
      refusal(() =>
        createStudent({ ...towerParts(), definition: { ...towerParts().definition, ...change } }),
      );
    const [query, title] = towerParts().definition.blocks;
    expect(say({ head: 'attention' })).toContain('head: got "attention"');
    expect(say({ numOutputs: 2 })).toContain('numOutputs: got 2, expected 1, for towers');
    expect(say({ products: [['query', 'title']] })).toContain('expected none, for towers');
    expect(say({ blocks: [query] })).toContain('got "title", expected a block for every field');
    const both = { ...title, fields: ['query', 'title'] };
    expect(say({ blocks: [query, both] })).toContain('blocks[1].fields: got ["query","title"]');
    const more = { ...title, name: 'more' };
    expect(say({ blocks: [query, title, more], hiddenLayers: [] })).toContain(
      'hiddenLayers: got []',
    );
  });
});

/** Three fields, characters beside n-grams, two layers, seeded parameters. */
function wideStudent(): Student {
  const fields = ['query', 'title', 'brand'];
  const definition = {
    ...towerParts().definition,
    fields,
    blocks: fields.flatMap((field, index): StudentParts['definition']['blocks'] => [
      {
        name: field,
        kind: 'ngrams',
        fields: [field],
        size: 3,
        vocabulary: 'list',
        ...(index > 0 && { table: 'query' }),
      },
      { name: `c-${field}`, kind: 'characters', fields: [field], size: 31, lengths: [3, 4] },
    ]),
    embeddingSize: 4,
    hiddenLayers: [5, 3],
  };
  let state = 7;
  const random = (): number => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
  const parameters = initializeParameters(definition, random);
  return createStudent({ definition, vocabularies: towerParts().vocabularies, parameters });
}
