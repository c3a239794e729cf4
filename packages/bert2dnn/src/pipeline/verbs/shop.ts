// `shop`: a generated shop as files, for the quickstart and for trying things out.
import { writeShop } from '../../data/shop/shop.js';
import { integer, requiredPath } from '../options.js';
import { defineVerb } from '../verb.js';

export const shopVerb = defineVerb({
  name: 'shop',
  summary: 'Generate a shop: catalogue, query log with clicks, graded labels.',
  options: {
    products: integer('Products in the catalogue.', 10_000, { min: 100 }),
    queries: integer('Distinct queries.', 6_000, { min: 10 }),
    labels: integer('Labelled pairs.', 5_000),
    logRows: integer('Rows of the query log.', 120_000),
    out: requiredPath('Folder to write.', '<dir>'),
  },
  outIn: (stageFolder) => stageFolder,
  inputs: () => [],
  run: (values, context) =>
    writeShop(values.out, {
      seed: context.seed,
      numProducts: values.products,
      numQueries: values.queries,
      numLabels: values.labels,
      numLogRows: values.logRows,
    }),
});
