// Students of every preset and kind of block, and texts that meet their features. For tests.
import fc from 'fast-check';
import { Vocabulary } from '../../src/features/vocabulary.js';
import type { StudentDefinition } from '../../src/model/definition.js';
import { parameterShapes } from '../../src/model/parameters.js';
import { createStudent, type Student } from '../../src/model/student.js';
import { extendedStudent, fullStudent, handMadeParts } from '../tiny-student.js';

const BASE = handMadeParts().definition;

/** One bag of hashed trigrams, as the preset paper with its tokenizer has it; three classes. */
export function paperStudent(members: Partial<StudentDefinition> = {}): Student {
  const definition: StudentDefinition = {
    ...BASE,
    preset: 'paper',
    fields: ['text'],
    text: { tokenizer: 'paper', ngrams: 3 },
    blocks: [{ name: 'text', kind: 'ngrams', fields: ['text'], size: 23, vocabulary: 'hash' }],
    products: [],
    embeddingSize: 4,
    hiddenLayers: [6, 5, 4],
    numOutputs: 3,
    classes: ['no', 'maybe', 'yes'],
    ...members,
  };
  return withRandomParameters(definition, {});
}

/** Towers with layers, over list and character blocks. */
export function towerStudent(members: Partial<StudentDefinition> = {}): Student {
  const definition: StudentDefinition = {
    ...BASE,
    preset: 'tower',
    text: { tokenizer: 'default', ngrams: 2 },
    blocks: [
      { name: 'query', kind: 'ngrams', fields: ['query'], size: 5, vocabulary: 'list' },
      { name: 'letters', kind: 'characters', fields: ['query'], size: 19, lengths: [2, 4] },
      {
        name: 'title',
        kind: 'ngrams',
        fields: ['title'],
        size: 5,
        vocabulary: 'list',
        table: 'query',
      },
    ],
    products: [],
    embeddingSize: 3,
    hiddenLayers: [7, 5, 4],
    head: 'towers',
    ...members,
  };
  const tokens = ['red', '^ red', 'drill', 'drill $', 'bit'];
  return withRandomParameters(definition, { query: Vocabulary.fromTokens(tokens) });
}

/** The student of every block and family, with the given members. */
export function deepStudent(members: Partial<StudentDefinition> = {}): Student {
  const { definition, vocabularies } = extendedStudent();
  return withRandomParameters({ ...definition, hiddenLayers: [9, 7, 5], ...members }, vocabularies);
}

/** Every kind of student by a name. */
export const STUDENTS: Readonly<Record<string, () => Student>> = {
  'hand-made': () => createStudent(handMadeParts()),
  'pair with hashed n-grams, crossed words and matches': fullStudent,
  'pair with characters and every family': deepStudent,
  'pair without hidden layers': () => deepStudent({ hiddenLayers: [], combiner: 'sum' }),
  paper: paperStudent,
  tower: towerStudent,
  'tower without layers': () => {
    const { blocks } = towerStudent().definition;
    return towerStudent({ hiddenLayers: [], blocks: [blocks[0], blocks[2]] });
  },
};

/** Texts of words that the students know, numbers with units, misspellings, other scripts and signs. */
export const WORDS = [
  'red',
  'drill',
  'drills',
  'dril',
  'bit',
  'crème',
  'hammer',
  '12',
  '12v',
  '18 volt',
  '3/4"',
  '1-1/2 in.',
  '½',
  'door',
  'bell',
  'doorbell',
  'for',
  'with',
  'kit',
  'without',
  'kits',
  'r19',
  "men's",
  'x',
  '2x4',
  'pack of 24',
  'Ｋｏｈｌｅｒ™',
  '電動ドリル',
  '^',
  '$',
  '  ',
  ',',
] as const;

/** A text for any field. */
export const texts = fc
  .array(fc.constantFrom(...WORDS), { maxLength: 9 })
  .map((words) => words.join(' '));

/** As many texts as a student has fields. */
export function examplesOf({ definition }: Student): fc.Arbitrary<string[]> {
  const { length } = definition.fields;
  return fc.array(texts, { minLength: length, maxLength: length });
}

function withRandomParameters(
  definition: StudentDefinition,
  vocabularies: Record<string, Vocabulary>,
): Student {
  let state = 7;
  const random = (): number => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647 - 0.5;
  };
  const shapes = Object.entries(parameterShapes(definition));
  // Biases too: a ReLU without one turns only at the beginning of the line.
  const parameters = Object.fromEntries(
    shapes.map(([name, shape]) => {
      const length = shape.reduce((product, size) => product * size, 1);
      return [name, Float32Array.from({ length }, () => random() * 2)];
    }),
  );
  return createStudent({ definition, vocabularies, parameters });
}
