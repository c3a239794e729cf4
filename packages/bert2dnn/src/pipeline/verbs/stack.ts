// `stack`: the teachers' logits as one margin per row, softened by a temperature into soft labels.
import { stackScores } from '../../labels/stack.js';
import { fetchFile, fetchFolder } from '../../store/index.js';
import { choice, files, numberOr, optionalPath, orStored, requiredPath } from '../options.js';
import { defineVerb } from '../verb.js';
import { COLUMN_OPTIONS, columnsOf } from './columns.js';

export const stackVerb = defineVerb({
  name: 'stack',
  summary: "Average the teachers' margins and soften them by a temperature: soft labels.",
  options: {
    scores: {
      ...orStored(
        files(
          'Folders of scores, one a teacher, over the same input; also s3://bucket/folder.',
          '<dir...>',
        ),
      ),
      required: true,
    },
    labelled: orStored(
      optionalPath('Labelled file among the scored inputs, for --temperature auto.', '<file>'),
    ),
    ...COLUMN_OPTIONS,
    temperature: numberOr(
      'Soft label = sigmoid(margin / T). Higher is softer; auto fits T to the labelled rows.',
      'auto',
      1,
    ),
    failedRows: choice(
      'Rows that a teacher failed on (score --failed-rows skip): fail refuses them, drop gives them no label, and distill leaves them out.',
      ['fail', 'drop'],
      'fail',
    ),
    out: requiredPath('Folder of the soft labels.', '<dir>'),
  },
  outIn: (stageFolder) => stageFolder,
  inputs: ({ scores, labelled }) => [...scores, ...(labelled === undefined ? [] : [labelled])],
  async run(values, context) {
    const scores: string[] = [];
    for (const folder of values.scores) scores.push(await fetchFolder(folder));
    const { labelled } = values;
    return stackScores({
      scores,
      labelled: labelled === undefined ? undefined : await fetchFile(labelled),
      labelledColumns: columnsOf(values),
      temperature: values.temperature,
      failedRows: values.failedRows,
      out: values.out,
      progress: context.progress,
    });
  },
});
