// Home Depot Product Search Relevance (Kaggle 2016): queries and products with the mean grade of three people or more.
// Format: the competition's data page: train.csv (id, product_uid, product_title, search_term, relevance), test.csv
// (the same without relevance), product_descriptions.csv, attributes.csv (product_uid, name, value; with rows that are
// all empty). The files are not all UTF-8: kernels of the competition read them as ISO-8859-1.
import { parseGrades } from './published-label.js';
import type { DataSource, StageInput } from './source.js';
import { readSourceTable } from './source-table.js';
import type { StagedRows } from './staging.js';

const RANGE = [1, 3] as const;

export const HOME_DEPOT: DataSource = {
  name: 'home-depot',
  title: 'Home Depot Product Search Relevance (Kaggle 2016)',
  licence:
    'The rules of the Kaggle competition, to be accepted there: for the competition and for research.',
  citation: 'Home Depot Product Search Relevance, Kaggle, 2016.',
  origin:
    "Get the files from the competition's data page on Kaggle, after accepting its rules, and unpack every .zip.",
  subfolders: ['home-depot-product-search-relevance'],
  files: [
    {
      name: 'train.csv',
      holds: 'id, product_uid, product_title, search_term, relevance',
      required: true,
    },
    { name: 'test.csv', holds: 'id, product_uid, product_title, search_term', required: false },
    {
      name: 'product_descriptions.csv',
      holds: 'product_uid, product_description',
      required: false,
    },
    { name: 'attributes.csv', holds: 'product_uid, name, value: the brands', required: false },
  ],
  fields: { query: 'query', title: 'title' },
  label: {
    column: 'label',
    range: RANGE,
    meaning: 'mean grade: 1 irrelevant, 2 partially, 3 relevant',
  },
  options: [],
  async stage(input: StageInput) {
    await stagePairs(input);
    await stageProperty(input, {
      table: 'descriptions',
      file: 'product_descriptions.csv',
      column: 'product_description',
    });
    await stageProperty(input, {
      table: 'brands',
      file: 'attributes.csv',
      column: 'value',
      named: 'MFG Brand Name',
    });
    return {
      outputs: {
        labelled:
          'SELECT query, title, label, product AS item FROM pairs WHERE label IS NOT NULL ORDER BY row',
        unlabelled:
          'SELECT query, title, product AS item FROM pairs WHERE label IS NULL ORDER BY row',
        catalogue: `SELECT product AS id, first(title ORDER BY row) AS title,
            any_value(brands.value) AS brand, any_value(descriptions.value) AS description
          FROM pairs LEFT JOIN brands USING (product) LEFT JOIN descriptions USING (product)
          GROUP BY product ORDER BY min(row)`,
        queries: 'SELECT query FROM pairs WHERE label IS NULL GROUP BY query ORDER BY min(row)',
      },
      notes: ['The pairs of test.csv have no published labels: they are unlabelled rows.'],
    };
  },
};

async function stagePairs({ folder, staging }: StageInput): Promise<void> {
  async function* rows(): AsyncGenerator<StagedRows> {
    const columns = ['search_term', 'product_title', 'product_uid'];
    const train = await folder.require('train.csv');
    const shape = { format: 'csv', columns: [...columns, 'relevance'], isLegacy: true } as const;
    for await (const { columns: cells, lines } of readSourceTable(folder, train, shape)) {
      const place = { path: train.path, lines, column: 'relevance' };
      yield [cells[0], cells[1], cells[2], parseGrades(cells[3], RANGE, place)];
    }
    const test = await folder.find('test.csv');
    if (test === undefined) return;
    for await (const { columns: cells } of readSourceTable(folder, test, { ...shape, columns })) {
      yield [...cells, cells[0].map(() => Number.NaN)];
    }
  }
  await staging.load(
    'pairs',
    [
      { name: 'query', kind: 'text' },
      { name: 'title', kind: 'text' },
      { name: 'product', kind: 'text' },
      { name: 'label', kind: 'number' },
    ],
    rows(),
  );
}

/** A table `product, value` of one property; empty if the file is not there. The first value of a product counts. */
async function stageProperty(
  { folder, staging }: StageInput,
  property: { table: string; file: string; column: string; named?: string },
): Promise<void> {
  const { table, column, named } = property;
  const file = await folder.find(property.file);
  async function* rows(): AsyncGenerator<StagedRows> {
    if (file === undefined) return;
    const columns = ['product_uid', column, ...(named === undefined ? [] : ['name'])];
    const shape = { format: 'csv', columns, isLegacy: true } as const;
    for await (const { columns: cells } of readSourceTable(folder, file, shape)) {
      const kept = cells[0].map(
        (product, row) => product !== '' && (named === undefined || cells[2][row] === named),
      );
      yield [0, 1].map((cell) => cells[cell].filter((_, row) => kept[row]));
    }
  }
  await staging.load(
    `all_${table}`,
    [
      { name: 'product', kind: 'text' },
      { name: 'value', kind: 'text' },
    ],
    rows(),
  );
  await staging.run(
    `CREATE TEMP TABLE ${table} AS
      SELECT product, first(value ORDER BY row) AS value FROM all_${table} GROUP BY product`,
  );
}
