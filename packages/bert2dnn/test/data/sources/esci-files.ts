// The two Parquet files of ESCI with their real column names and types, and invented rows.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeParquet } from '../../../src/data/index.js';

const text = 'VARCHAR' as const;
const whole = 'BIGINT' as const;

/** Rows: query, query id, product, country, label, small version, split. */
const EXAMPLES: [string, number, string, string, string, number, string][] = [
  ['usb cable 2m', 1, 'B1', 'us', 'E', 1, 'train'],
  ['usb cable 2m', 1, 'B2', 'us', 'S', 1, 'train'],
  ['usb cable 2m', 1, 'B3', 'us', 'C', 1, 'train'],
  ['usb cable 2m', 1, 'B4', 'us', 'I', 1, 'train'],
  ['chair for garden', 2, 'B4', 'us', 'E', 0, 'train'],
  ['chair for garden', 2, 'B1', 'us', 'I', 0, 'train'],
  ['charger', 3, 'B3', 'us', 'E', 0, 'test'],
  ['charger', 3, 'B4', 'us', 'I', 0, 'test'],
  ['silla', 4, 'B4', 'es', 'E', 1, 'train'],
  ['short cable', 5, 'B2', 'us', 'S', 0, 'train'],
  ['short cable', 5, 'B4', 'us', 'I', 0, 'train'],
  ['short cable', 5, 'B9', 'us', 'E', 0, 'train'],
];

/** Rows: product, title, description, brand, country. */
const PRODUCTS: [string, string, string, string, string][] = [
  ['B1', 'USB cable, 2 m', 'A cable.', 'Kabo', 'us'],
  ['B2', 'USB cable, 1 m', '', 'Kabo', 'us'],
  ['B3', 'USB charger', 'Charges.', '', 'us'],
  ['B4', 'Garden chair', 'To sit on.', 'Sedo', 'us'],
  ['B4', 'Silla de jardín', 'Para sentarse.', 'Sedo', 'es'],
];

/** Writes both files into `folder`; `label` replaces the label of the third row. */
export async function writeEsci(folder: string, label = 'C'): Promise<void> {
  await mkdir(folder, { recursive: true });
  const rows = EXAMPLES.map((row, index) => (index === 2 ? row.with(4, label) : row));
  const column = (index: number) => rows.map((row) => row[index] as string);
  const numbers = (index: number) => rows.map((row) => row[index] as number);
  await writeParquet(join(folder, 'shopping_queries_dataset_examples.parquet'), [
    { name: 'example_id', type: whole, values: rows.map((_, index) => index) },
    { name: 'query', type: text, values: column(0) },
    { name: 'query_id', type: whole, values: numbers(1) },
    { name: 'product_id', type: text, values: column(2) },
    { name: 'product_locale', type: text, values: column(3) },
    { name: 'esci_label', type: text, values: column(4) },
    { name: 'small_version', type: whole, values: numbers(5) },
    { name: 'large_version', type: whole, values: rows.map(() => 1) },
    { name: 'split', type: text, values: column(6) },
  ]);
  const product = (index: number) => PRODUCTS.map((row) => row[index]);
  await writeParquet(join(folder, 'shopping_queries_dataset_products.parquet'), [
    { name: 'product_id', type: text, values: product(0) },
    { name: 'product_title', type: text, values: product(1) },
    { name: 'product_description', type: text, values: product(2) },
    { name: 'product_bullet_point', type: text, values: product(2) },
    { name: 'product_brand', type: text, values: product(3) },
    { name: 'product_color', type: text, values: PRODUCTS.map(() => '') },
    { name: 'product_locale', type: text, values: product(4) },
  ]);
}
