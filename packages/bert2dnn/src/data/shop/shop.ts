// A synthetic shop: catalogue, query log with clicks, graded labels, and the truth behind them.
// For the quickstart, tests and benchmarks; everything follows from the seed.
import { join } from 'node:path';
import { Bert2dnnError } from '../../foundation/errors.js';
import { writeFileAtomically } from '../../foundation/files.js';
import { createRandom } from '../../foundation/random.js';
import { createLog, type LogRow } from './clicks.js';
import { createLabels, type LabelRow, TITLES_PER_QUERY } from './labels.js';
import { createConcepts, createProducts, type ShopConcepts, type ShopProduct } from './product.js';
import { createQueries, type ShopQuery } from './query.js';
import { type Grade, gradeOf } from './relevance.js';
import { ShopSearch } from './search-page.js';

/** How large a shop is. */
export interface ShopOptions {
  /** Default 1. */
  seed?: number;
  /** Products in the catalogue; default 10,000. */
  numProducts?: number;
  /** Distinct queries; default 6,000. */
  numQueries?: number;
  /** Judged pairs; default 5,000, at most 8 a query. */
  numLabels?: number;
  /** Impressions in the log; default 120,000. */
  numLogRows?: number;
}

/** A generated shop. Only `products`, `log` and `labels` are written to files. */
export interface Shop {
  products: readonly ShopProduct[];
  /** Most frequent first. */
  queries: readonly ShopQuery[];
  log: readonly LogRow[];
  labels: readonly LabelRow[];
  concepts: ShopConcepts;
  /**
   * The true grade of a title for a query's text, both of this shop.
   * @throws Bert2dnnError CONFIG_INVALID if either is not of this shop.
   */
  oracle(query: string, title: string): Grade;
}

/** Where `writeShop` put a shop. */
export interface ShopFiles {
  /** product_id, title, brand, category, colour, material, feature, price. */
  catalogue: string;
  /** query, title, position, clicked, session. */
  queries: string;
  /** query, title, grade (1..4). */
  labels: string;
}

/**
 * Generates a shop; the same options give the same shop.
 * @throws Bert2dnnError CONFIG_INVALID if a number is out of range.
 */
export function generateShop(options: ShopOptions = {}): Shop {
  const { seed = 1, numProducts = 10_000, numQueries = 6_000 } = options;
  const { numLabels = 5_000, numLogRows = 120_000 } = options;
  checkCount('numProducts', numProducts, 100);
  checkCount('numQueries', numQueries, 10);
  checkCount('numLabels', numLabels, 0, numQueries * TITLES_PER_QUERY);
  checkCount('numLogRows', numLogRows, 0);
  const concepts = createConcepts(createRandom(seed, 'shop/concepts'));
  const products = createProducts(numProducts, concepts, createRandom(seed, 'shop/products'));
  const queries = createQueries(numQueries, concepts, createRandom(seed, 'shop/queries'));
  const search = new ShopSearch(products);
  return {
    products,
    queries,
    log: createLog(numLogRows, queries, search, createRandom(seed, 'shop/log')),
    labels: createLabels(numLabels, queries, search, createRandom(seed, 'shop/labels')),
    concepts,
    oracle: createOracle(queries, products),
  };
}

/**
 * Generates a shop and writes `catalogue.tsv`, `queries.tsv` (the log) and `labels.tsv` into `folder`,
 * each with a header line, each atomically.
 * @throws Bert2dnnError CONFIG_INVALID as `generateShop`; DISK_FULL, WRITE_FAILED as `writeFileAtomically`.
 */
export async function writeShop(folder: string, options: ShopOptions = {}): Promise<ShopFiles> {
  const shop = generateShop(options);
  const files: ShopFiles = {
    catalogue: join(folder, 'catalogue.tsv'),
    queries: join(folder, 'queries.tsv'),
    labels: join(folder, 'labels.tsv'),
  };
  await writeFileAtomically(
    files.catalogue,
    formatTable(
      ['product_id', 'title', 'brand', 'category', 'colour', 'material', 'feature', 'price'],
      shop.products.map((product) => [
        product.id,
        product.title,
        product.brand,
        product.kind.department.name,
        product.colour.id,
        product.material.id,
        product.feature.id,
        product.price.toFixed(2),
      ]),
    ),
  );
  await writeFileAtomically(
    files.queries,
    formatTable(
      ['query', 'title', 'position', 'clicked', 'session'],
      shop.log.map((row) => [row.query, row.title, row.position, row.clicked, row.session]),
    ),
  );
  await writeFileAtomically(
    files.labels,
    formatTable(
      ['query', 'title', 'grade'],
      shop.labels.map((row) => [row.query, row.title, row.grade]),
    ),
  );
  return files;
}

function createOracle(
  queries: readonly ShopQuery[],
  products: readonly ShopProduct[],
): Shop['oracle'] {
  const intents = new Map(queries.map(({ text, intent }) => [text, intent]));
  const byTitle = new Map(products.map((product) => [product.title, product]));
  return (query, title) => {
    const intent = intents.get(query);
    const product = byTitle.get(title);
    if (intent === undefined || product === undefined) {
      const [what, text] = intent === undefined ? ['query', query] : ['title', title];
      throw new Bert2dnnError(
        'CONFIG_INVALID',
        `shop: no ${what} "${text}", expected one of this shop`,
      );
    }
    return gradeOf(intent, product);
  };
}

function formatTable(header: readonly string[], rows: readonly (readonly unknown[])[]): string {
  return `${[header, ...rows].map((row) => row.join('\t')).join('\n')}\n`;
}

function checkCount(name: string, value: number, least: number, most = 100_000_000): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new Bert2dnnError(
    'CONFIG_INVALID',
    `shop: ${name} is ${value}, expected a whole number ${least}..${most}`,
  );
}
