// `data import`: a downloaded public set to the files that `prepare` reads.
import { DATA_SOURCES, importData } from '../../data/index.js';
import { choice, integer, list, requiredPath, toggle } from '../options.js';
import { defineVerb } from '../verb.js';

const NAMES = DATA_SOURCES.map((source) => source.name);

export const dataImportVerb = defineVerb({
  name: 'import',
  summary:
    'Turn a downloaded public data set into files that prepare reads. Nothing is downloaded.',
  options: {
    name: {
      ...choice('Name of the set: see `bert2dnn data list`.', NAMES, undefined),
      required: true,
    },
    from: requiredPath('Folder with the files as published.', '<dir>'),
    out: requiredPath('Folder to write.', '<dir>'),
    split: list("The publisher's splits to take (default: all that have labels).", '<name,...>'),
    locale: choice('ESCI: country of the shop (default us).', ['us', 'es', 'jp', 'all'], undefined),
    smallVersion: toggle('ESCI: only the rows of the small version, the ranking task.'),
    grades: choice(
      'ESCI: E, S, C, I as 3, 2, 1, 0, or as the gains 1, 0.1, 0.01, 0 (default order).',
      ['order', 'gain'],
      undefined,
    ),
    maxLabelled: integer(
      'Amazon reviews: labelled rows to draw; the others become unlabelled (default 200,000).',
      undefined,
    ),
    maxQueries: integer(
      'MS MARCO: queries to draw for the labelled rows (default 20,000).',
      undefined,
    ),
    negatives: integer('MS MARCO: most negatives of a query (default 4).', undefined),
    negativesFrom: choice(
      'MS MARCO: where negatives come from (default: candidates if there is a file of them, else random).',
      ['candidates', 'random'],
      undefined,
    ),
  },
  outIn: (stageFolder) => stageFolder,
  inputs: ({ from }) => [from],
  run: ({ name, ...values }, context) =>
    importData({
      ...values,
      name: name as string,
      seed: context.seed,
      progress: context.progress,
    }),
});
