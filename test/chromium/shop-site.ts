// A generated shop of 10,000 products, a student trained on it in a second, and its demo page; in a temporary folder.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type StaticServer,
  serveFolder,
} from '../../packages/bert2dnn/src/export/browser/static-server.js';
import { distill, exportModel, shop } from '../../packages/bert2dnn/src/library.js';

/** Products of the catalogue. */
export const NUM_PRODUCTS = 10_000;

/** What a test is given. */
export interface ShopSite {
  /** Folders: of the page and of the student. */
  page: string;
  student: string;
  server: StaticServer;
  remove(): Promise<void>;
}

/** Makes and serves it. */
export async function makeShopSite(): Promise<ShopSite> {
  const folder = await mkdtemp(join(tmpdir(), 'shop-site-'));
  const files = await shop({
    out: join(folder, 'shop'),
    products: NUM_PRODUCTS,
    queries: 2000,
    labels: 4000,
    logRows: 1000,
  });
  const [student, page] = [join(folder, 'student'), join(folder, 'page')];
  await distill({
    input: [files.labels],
    fields: { query: 'query', title: 'title' },
    label: 'grade',
    labelRange: [1, 4],
    epochs: 3,
    hiddenLayers: [64, 32],
    embeddingSize: 16,
    vocabularySize: 4000,
    out: student,
  });
  await exportModel({
    model: student,
    format: 'browser',
    catalogue: [files.catalogue],
    showColumns: ['brand', 'price'],
    heading: 'Shop search',
    exampleQueries: ['cordless drill', 'red shoes'],
    out: page,
  });
  const server = await serveFolder(page, 0);
  return {
    page,
    student,
    server,
    async remove() {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
