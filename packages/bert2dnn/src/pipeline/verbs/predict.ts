// `predict`: the input with two more columns, `score` (probability) and `logit`.
import { join } from 'node:path';
import { BadRows, openExamples } from '../../data/index.js';
import { openScorer } from '../../evaluate/open-scorer.js';
import { predict } from '../../evaluate/predict.js';
import { fetchFiles } from '../../store/index.js';
import { orStored, requiredFiles, requiredPath } from '../options.js';
import { defineVerb } from '../verb.js';
import { BAD_ROW_OPTIONS } from './bad-row-options.js';
import { columnsOf, FIELD_OPTIONS } from './columns.js';

export const predictVerb = defineVerb({
  name: 'predict',
  summary: 'Score a file: adds the columns `score` (probability) and `logit`.',
  options: {
    model: requiredPath(
      'Student or teacher: a folder, or the JSON file that describes an HTTP endpoint.',
      '<path>',
    ),
    input: orStored(requiredFiles('Texts to score.')),
    ...FIELD_OPTIONS,
    ...BAD_ROW_OPTIONS,
    out: requiredPath('File to write: .csv, .tsv, .jsonl (each also .gz) or .parquet.', '<file>'),
  },
  outIn: (stageFolder) => join(stageFolder, 'predictions.parquet'),
  inputs: ({ model, input }) => [model, ...input],
  async run(values, context) {
    const { maxTextCharacters } = values;
    const badRows = new BadRows(values.badRows);
    const { paths } = await fetchFiles(values.input);
    return predict({
      // First, because the rows of a text file are read to be opened.
      model: await openScorer(values.model, { threads: context.threads }),
      input: await openExamples(paths, columnsOf(values), { badRows, maxTextCharacters }),
      out: values.out,
      progress: context.progress,
    });
  },
});
