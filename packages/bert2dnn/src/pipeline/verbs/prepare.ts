// `prepare`: logs, catalogues and labels to splits by query and a transfer set.
import { prepare } from '../../data/prepare.js';
import { Bert2dnnError } from '../../foundation/errors.js';
import { files, integer, requiredFiles, requiredPath, text } from '../options.js';
import { defineVerb } from '../verb.js';
import { COLUMN_OPTIONS, columnsOf } from './columns.js';

export const prepareVerb = defineVerb({
  name: 'prepare',
  summary:
    'Turn logs, a catalogue and labels into train, dev, test (split by query) and a transfer set.',
  options: {
    labelled: requiredFiles('Labelled rows: CSV, TSV, JSONL or Parquet, plain, .gz or .zst.'),
    unlabelled: files('Rows for the transfer set, with the same fields.'),
    catalogue: files('Items to pair with queries.'),
    queries: files('Queries to pair with the catalogue.'),
    ...COLUMN_OPTIONS,
    category: text(
      'Category column of the catalogue (default: `category` if there is one).',
      '<column>',
    ),
    clicks: text(
      'Column of the unlabelled rows that is 1 for a click: a weak label, written to clicks.parquet.',
      '<column>',
    ),
    transferSize: integer(
      'Rows wanted in the transfer set (default: all there is, and 30 mined pairs a query).',
      undefined,
    ),
    maxPairsPerQuery: integer('Most mined pairs of a query (default 200).', undefined),
    shares: text('Shares of the groups in train, dev and test (default 0.8:0.1:0.1).', '<a:b:c>'),
    mining: text(
      'Shares of mined pairs: BM25, same category, random (default 0.5:0.25:0.25).',
      '<a:b:c>',
    ),
    partRows: integer('Rows of a part of the transfer set (default 500,000).', undefined),
    out: requiredPath('Folder to write.', '<dir>'),
  },
  outIn: (stageFolder) => stageFolder,
  inputs: ({ labelled, unlabelled, catalogue, queries }) => [
    ...labelled,
    ...unlabelled,
    ...catalogue,
    ...queries,
  ],
  run(values, context) {
    const split = parseShares('--shares', values.shares);
    const mined = parseShares('--mining', values.mining);
    return prepare({
      ...values,
      columns: columnsOf(values),
      shares: split && { train: split[0], dev: split[1], test: split[2] },
      mining: mined && { bm25: mined[0], category: mined[1], random: mined[2] },
      seed: context.seed,
      progress: context.progress,
    });
  },
});

/** Three shares `a:b:c`, made to sum to 1. @throws Bert2dnnError USAGE. */
function parseShares(
  place: string,
  value: string | undefined,
): [number, number, number] | undefined {
  if (value === undefined) return undefined;
  const shares = value.split(':').map(Number);
  const sum = shares.reduce((total, share) => total + share, 0);
  if (shares.length !== 3 || !(sum > 0) || shares.some((share) => !(share >= 0))) {
    throw new Bert2dnnError(
      'USAGE',
      `${place}: got "${value}", expected three shares such as 0.8:0.1:0.1`,
    );
  }
  return shares.map((share) => share / sum) as [number, number, number];
}
