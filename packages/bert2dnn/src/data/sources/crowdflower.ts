// CrowdFlower Search Results Relevance (Kaggle 2015): queries and products with the median of several people's grades.
// Format: the competition's data page: train.csv (id, query, product_title, product_description, median_relevance,
// relevance_variance) and test.csv (the first four); descriptions hold HTML, commas and newlines in quotes.
import { Bert2dnnError } from '../../foundation/errors.js';
import { parseGrades } from './published-label.js';
import type { DataSource, StageInput } from './source.js';
import type { SourceFolder } from './source-folder.js';
import { readSourceTable } from './source-table.js';
import type { StagedRows } from './staging.js';

const RANGE = [1, 4] as const;

export const CROWDFLOWER: DataSource = {
  name: 'crowdflower',
  title: 'CrowdFlower Search Results Relevance (Kaggle 2015)',
  licence:
    'The rules of the Kaggle competition, to be accepted there: for the competition and for research.',
  citation: 'CrowdFlower, Search Results Relevance, Kaggle, 2015.',
  origin:
    "Get the files from the competition's data page on Kaggle, after accepting its rules, and unpack every .zip.",
  subfolders: ['crowdflower-search-relevance'],
  files: [
    {
      name: 'train.csv',
      holds: 'id, query, product_title, product_description, median_relevance, relevance_variance',
      required: true,
    },
    { name: 'test.csv', holds: 'id, query, product_title, product_description', required: false },
  ],
  fields: { query: 'query', title: 'title' },
  label: {
    column: 'label',
    range: RANGE,
    meaning: 'median grade: 1 irrelevant .. 4 a perfect match',
  },
  options: [],
  async stage({ folder, staging }: StageInput) {
    await staging.load('pairs', COLUMNS, readPairs(folder));
    return {
      outputs: {
        labelled:
          'SELECT query, title, label, variance AS relevance_variance FROM pairs WHERE label IS NOT NULL ORDER BY row',
        unlabelled: 'SELECT query, title FROM pairs WHERE label IS NULL ORDER BY row',
        catalogue: `SELECT title, first(description ORDER BY description = '', row) AS description
          FROM pairs GROUP BY title ORDER BY min(row)`,
        queries: 'SELECT query FROM pairs WHERE label IS NULL GROUP BY query ORDER BY min(row)',
      },
      notes: [
        'The pairs of test.csv have no published labels: they are unlabelled rows.',
        'Descriptions hold HTML.',
      ],
    };
  },
};

async function* readPairs(folder: SourceFolder): AsyncGenerator<StagedRows> {
  const columns = ['query', 'product_title', 'product_description'];
  const train = await folder.require('train.csv');
  const shape = {
    format: 'csv',
    columns: [...columns, 'median_relevance', 'relevance_variance'],
    isLegacy: true,
  } as const;
  for await (const { columns: cells, lines } of readSourceTable(folder, train, shape)) {
    const place = { path: train.path, lines, column: 'median_relevance' };
    yield [
      ...cells.slice(0, 3),
      parseGrades(cells[3], RANGE, place),
      parseVariances(cells[4], train.path, lines),
    ];
  }
  const test = await folder.find('test.csv');
  if (test === undefined) return;
  for await (const { columns: cells } of readSourceTable(folder, test, { ...shape, columns })) {
    const absent = cells[0].map(() => Number.NaN);
    yield [...cells, absent, absent];
  }
}

const COLUMNS = [
  { name: 'query', kind: 'text' },
  { name: 'title', kind: 'text' },
  { name: 'description', kind: 'text' },
  { name: 'label', kind: 'number' },
  { name: 'variance', kind: 'number' },
] as const;

function parseVariances(cells: readonly string[], path: string, lines: readonly number[]) {
  return Float64Array.from(cells, (cell, row) => {
    const variance = cell.trim() === '' ? Number.NaN : Number(cell);
    if (variance >= 0) return variance;
    throw new Bert2dnnError(
      'FILE_FORMAT',
      `${path}:${lines[row]}: relevance_variance must be a number of 0 or more, got ${JSON.stringify(cell)}`,
    );
  });
}
