// WANDS, the Wayfair Annotation Dataset: 480 queries, 42,994 products, graded by people.
// Format: the README and read_dataset.ipynb of the repository wayfair/WANDS: dataset/{query,product,label}.csv are
// separated by tabs and read by pandas with its usual quoting; the category column is written `category hierarchy`.
import { parseNamedGrades } from './published-label.js';
import type { DataSource, StageInput } from './source.js';
import { readSourceTable } from './source-table.js';
import type { StagedColumn, StagedRows } from './staging.js';

const GRADES = { Irrelevant: 0, Partial: 1, Exact: 2 } as const;

export const WANDS: DataSource = {
  name: 'wands',
  title: 'WANDS (Wayfair Annotation Dataset)',
  licence: 'MIT',
  citation: 'Chen et al. 2022, WANDS: Dataset for Product Search Relevance Assessment, ECIR.',
  origin: 'Get the repository wayfair/WANDS from GitHub; the files are in its folder dataset.',
  subfolders: ['dataset', 'WANDS/dataset'],
  files: [
    { name: 'query.csv', holds: 'tabs: query_id, query, query_class', required: true },
    {
      name: 'product.csv',
      holds:
        'tabs: product_id, product_name, product_class, category hierarchy, product_description, ...',
      required: true,
    },
    { name: 'label.csv', holds: 'tabs: id, query_id, product_id, label', required: true },
  ],
  fields: { query: 'query', title: 'title' },
  label: { column: 'label', range: [0, 2], meaning: '0 Irrelevant, 1 Partial, 2 Exact' },
  options: [],
  async stage(input: StageInput) {
    const { staging } = input;
    await loadTable(input, 'queries', 'query.csv', ['query_id', 'query', 'query_class']);
    await loadTable(input, 'products', 'product.csv', [
      'product_id',
      'product_name',
      'product_class',
      'category hierarchy|category_hierarchy',
      'product_description',
    ]);
    const numLabels = await loadLabels(input);
    await staging.run(
      `CREATE TEMP TABLE judged AS
        SELECT queries.c1 AS query, products.c1 AS title, label, name, item, labels.row AS row
        FROM labels JOIN queries ON queries.c0 = query_id JOIN products ON products.c0 = item`,
    );
    const numLost = numLabels - (await staging.number('SELECT count(*)::DOUBLE FROM judged'));
    return {
      outputs: {
        labelled:
          'SELECT query, title, label, name AS published_label, item FROM judged ORDER BY row',
        catalogue: `SELECT c0 AS id, c1 AS title, CASE WHEN c3 = '' THEN c2 ELSE c3 END AS category,
            c4 AS description FROM products ORDER BY row`,
        queries: 'SELECT c1 AS query, c2 AS category FROM queries ORDER BY row',
      },
      notes: [
        'The publisher names three levels; their order is the label.',
        ...(numLost > 0
          ? [`${numLost} labels name a query or a product that is not there; they are left out.`]
          : []),
      ],
    };
  },
};

/** Stages columns of a file as c0, c1, ... */
async function loadTable(
  { folder, staging }: StageInput,
  table: string,
  name: string,
  columns: readonly string[],
): Promise<void> {
  const file = await folder.require(name);
  const staged = columns.map((_, index): StagedColumn => ({ name: `c${index}`, kind: 'text' }));
  async function* rows(): AsyncGenerator<StagedRows> {
    const shape = { format: 'quoted-tsv', columns } as const;
    for await (const batch of readSourceTable(folder, file, shape)) yield batch.columns;
  }
  await staging.load(table, staged, rows());
}

async function loadLabels({ folder, staging }: StageInput): Promise<number> {
  const file = await folder.require('label.csv');
  async function* rows(): AsyncGenerator<StagedRows> {
    const shape = { format: 'quoted-tsv', columns: ['query_id', 'product_id', 'label'] } as const;
    for await (const { columns, lines } of readSourceTable(folder, file, shape)) {
      const [queries, products, names] = columns;
      const place = { path: file.path, lines, column: 'label' };
      yield [queries, products, names, parseNamedGrades(names, GRADES, place)];
    }
  }
  return staging.load(
    'labels',
    [
      { name: 'query_id', kind: 'text' },
      { name: 'item', kind: 'text' },
      { name: 'name', kind: 'text' },
      { name: 'label', kind: 'number' },
    ],
    rows(),
  );
}
