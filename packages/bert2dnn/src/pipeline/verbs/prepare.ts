// `prepare`: logs, catalogues and labels to splits by query and a transfer set.
import { prepare } from '../../data/index.js';
import { Bert2dnnError } from '../../foundation/errors.js';
import {
  files,
  integer,
  list,
  number,
  numberOr,
  requiredFiles,
  requiredPath,
  text,
  toggle,
} from '../options.js';
import { defineVerb } from '../verb.js';
import { BAD_ROW_OPTIONS } from './bad-row-options.js';
import { COLUMN_OPTIONS, columnsOf } from './columns.js';

export const prepareVerb = defineVerb({
  name: 'prepare',
  summary:
    'Turn logs, a catalogue and labels into train, dev, test (split by query) and a transfer set.',
  options: {
    labelled: requiredFiles('Labelled rows: CSV, TSV, JSONL or Parquet, plain, .gz or .zst.'),
    dev: files(
      'Labelled rows that are the dev split as they are; none of their queries is trained on.',
    ),
    test: files('The same for the test split.'),
    unlabelled: files('Rows for the transfer set, with the same fields.'),
    log: files(
      'Query log: impressions with the same fields, perhaps with session, position, clicks and purchases.',
    ),
    catalogue: files('Items to pair with queries.'),
    queries: files('Queries to pair with the catalogue, beside those of the labels and the log.'),
    ...COLUMN_OPTIONS,
    session: text('Session column of the log (default: `session`, `session_id`).', '<column>'),
    position: text(
      'Column of the position on the page, from 1 (default: `position`, `rank`).',
      '<column>',
    ),
    clicks: text(
      'Column of the log with clicks, 1 or a count (default: `clicks`, `clicked`, `click`): a weak label, written to clicks/.',
      '<column>',
    ),
    purchases: text(
      'Column of the log with purchases (default: `purchases`, `purchased`).',
      '<column>',
    ),
    impressions: text(
      'Column of the log with impressions, where a row stands for several (default: `impressions`).',
      '<column>',
    ),
    category: text(
      'Category column of the catalogue (default: `category` if there is one).',
      '<column>',
    ),
    brand: text(
      'Brand column of the catalogue, for pseudo-queries (default: `brand`).',
      '<column>',
    ),
    attributes: list(
      'Columns of the catalogue whose values people search for, for pseudo-queries.',
      '<column,...>',
    ),
    transferSize: integer(
      'Rows wanted in the transfer set (default: all there is, and 30 mined pairs a query).',
      undefined,
    ),
    maxPairsPerQuery: integer('Most mined pairs of a query (default 200).', undefined),
    pseudoQueries: integer(
      'Queries to cut from titles, categories, brands and attributes (default: what --transfer-size needs).',
      undefined,
      { min: 0 },
    ),
    augment: integer('Variants of each single text: words masked, n-grams sampled.', 0, { min: 0 }),
    shares: text('Shares of the groups in train, dev and test (default 0.8:0.1:0.1).', '<a:b:c>'),
    mining: text(
      'Shares of mined pairs: BM25, same category, random (default 0.5:0.25:0.25).',
      '<a:b:c>',
    ),
    nearDuplicates: numberOr(
      'Jaccard similarity of character 4-grams from which a query (or text) is nearly another one, and kept from being split from it.',
      'off',
      0.8,
    ),
    keepHtml: toggle('Leave tags and entities in texts.'),
    keepUnicode: toggle('Leave texts without Unicode NFKC.'),
    keepSpaces: toggle('Leave white space in texts as it is.'),
    keepPersonalData: toggle('Keep queries with e-mail addresses, phone or card numbers.'),
    botImpressions: integer("Most impressions of a person's session; more are a bot's.", 1000),
    clickPrior: number(
      "Weight of the mean in a pair's click estimate, in examined impressions.",
      1,
      { min: 0 },
    ),
    ...BAD_ROW_OPTIONS,
    partRows: integer('Rows of a part of the transfer set (default 500,000).', undefined),
    out: requiredPath('Folder to write.', '<dir>'),
  },
  outIn: (stageFolder) => stageFolder,
  inputs: ({ labelled, dev, test, unlabelled, log, catalogue, queries }) => [
    ...labelled,
    ...dev,
    ...test,
    ...unlabelled,
    ...log,
    ...catalogue,
    ...queries,
  ],
  run(values, context) {
    const { session, position, clicks, purchases, impressions, ...others } = values;
    const { nearDuplicates, keepHtml, keepUnicode, keepSpaces, keepPersonalData } = values;
    const split = parseShares('--shares', values.shares);
    const mined = parseShares('--mining', values.mining);
    return prepare({
      labelled: others.labelled,
      dev: others.dev,
      test: others.test,
      unlabelled: others.unlabelled,
      log: others.log,
      logColumns: { session, position, clicks, purchases, impressions },
      catalogue: others.catalogue,
      queries: others.queries,
      columns: columnsOf(values),
      category: others.category,
      brand: others.brand,
      attributes: others.attributes,
      transferSize: others.transferSize,
      maxPairsPerQuery: others.maxPairsPerQuery,
      pseudoQueries: others.pseudoQueries,
      augment: others.augment,
      shares: split && { train: split[0], dev: split[1], test: split[2] },
      mining: mined && { bm25: mined[0], category: mined[1], random: mined[2] },
      nearDuplicates: nearDuplicates === 'off' ? 0 : nearDuplicates,
      cleaning: { html: !keepHtml, nfkc: !keepUnicode, whiteSpace: !keepSpaces },
      dropPersonalData: !keepPersonalData,
      botImpressions: others.botImpressions,
      clickPrior: others.clickPrior,
      badRows: others.badRows,
      maxTextCharacters: others.maxTextCharacters,
      partRows: others.partRows,
      out: others.out,
      seed: context.seed,
      threads: context.threads,
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
