// Small students of every preset with seeded numbers, and texts that reach all their features. For tests.
import {
  type BlockDefinition,
  createStudent,
  parameterShapes,
  type Student,
  type StudentDefinition,
  textTokens,
  Vocabulary,
} from '@bert2dnn/student';
import * as fc from 'fast-check';
import { type Preset, presetDefinition, type StructureOptions } from '../../src/distill/presets.js';

/** Words of sample texts: with accents, of other scripts, numbers with units, marks of the tokenizers. */
export const SAMPLE_WORDS = [
  ...['red', 'drill', 'drills', 'Cordless', '12v', '18-volt', '3/4in', '(pack of 4)', "men's"],
  ...['saw', 'for', 'battery', 'batteries', 'kit', 'crème', 'Straße', 'dcd771c2', '日本語', 'Ａ'],
  ...['^', '$', '$s', '™', '0.75', 'x', 'doorbell', 'door', 'bell', '', '  ', '🔧', 'cordles'],
];

/** Texts of sample words, the empty one included. */
export const sampleTexts: fc.Arbitrary<string> = fc
  .array(fc.constantFrom(...SAMPLE_WORDS), { maxLength: 9 })
  .map((words) => words.join(' '));

/** A few words of the sample in order, for vocabularies. */
const CORPUS = [
  'Red élan drill 12v',
  'red drill',
  'cordless drill for saw',
  '^ $s',
  '18-volt battery kit',
  '',
];

/** What a sample student is made of. */
export interface SampleOptions extends StructureOptions {
  preset: Preset;
  fields: readonly string[];
  /** Members that take the place of the preset's. */
  members?: Partial<StudentDefinition>;
}

/** A student of a preset with tables of a few rows, all numbers random. */
export function sampleStudent({ preset, fields, members, ...options }: SampleOptions): Student {
  const drawn = presetDefinition(preset, fields, {
    embeddingSize: 8,
    hiddenLayers: [16, 6],
    matchSize: 1000,
    crossSize: 97,
    ...options,
  });
  const definition = { ...drawn, calibration: { temperature: 0.7 }, ...members };
  const tokens = [...new Set(CORPUS.flatMap((text) => textTokens(text, definition.text)))];
  const blocks = definition.blocks.map((block) =>
    isListed(block) ? { ...block, size: tokens.length } : block,
  );
  const vocabularies = Object.fromEntries(
    blocks
      .filter((block) => isListed(block) && !('table' in block))
      .map(({ name }, index) => [name, Vocabulary.fromTokens(rotate(tokens, index))]),
  );
  return createStudent(withNumbers({ definition: { ...definition, blocks }, vocabularies }));
}

function isListed(block: BlockDefinition): boolean {
  return block.kind === 'ngrams' && block.vocabulary === 'list';
}

function rotate<T>(values: readonly T[], places: number): T[] {
  return [...values.slice(places), ...values.slice(0, places)];
}

function withNumbers(parts: {
  definition: StudentDefinition;
  vocabularies: Record<string, Vocabulary>;
}) {
  let state = 1;
  const random = (): number => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647 - 0.5;
  };
  const shapes = Object.entries(parameterShapes(parts.definition));
  const parameters = Object.fromEntries(
    shapes.map(([name, shape]) => {
      const size = shape.reduce((product, length) => product * length, 1);
      return [name, Float32Array.from({ length: size }, random)];
    }),
  );
  return { ...parts, parameters };
}
