// `evaluate`: a student or a teacher on held-out rows, against labels (gold) and against its teacher (agreement).
import { join } from 'node:path';
import { openExamples } from '../../data/index.js';
import { evaluateModel } from '../../evaluate/evaluate.js';
import { openScorer } from '../../evaluate/open-scorer.js';
import { writeJsonAtomically } from '../../foundation/files.js';
import { fetchFiles, fetchFolder } from '../../store/index.js';
import {
  integer,
  number,
  optionalPath,
  orStored,
  requiredFiles,
  requiredPath,
} from '../options.js';
import { defineVerb } from '../verb.js';
import { COLUMN_OPTIONS, columnsOf } from './columns.js';

export const evaluateVerb = defineVerb({
  name: 'evaluate',
  summary: 'Measure a student or a teacher on held-out rows, with confidence intervals.',
  options: {
    model: requiredPath(
      'Student or teacher: a folder, or the JSON file that describes an HTTP endpoint.',
      '<path>',
    ),
    input: orStored(requiredFiles('Held-out rows.')),
    ...COLUMN_OPTIONS,
    teacher: optionalPath(
      'Teacher to compare with, a folder or the JSON file of an endpoint: agreement and retention.',
      '<path>',
    ),
    teacherScores: orStored(
      optionalPath("The teacher's scores of this input, instead of --teacher.", '<dir>'),
    ),
    positive: number(
      'Label, in the range of the input, from which a row counts as positive (default: the upper third).',
      undefined,
    ),
    bootstrap: integer('Bootstrap draws for the 95 % intervals.', 1000, { min: 0, max: 100_000 }),
    out: optionalPath('File for the result as JSON.', '<file>'),
  },
  outIn: (stageFolder) => join(stageFolder, 'evaluation.json'),
  inputs: ({ model, input, teacher, teacherScores }) =>
    [model, ...input, teacher, teacherScores].filter((path) => path !== undefined),
  async run(values, context) {
    const { paths } = await fetchFiles(values.input);
    const input = await openExamples(paths, columnsOf(values), { label: true });
    const model = await openScorer(values.model, { threads: context.threads });
    const teacher =
      values.teacher === undefined
        ? undefined
        : await openScorer(values.teacher, { threads: context.threads });
    const evaluation = await evaluateModel({
      model,
      input,
      teacher:
        teacher ??
        (values.teacherScores === undefined ? undefined : await fetchFolder(values.teacherScores)),
      positive: values.positive,
      bootstrap: values.bootstrap,
      seed: context.seed,
      progress: context.progress,
    });
    if (values.out !== undefined) await writeJsonAtomically(values.out, evaluation);
    return evaluation;
  },
});
