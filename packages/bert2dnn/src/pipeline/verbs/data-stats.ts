// `data stats`: what is in a prepared folder or in files, and whether parts share what they must not.
import { DEFAULT_LANGUAGE_ROWS, dataStats } from '../../data/stats/data-stats.js';
import { integer, requiredFiles } from '../options.js';
import { defineVerb } from '../verb.js';
import { COLUMN_OPTIONS, columnsOf } from './columns.js';

export const dataStatsVerb = defineVerb({
  name: 'stats',
  summary:
    'Count what is in a prepared folder or in files: labels, texts, duplicates, languages, leakage.',
  options: {
    input: requiredFiles('A prepared folder, or files, globs and folders.'),
    ...COLUMN_OPTIONS,
    languageRows: integer(
      'Rows of a part, drawn at random, from which languages are told; 0.1 to 1 ms a text.',
      DEFAULT_LANGUAGE_ROWS,
      { min: 0, max: 1_000_000 },
    ),
  },
  outIn: (stageFolder) => stageFolder,
  inputs: ({ input }) => input,
  run: ({ input, languageRows, ...columns }, { seed, progress }) =>
    dataStats({ input, columns: columnsOf(columns), languageRows, seed, progress }),
});
