// Types of shop-page.mjs for the tests.
import type { StaticServer } from '../packages/bert2dnn/src/export/browser/static-server.js';
import type { distill, exportModel } from '../packages/bert2dnn/src/library.js';

export const NUM_PRODUCTS: number;

/** What is made of the shop; the rest are options of `distill`. */
export interface ShopPageOptions extends Partial<Parameters<typeof distill>[0]> {
  numLabels?: number;
  precision?: Parameters<typeof exportModel>[0]['precision'];
}

/** Folders of the page and of the student, the file of labels, the running server. */
export interface ShopPage {
  page: string;
  student: string;
  labels: string;
  server: StaticServer;
  remove(): Promise<void>;
}

export function makeShopPage(options?: ShopPageOptions): Promise<ShopPage>;
