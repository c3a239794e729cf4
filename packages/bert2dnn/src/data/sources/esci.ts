// ESCI, Amazon's Shopping Queries Dataset: difficult queries of three countries, products graded Exact, Substitute,
// Complement or Irrelevant. Format: the README of amazon-science/esci-data: two Parquet files, joined on product_id and
// product_locale; small_version = 1 marks the rows of the ranking task, whose nDCG has the gains 1, 0.1, 0.01, 0
// (Reddy et al. 2022, section 4).
import { Bert2dnnError } from '../../foundation/errors.js';
import { sqlPath, sqlText } from '../duckdb.js';
import { readParquetHeader } from '../parquet-reader.js';
import type { DataSource, SourceOptions, StageInput } from './source.js';
import { chooseSplits } from './splits.js';

const GRADES = {
  order: { E: 3, S: 2, C: 1, I: 0 },
  gain: { E: 1, S: 0.1, C: 0.01, I: 0 },
} as const;

const EXAMPLES = 'shopping_queries_dataset_examples.parquet';
const PRODUCTS = 'shopping_queries_dataset_products.parquet';

export const ESCI: DataSource = {
  name: 'esci',
  title: 'ESCI (Amazon Shopping Queries Dataset)',
  licence: 'Apache-2.0',
  citation:
    'Reddy et al. 2022, Shopping Queries Dataset: A Large-Scale ESCI Benchmark for Improving Product Search, arXiv 2206.06588.',
  origin:
    'Get the repository amazon-science/esci-data from GitHub with Git LFS; the files are in its folder shopping_queries_dataset.',
  subfolders: ['shopping_queries_dataset', 'esci-data/shopping_queries_dataset'],
  files: [
    {
      name: EXAMPLES,
      holds: 'query, query_id, product_id, product_locale, esci_label, small_version, split, ...',
      required: true,
    },
    {
      name: PRODUCTS,
      holds: 'product_id, product_title, product_description, product_brand, product_locale, ...',
      required: true,
    },
  ],
  fields: { query: 'query', title: 'title' },
  label: {
    column: 'label',
    range: [0, 3],
    meaning: '3 Exact, 2 Substitute, 1 Complement, 0 Irrelevant',
  },
  options: ['split', 'locale', 'smallVersion', 'grades'],
  async stage(input: StageInput) {
    const { folder, staging, options } = input;
    const { grades = 'order' } = options;
    const examples = (await folder.require(EXAMPLES)).path;
    const products = (await folder.require(PRODUCTS)).path;
    await checkColumns(examples, EXAMPLE_COLUMNS);
    await checkColumns(products, PRODUCT_COLUMNS);
    const numLost = await stageJudged(input, examples, products).catch((error) => {
      throw describeError(`${examples}, ${products}`, error);
    });
    for (const path of [examples, products]) {
      const rows = await staging.number(
        `SELECT count(*)::DOUBLE FROM read_parquet(${sqlPath(path)})`,
      );
      folder.used.push({ path, rows });
    }
    const label = Object.entries(GRADES[grades]).map(
      ([name, grade]) => `WHEN ${sqlText(name)} THEN ${grade}`,
    );
    return {
      outputs: {
        labelled: `SELECT query, title, CAST(CASE esci_label ${label.join(' ')} END AS DOUBLE) AS label,
            esci_label, split, locale, item FROM judged ORDER BY row`,
        catalogue: `SELECT product_id AS id, coalesce(product_title, '') AS title, product_brand AS brand,
            product_description AS description, product_locale AS locale
          FROM read_parquet(${sqlPath(products)}) WHERE ${isOfLocale(options)}`,
        queries: 'SELECT query FROM chosen GROUP BY query ORDER BY min(row)',
      },
      labelRange: grades === 'gain' ? [0, 1] : [0, 3],
      notes: [
        grades === 'order'
          ? 'The publisher names four classes; their order is the label. esci_label keeps the name: for classes give prepare --label esci_label --classes I,C,S,E.'
          : 'Labels are the gains of the ranking task.',
        ...(numLost > 0
          ? [`${numLost} rows name a product that is not there; they are left out.`]
          : []),
      ],
    };
  },
};

/** Tables `chosen` (the rows that the options ask for) and `judged` (with their products); gives the rows lost between. */
async function stageJudged(
  { staging, options }: StageInput,
  examples: string,
  products: string,
): Promise<number> {
  const splits = chooseSplits(options.split, ['train', 'test']).map(sqlText);
  const version = options.smallVersion === true ? 'small_version = 1' : 'true';
  await checkLabels(staging, examples);
  await staging.run(
    `CREATE TEMP TABLE chosen AS
      SELECT query, product_id, product_locale, esci_label, split, file_row_number AS row
      FROM read_parquet(${sqlPath(examples)}, file_row_number = true)
      WHERE split IN (${splits.join(', ')}) AND ${version} AND ${isOfLocale(options)}`,
  );
  await staging.run(
    `CREATE TEMP TABLE judged AS SELECT query, coalesce(product_title, '') AS title, product_id AS item,
        product_locale AS locale, esci_label, split, row
      FROM chosen JOIN read_parquet(${sqlPath(products)}) USING (product_id, product_locale)`,
  );
  return staging.number(
    'SELECT ((SELECT count(*) FROM chosen) - (SELECT count(*) FROM judged))::DOUBLE',
  );
}

/** The condition of the country, in SQL. */
function isOfLocale({ locale = 'us' }: SourceOptions): string {
  return locale === 'all' ? 'true' : `product_locale = ${sqlText(locale)}`;
}

const EXAMPLE_COLUMNS = [
  'query',
  'product_id',
  'product_locale',
  'esci_label',
  'small_version',
  'split',
];
const PRODUCT_COLUMNS = [
  'product_id',
  'product_locale',
  'product_title',
  'product_brand',
  'product_description',
];

/** @throws Bert2dnnError COLUMN_MISSING; FILE_CORRUPT, also for the pointer that Git LFS leaves in place of a file. */
async function checkColumns(path: string, expected: readonly string[]): Promise<void> {
  const { columns } = await readParquetHeader(path);
  const names = columns.map((column) => column.name);
  const absent = expected.find((name) => !names.includes(name));
  if (absent === undefined) return;
  throw new Bert2dnnError(
    'COLUMN_MISSING',
    `${path}: the columns are ${names.join(', ')}, expected "${absent}" among them`,
    { hint: 'Give the file as the publisher ships it: see bert2dnn data list.' },
  );
}

async function checkLabels(staging: StageInput['staging'], path: string): Promise<void> {
  const [unknown] = await staging.rows(
    `SELECT file_row_number::DOUBLE, esci_label::VARCHAR FROM read_parquet(${sqlPath(path)}, file_row_number = true)
      WHERE esci_label IS NULL OR esci_label NOT IN ('E', 'S', 'C', 'I') ORDER BY 1 LIMIT 1`,
  );
  if (unknown === undefined) return;
  const [row, label] = unknown;
  throw new Bert2dnnError(
    'LABEL_INVALID',
    `${path}: row ${Number(row) + 1}: esci_label must be one of E, S, C, I, got ${label === null ? 'nothing' : JSON.stringify(label)}`,
    { hint: 'The published files hold no such label: copy or download the file again.' },
  );
}

function describeError(path: string, error: unknown): unknown {
  if (error instanceof Bert2dnnError || !(error instanceof Error)) return error;
  return new Bert2dnnError(
    'FILE_CORRUPT',
    `${path}: broken or cut-off Parquet (${error.message.split('\n')[0]})`,
    { hint: 'Copy or download the file again.', cause: error },
  );
}
