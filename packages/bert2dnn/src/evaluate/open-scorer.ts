// Opens a model folder as a scorer, be it a student or a teacher. The only file of this folder that loads either.

import { stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { Student } from '@bert2dnn/student';
import { loadStudent } from '@bert2dnn/student/node';
import { Bert2dnnError } from '../foundation/errors.js';
import { marginOf } from '../teacher/margin.js';
import type { Scorer } from './scorer.js';

export interface OpenScorerOptions {
  /** Threads of a teacher. Default 1. A student uses one. */
  threads?: number;
  /** Fields of a teacher folder that does not state its own. Default: those of the rows it is given. */
  fields?: readonly string[];
}

/** Extension of a student in one file. */
const MODEL_EXTENSION = '.b2d';

/** Any of them says that a folder holds a teacher. */
const TEACHER_FILES = ['config.json', 'model.onnx', join('onnx', 'model.onnx')];

/**
 * Opens the model in `folder`: a student (`student.json`) or a teacher (`config.json`, `model.onnx` or
 * `onnx/model.onnx`); a student in one file (`.b2d`); or the endpoint that a JSON file describes.
 * @throws Bert2dnnError FILE_MISSING when the folder holds neither; the loaders' own errors when it is damaged.
 */
export async function openScorer(folder: string, options: OpenScorerOptions = {}): Promise<Scorer> {
  if (await isEndpoint(folder)) return openTeacher(folder, options);
  if (isModelFile(folder) || (await isFile(join(folder, 'student.json')))) {
    return studentScorer(await openStudent(folder), nameOf(folder));
  }
  if (await isTeacher(folder)) return openTeacher(folder, options);
  throw new Bert2dnnError(
    'FILE_MISSING',
    `${folder}: no model there, expected student.json (a student) or ${TEACHER_FILES.join(' or ')} (a teacher)`,
    { hint: 'Give the folder that distill or finetune wrote, or a Hugging Face folder.' },
  );
}

/**
 * Opens a student: a folder or a `.b2d` file.
 * @throws Bert2dnnError USAGE for a teacher; StudentError as `loadStudent`.
 */
export async function openStudent(path: string): Promise<Student> {
  const isStudent = isModelFile(path) || (await isFile(join(path, 'student.json')));
  if (!isStudent && ((await isEndpoint(path)) || (await isTeacher(path)))) {
    throw new Bert2dnnError('USAGE', `${path}: got a teacher, expected a student`, {
      hint: 'Give the folder that distill wrote, or a .b2d file.',
    });
  }
  return loadStudent(path);
}

/** A student as a scorer. */
export function studentScorer(student: Student, name: string): Scorer {
  const { fields, numOutputs, classes, calibration } = student.definition;
  return {
    name,
    kind: 'student',
    fields,
    numOutputs: numOutputs === 2 ? 1 : numOutputs,
    classes: numOutputs > 2 ? classes : undefined,
    temperature: calibration.temperature,
    calibrated: true,
    logits: (texts) => {
      const examples = texts[0].map((_, row) => texts.map((field) => field[row]));
      return toMargins(student.logits(examples), numOutputs);
    },
    release: async () => undefined,
  };
}

async function openTeacher(folder: string, options: OpenScorerOptions): Promise<Scorer> {
  // Loaded on demand: whoever serves or evaluates a student does without ONNX Runtime.
  const { loadTeacher } = await import('../teacher/teacher.js');
  const teacher = await loadTeacher(folder, options);
  return {
    name: nameOf(folder),
    kind: 'teacher',
    fields: teacher.fields,
    statesFields: teacher.statesFields || options.fields !== undefined,
    numOutputs: teacher.numOutputs === 2 ? 1 : teacher.numOutputs,
    classes: teacher.numOutputs > 2 ? teacher.classes : undefined,
    temperature: 1,
    calibrated: true,
    logits: async (texts) => toMargins(await teacher.logits(texts), teacher.numOutputs),
    release: () => teacher.release(),
  };
}

/** Two logits a row become positive minus negative; one, or three and more, stay. */
function toMargins(logits: Float32Array, numOutputs: number): Float32Array {
  return numOutputs === 2 ? Float32Array.from(marginOf(logits, 2)) : logits;
}

function nameOf(folder: string): string {
  return basename(resolve(folder));
}

/** Whether it is the JSON file that describes an endpoint. */
async function isEndpoint(path: string): Promise<boolean> {
  return /\.json$/i.test(path) && (await isFile(path));
}

async function isTeacher(folder: string): Promise<boolean> {
  for (const name of TEACHER_FILES) if (await isFile(join(folder, name))) return true;
  return false;
}

function isModelFile(path: string): boolean {
  return path.endsWith(MODEL_EXTENSION);
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
