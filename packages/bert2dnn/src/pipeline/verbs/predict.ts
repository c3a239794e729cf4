// `predict`: the input with two more columns, `score` (probability) and `logit`.
import { join } from 'node:path';
import { openExamples } from '../../data/index.js';
import { openScorer } from '../../evaluate/open-scorer.js';
import { predict } from '../../evaluate/predict.js';
import { requiredFiles, requiredPath } from '../options.js';
import { defineVerb } from '../verb.js';
import { columnsOf, FIELD_OPTIONS } from './columns.js';

export const predictVerb = defineVerb({
  name: 'predict',
  summary: 'Score a file: adds the columns `score` (probability) and `logit`.',
  options: {
    model: requiredPath('Student or teacher folder.', '<dir>'),
    input: requiredFiles('Texts to score.'),
    ...FIELD_OPTIONS,
    out: requiredPath('File to write: .csv, .tsv, .jsonl (each also .gz) or .parquet.', '<file>'),
  },
  outIn: (stageFolder) => join(stageFolder, 'predictions.parquet'),
  inputs: ({ model, input }) => [model, ...input],
  run: async (values, context) =>
    predict({
      model: await openScorer(values.model, { threads: context.threads }),
      input: await openExamples(values.input, columnsOf(values)),
      out: values.out,
      progress: context.progress,
    }),
});
