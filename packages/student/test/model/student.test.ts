import { describe, expect, it, vi } from 'vitest';
import { NUM_FIXED_MATCH_FEATURES } from '../../src/features/match-rows.js';
import { initializeParameters, inputSize, parameterShapes } from '../../src/model/parameters.js';
import { createStudent } from '../../src/model/student.js';
import { refusal } from '../refusal.js';
import { extendedStudent, fullStudent, handMadeParts } from '../tiny-student.js';

describe('Student', () => {
  it('scores as computed by hand', () => {
    const student = createStudent(handMadeParts());
    // query (1 + 3) / 2 = 2; title (2 - 4) / 2 = -1; product -2.
    // hidden: 2 * 1 - 1 * 0.5 - 2 * 1 + 0.25 = -0.25 -> 0; 2 * -1 - 1 * 2 - 2 * 0 + 0.5 = -3.5 -> 0.
    expect(student.score({ query: 'Red drill', title: 'drill bit, blue' }).logit).toBe(-0.125);
    // query 3; title 2; product 6. hidden: 3 + 1 + 6 + 0.25 = 10.25; -3 + 4 + 0.5 = 1.5.
    const score = student.score(['drill', 'a drill']);
    expect(score.logit).toBe(10.25 * 0.5 - 1.5 - 0.125);
    expect(score.score).toBeCloseTo(1 / (1 + Math.exp(-2 * 3.5)), 12);
    // Empty bags are zero: the bias path. hidden: 0.25, 0.5.
    expect(student.score({ query: '', title: '?' }).logit).toBe(0.25 * 0.5 - 0.5 - 0.125);
  });

  it('gives classes with probabilities and names', () => {
    const parts = handMadeParts();
    const student = createStudent({
      ...parts,
      definition: { ...parts.definition, numOutputs: 3, classes: ['bad', 'fair', 'good'] },
      parameters: {
        ...parts.parameters,
        'layer.1.weight': new Float32Array(6),
        'layer.1.bias': Float32Array.of(0, Math.log(2), Math.log(3)),
      },
    });
    const score = student.score({ query: 'drill', title: 'drill' });
    // Temperature 2: e^(2 ln k) = k squared: 1, 4, 9 of 14.
    expect(score.label).toBe('good');
    expect(score.score).toBeCloseTo(9 / 14, 6);
    expect(score.logit).toBeCloseTo(Math.log(3), 6);
    expect(score.probabilities?.[1]).toBeCloseTo(4 / 14, 6);
    expect(score.logits).toHaveLength(3);
  });

  it('scores many as it scores one, whatever the batch', () => {
    const student = fullStudent();
    const examples = Array.from({ length: 150 }, (_, index) => [
      ['red 12v drill', '', 'crème'][index % 3],
      `Red drill ${index} crème`,
    ]);
    const single = examples.map((example) => student.score(example));
    expect(student.scoreMany(examples)).toEqual(single);
    expect([...student.logits(examples)]).toEqual(single.map(({ logit }) => logit));
    expect(student.scoreMany([])).toEqual([]);
    expect(new Set(single.map(({ logit }) => logit)).size).toBeGreaterThan(50);
  });

  it('gives the score of a batch of one with shared tables, characters and families', () => {
    const student = extendedStudent();
    const { parameters } = student;
    expect(Object.keys(parameters).filter((name) => name.startsWith('block.'))).toEqual([
      'block.query.embedding',
      'block.letters.embedding',
      'block.match.embedding',
    ]);
    const examples = Array.from({ length: 70 }, (_, index) => [
      'red 3/4in dril',
      `Drill ${index}"`,
    ]);
    const single = examples.map((example) => student.score(example).logit);
    expect([...student.logits(examples)]).toEqual(single);
    expect(new Set(single).size).toBeGreaterThan(1);
    // Spelling of quantities does not matter: the same ids, the same score.
    expect(student.score(['.75 inch', '2x4'])).toEqual(student.score(['3/4"', '2 x 4']));
  });

  it('reads the query of a ranking once, and ranks as it scores', () => {
    const student = createStudent(handMadeParts(), { executor: 'simd' });
    const titles = Array.from(
      { length: 150 },
      (_, index) => ['drill', 'bit red', 'red'][index % 3],
    );
    // The tokenizer, which reads what is not ASCII, lower-cases every text once, and only then.
    const query = 'Red Drill é';
    const lowerCase = vi.spyOn(String.prototype, 'toLowerCase');
    const ranked = student.rank(query, titles, { topK: 120 });
    const numReads = lowerCase.mock.contexts.filter((text) => `${text}` === query).length;
    lowerCase.mockRestore();
    expect(numReads).toBe(1);
    const scores = titles.map((title) => student.score([query, title]));
    const order = titles.map((_, index) => index);
    order.sort((left, right) => scores[right].logit - scores[left].logit || left - right);
    expect(ranked).toEqual(order.slice(0, 120).map((index) => ({ index, ...scores[index] })));
  });

  it('refuses examples with missing, unknown or wrong fields', () => {
    const student = createStudent(handMadeParts());
    const say = (example: unknown): string => refusal(() => student.score(example as string[]));
    expect(say({ query: 'a' })).toBe(
      'EXAMPLE_INVALID example 0: field title is missing, expected the texts query, title',
    );
    expect(say({ query: 'a', title: 'b', brand: 'c' })).toContain('unknown field brand');
    expect(say({ query: 'a', titel: 'b' })).toContain('field title is missing');
    expect(say({ query: 'a', title: 7 })).toContain('field title is no text but number');
    expect(say(['a'])).toContain('got 1 texts');
    expect(say(null)).toContain('EXAMPLE_INVALID');
    expect(say('a')).toContain('got string');
    expect(refusal(() => student.scoreMany([['a', 'b'], []]))).toContain('example 1: got 0 texts');
  });
});

type HandMade = ReturnType<typeof handMadeParts>;

describe('createStudent', () => {
  const say = (change: (parts: HandMade) => void): string => {
    const parts = handMadeParts();
    change(parts);
    return refusal(() => createStudent(parts));
  };

  it('refuses parameters that are missing, unknown, misshapen or not finite', () => {
    const remove = (parts: HandMade): void => {
      delete parts.parameters['layer.1.bias'];
    };
    expect(say(remove)).toContain('parameter layer.1.bias: got none, expected 1 of shape [1]');
    const set =
      (name: string, values: number[]) =>
      (parts: HandMade): void => {
        parts.parameters[name] = Float32Array.from(values);
      };
    expect(say(set('layer.2.bias', [1]))).toContain('parameter layer.2.bias: unknown');
    expect(say(set('layer.0.bias', [1]))).toContain('got 1 numbers, expected 2');
    expect(say(set('layer.0.bias', [1, Number.NaN]))).toContain('number 1 is NaN');
  });

  it('refuses vocabularies of another size', () => {
    const remove = (parts: HandMade): void => {
      parts.vocabularies = {};
    };
    expect(say(remove)).toContain('block query: got no vocabulary, expected 2 tokens');
  });
});

describe('initializeParameters', () => {
  it('draws by fan-in and starts unseen words at nothing', () => {
    const { definition } = fullStudent();
    const parameters = initializeParameters(definition, () => 1);
    expect(inputSize(definition)).toBe(15);
    expect(Object.keys(parameters)).toEqual(Object.keys(parameterShapes(definition)));
    // The largest draw is sqrt(3 * variance): tables 1 / 3, first layer 2 / 15, last layer 1 / 3.
    expect(parameters['block.all.embedding'][0]).toBeCloseTo(1, 6);
    expect(parameters['layer.0.weight'][0]).toBeCloseTo(Math.sqrt(6 / 15), 6);
    expect(parameters['layer.2.weight'][0]).toBeCloseTo(1, 6);
    expect(parameters['layer.0.bias'].every((value) => value === 0)).toBe(true);
    expect(parameters['block.cross.embedding'].every((value) => value === 0)).toBe(true);
    const match = parameters['block.match.embedding'];
    const isDrawn = Array.from(match, (value) => value !== 0);
    expect(isDrawn.lastIndexOf(true)).toBe(NUM_FIXED_MATCH_FEATURES * 3 - 1);
    expect(isDrawn.indexOf(false)).toBe(NUM_FIXED_MATCH_FEATURES * 3);
  });
});
