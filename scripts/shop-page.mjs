// A generated shop, a student trained on it in seconds, and its demo page, for tests, benchmarks and pictures.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serveFolder } from '../packages/bert2dnn/dist/export/browser/static-server.js';
import { distill, exportModel, shop } from '../packages/bert2dnn/dist/library.js';

/** Products of the catalogue. */
export const NUM_PRODUCTS = 10_000;

/** Makes and serves it in a temporary folder. `remove` ends the server and deletes the folder. */
export async function makeShopPage({ numLabels = 4000, precision, ...training } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'shop-page-'));
  const files = await shop({
    out: join(folder, 'shop'),
    products: NUM_PRODUCTS,
    queries: 2000,
    labels: numLabels,
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
    ...training,
    ...(precision && { precision }),
    out: student,
  });
  await exportModel({
    model: student,
    format: 'browser',
    precision,
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
    labels: files.labels,
    server,
    async remove() {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
