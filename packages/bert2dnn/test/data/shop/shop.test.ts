// The synthetic shop as its readers see it: files, proportions, and labels that agree with the truth.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateShop, type Shop, writeShop } from '../../../src/data/shop/shop.js';

const SMALL = { seed: 7, numProducts: 2500, numQueries: 1200, numLabels: 3000, numLogRows: 12_000 };
let shop: Shop;
let folder: string;

beforeAll(async () => {
  shop = generateShop(SMALL);
  folder = await mkdtemp(join(tmpdir(), 'bert2dnn-shop-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const share = <T>(rows: readonly T[], holds: (row: T) => boolean): number =>
  rows.filter(holds).length / rows.length;

describe('generateShop', () => {
  it('gives what was asked for, the same for one seed, another for another', () => {
    expect(shop.products.length).toBe(2500);
    expect(shop.queries.length).toBe(1200);
    expect(shop.labels.length).toBe(3000);
    expect(shop.log.length).toBe(12_000);
    const again = generateShop(SMALL);
    expect(again.log).toEqual(shop.log);
    expect(again.labels).toEqual(shop.labels);
    expect(generateShop({ ...SMALL, seed: 8 }).labels).not.toEqual(shop.labels);
  });

  it('has different titles and queries, and thousands of words', () => {
    expect(new Set(shop.products.map(({ title }) => title)).size).toBe(2500);
    expect(new Set(shop.queries.map(({ text }) => text)).size).toBe(1200);
    const words = new Set(
      shop.products.flatMap(({ title }) => title.toLowerCase().match(/[a-z0-9]+/g) ?? []),
    );
    expect(words.size).toBeGreaterThan(2500);
  });

  it('labels every grade, the irrelevant most, and is wrong about 6 % of the time by one step', () => {
    for (const grade of [1, 2, 3, 4]) {
      expect(share(shop.labels, (row) => row.grade === grade)).toBeGreaterThan(0.08);
    }
    expect(share(shop.labels, (row) => row.grade === 1)).toBeGreaterThan(0.3);
    const steps = shop.labels.map((row) => Math.abs(row.grade - shop.oracle(row.query, row.title)));
    expect(Math.max(...steps)).toBe(1);
    // Half of the slips at either end of the range stay within it, so slightly fewer than 6 %.
    const wrong = share(steps, (step) => step > 0);
    expect(wrong).toBeGreaterThan(0.02);
    expect(wrong).toBeLessThan(0.07);
  });

  it('clicks more on better products and on higher positions', () => {
    const rate = (holds: (row: Shop['log'][number]) => boolean): number =>
      share(shop.log.filter(holds), (row) => row.clicked === 1);
    const byGrade = [1, 2, 3, 4].map((grade) =>
      rate((row) => shop.oracle(row.query, row.title) === grade),
    );
    expect([...byGrade].sort((left, right) => left - right)).toEqual(byGrade);
    expect(byGrade[3]).toBeGreaterThan(5 * byGrade[0]);
    const exact = (row: Shop['log'][number]): boolean => shop.oracle(row.query, row.title) === 4;
    expect(rate((row) => exact(row) && row.position === 1)).toBeGreaterThan(
      1.5 * rate((row) => exact(row) && row.position >= 7),
    );
  });

  it('asks few queries often and many rarely', () => {
    const counts = new Map<string, number>();
    for (const row of shop.log) counts.set(row.query, (counts.get(row.query) ?? 0) + 1);
    const sorted = [...counts.values()].sort((left, right) => right - left);
    const head = sorted.slice(0, sorted.length / 10).reduce((sum, count) => sum + count, 0);
    expect(head / shop.log.length).toBeGreaterThan(0.25);
  });

  it('has exact answers that share no word with their query, and misspelt queries', () => {
    const wordsOf = (text: string): string[] => text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
    const exact = shop.labels.filter((row) => shop.oracle(row.query, row.title) >= 3);
    const unlike = share(exact, (row) => {
      const title = new Set(wordsOf(row.title));
      return !wordsOf(row.query).some((word) => title.has(word));
    });
    expect(unlike).toBeGreaterThan(0.15);
    const known = new Set([
      ...shop.products.flatMap(({ title }) => wordsOf(title)),
      ...shop.queries.filter((_, index) => index % 2 === 0).flatMap(({ text }) => wordsOf(text)),
    ]);
    const unknown = share(
      shop.queries.filter((_, index) => index % 2 === 1),
      ({ text }) => wordsOf(text).some((word) => !known.has(word)),
    );
    expect(unknown).toBeGreaterThan(0.02);
    expect(unknown).toBeLessThan(0.4);
  });

  it.each([
    [{ numProducts: 3 }, /numProducts is 3, expected a whole number 100\.\./],
    [{ numQueries: 20, numLabels: 5000 }, /numLabels is 5000, expected a whole number 0\.\.160/],
    [{ numLogRows: 1.5 }, /numLogRows is 1\.5/],
  ])('refuses %j', (options, message) => {
    expect(() => generateShop(options)).toThrow(message);
  });

  it('has no truth about texts of another shop', () => {
    expect(() => shop.oracle('nothing', shop.products[0].title)).toThrow(/no query "nothing"/);
    expect(() => shop.oracle(shop.queries[0].text, 'nothing')).toThrow(/no title "nothing"/);
  });
});

describe('writeShop', () => {
  it('writes tables that hold the shop, the same bytes each time, and no truth', async () => {
    const files = await writeShop(join(folder, 'one'), SMALL);
    const again = await writeShop(join(folder, 'two'), SMALL);
    const parse = async (path: string): Promise<string[][]> =>
      (await readFile(path, 'utf8'))
        .trimEnd()
        .split('\n')
        .map((line) => line.split('\t'));
    for (const table of ['catalogue', 'queries', 'labels'] as const) {
      const bytes = await readFile(files[table]);
      expect(bytes.equals(await readFile(again[table]))).toBe(true);
    }
    const labels = await parse(files.labels);
    expect(labels[0]).toEqual(['query', 'title', 'grade']);
    expect(labels.slice(1)).toEqual(
      shop.labels.map((row) => [row.query, row.title, String(row.grade)]),
    );
    const log = await parse(files.queries);
    expect(log[0]).toEqual(['query', 'title', 'position', 'clicked', 'session']);
    expect(log.length).toBe(12_001);
    const catalogue = await parse(files.catalogue);
    expect(catalogue.length).toBe(2501);
    for (const table of [labels, log, catalogue]) {
      expect(table.every((row) => row.length === table[0].length)).toBe(true);
      expect(table.flat().every((cell) => cell.length > 0)).toBe(true);
    }
  });
});
