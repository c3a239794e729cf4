// Training that goes on from an existing student: its definition and vocabularies are kept, and whoever asks for another
// structure, or brings data of another shape, is told what differs.
import {
  decodeParameters,
  type Student,
  type StudentDefinition,
  StudentError,
  tokenizerOf,
} from '@bert2dnn/student';
import { loadStudentFolder } from '@bert2dnn/student/node';
import { Bert2dnnError } from '../foundation/errors.js';
import type { StructureOptions } from './presets.js';

/** Share of n-grams that may be none of the tokenizer's: dictionaries of scripts without spaces differ by engine. */
const MOST_FOREIGN = 0.05;

/** Opens the student to start from. @throws Bert2dnnError STUDENT_INVALID, also for a vocabulary of another tokenizer. */
export async function openStartStudent(path: string): Promise<Student> {
  const student = await loadStudentFolder(path).catch((cause) => {
    if (!(cause instanceof StudentError)) throw cause;
    throw new Bert2dnnError('STUDENT_INVALID', cause.message, { hint: cause.hint, cause });
  });
  for (const [name, { tokens }] of Object.entries(student.vocabularies)) {
    const foreign = tokens.filter((token) => !isOfTokenizer(token, student.definition));
    if (foreign.length <= MOST_FOREIGN * tokens.length) continue;
    const { tokenizer } = student.definition.text;
    throw new Bert2dnnError(
      'STUDENT_INVALID',
      `${path}: block ${name}: ${foreign.length} of ${tokens.length} n-grams, such as "${foreign[0]}", are none of the tokenizer "${tokenizer}"`,
      { hint: 'The vocabulary was made with another tokenizer. Make the student again.' },
    );
  }
  return student;
}

/** Whether the words of an n-gram are words of the tokenizer, or its marks at the ends. */
function isOfTokenizer(token: string, { text }: StudentDefinition): boolean {
  const { splitWords, marks } = tokenizerOf(text);
  const words = token.split(' ');
  if (words.length > 1 && words[0] === marks.start) words.shift();
  if (words.length > 1 && words[words.length - 1] === marks.end) words.pop();
  return words.every((word) => {
    const split = splitWords(word);
    return split.length === 1 && split[0] === word;
  });
}

/**
 * The definition to train: the student's, with the calibration of the new labels. `wanted` is what this training would make
 * without it, and `asked` the options of structure that were given.
 * @throws Bert2dnnError USAGE naming everything that differs.
 */
export function startDefinition(
  path: string,
  start: StudentDefinition,
  wanted: StudentDefinition,
  asked: StructureOptions & { preset?: string },
): StudentDefinition {
  const differences: string[] = [];
  const compare = (name: string, student: unknown, got: unknown): void => {
    const [left, right] = [JSON.stringify(student) ?? 'none', JSON.stringify(got) ?? 'none'];
    if (left !== right) differences.push(`${name} (the student has ${left}, got ${right})`);
  };
  compare('fields', start.fields, wanted.fields);
  compare('outputs', start.numOutputs, wanted.numOutputs);
  compare('classes', start.classes, wanted.classes);
  compare('label range', start.labelRange ?? [0, 1], wanted.labelRange ?? [0, 1]);
  if (asked.preset !== undefined) {
    compare('preset', start.preset, wanted.preset);
    compare('tokenizer', start.text.tokenizer, wanted.text.tokenizer);
  }
  if (asked.ngrams !== undefined) compare('n-grams', start.text.ngrams, asked.ngrams);
  if (asked.embeddingSize !== undefined) {
    compare('embedding size', start.embeddingSize, asked.embeddingSize);
  }
  if (asked.hiddenLayers !== undefined) {
    compare('hidden layers', start.hiddenLayers, asked.hiddenLayers);
  }
  const sizeOf = (kind: string) => start.blocks.find((block) => block.kind === kind)?.size;
  if (asked.crossSize !== undefined) compare('cross size', sizeOf('cross'), asked.crossSize);
  if (asked.matchSize !== undefined) compare('match size', sizeOf('match'), asked.matchSize);
  if (differences.length > 0) {
    throw new Bert2dnnError('USAGE', `start: ${path} differs in ${differences.join(', ')}`, {
      hint: 'Leave out options of structure, and give data with the same fields and labels; or train without --start.',
    });
  }
  return { ...start, provenance: undefined, calibration: wanted.calibration };
}

/** Copies of a student's parameters in float32, to be trained. */
export function startParameters({ parameters, definition }: Student): Record<string, Float32Array> {
  const decoded = decodeParameters(parameters, definition);
  return Object.fromEntries(
    Object.entries(decoded).map(([name, values]) => [name, values.slice()]),
  );
}
