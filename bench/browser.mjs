// The student in a real Chromium: bytes of code, µs a pair, key strokes over a catalogue, cold start. One thread.
import { copyFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { exportModel, openExamples, readExamples } from 'bert2dnn';
import { serveFolder } from '../packages/bert2dnn/dist/export/browser/static-server.js';
import { CHROMIUM_MISSING, launchChromium } from '../scripts/chromium.mjs';
import { makeShopPage, NUM_PRODUCTS } from '../scripts/shop-page.mjs';
import { printTable } from './measure.mjs';

/** Layers, vectors and tables as `distill` has them by default; and as far smaller as 10 MB in float32 ask for. */
const FULL = { numLabels: 8000, epochs: 1, hiddenLayers: undefined, embeddingSize: undefined };
const SMALL = { ...FULL, maxSize: '10MB', precision: 'float32' };
const VARIANTS = [
  { name: 'default sizes', options: FULL, precisions: ['float32', 'float16', 'int8'] },
  { name: 'at most 10 MB', options: SMALL, precisions: ['float32', 'int8'] },
];
const QUERY = 'cordless drill';
const NUM_PAIRS = 2000;
const NUM_STARTS = 15;
/** A page that was just opened keeps the machine busy for about as long. */
const REST_MS = 300;
const MEGABYTE = 1e6;
const MODULES = ['student.min.js', 'explain.min.js', 'reference.min.js'];
const BROWSER_MODULES = fileURLToPath(
  new URL('../packages/student/dist/browser/', import.meta.url),
);

/** Runs the benchmark. */
export async function run() {
  if (CHROMIUM_MISSING !== undefined) throw new Error(CHROMIUM_MISSING);
  const browser = await launchChromium();
  try {
    console.log(`Chromium ${browser.version()}; ${await sizesOfCode()}\n`);
    const [rows, pages] = [[], []];
    for (const { name, options, precisions } of VARIANTS) {
      const shop = await makeShopPage(options);
      try {
        for (const precision of precisions) {
          rows.push(await measureVariant(browser, shop, { name, precision }));
        }
        pages.push([name, ...(await measurePage(browser, shop.server.url))]);
      } finally {
        await shop.remove();
      }
    }
    printRows(rows);
    console.log(
      `\nThe demo page, float32, in its worker; \`${QUERY}\` typed, each letter ranked to its end:\n`,
    );
    printTable(['student', 'first products', `all ${NUM_PRODUCTS}`, 'a pair', 'median'], pages);
  } finally {
    await browser.close();
  }
}

async function sizesOfCode() {
  const sizes = [];
  for (const name of MODULES) {
    const code = await readFile(join(BROWSER_MODULES, name));
    sizes.push(`${name} ${(gzipSync(code, { level: 9 }).length / 1000).toFixed(1)} kB gzipped`);
  }
  return sizes.join(', ');
}

async function measureVariant(browser, shop, { name, precision }) {
  const folder = await mkdtemp(join(tmpdir(), 'bert2dnn-browser-'));
  const out = join(folder, 'model.b2d');
  let server;
  try {
    await exportModel({ model: shop.student, precision, out });
    await writeFile(join(folder, 'index.html'), '<!doctype html><title>bench</title>');
    await copyFile(join(BROWSER_MODULES, MODULES[0]), join(folder, MODULES[0]));
    server = await serveFolder(folder, 0);
    const times = await measureScoring(browser, server.url, await readTexts(shop));
    const [whole, atHand] = [[], []];
    for (let index = 0; index < NUM_STARTS; index++) {
      whole.push(await coldStart(browser, server.url, { isAtHand: false }));
      atHand.push(await coldStart(browser, server.url, { isAtHand: true }));
    }
    const { size } = await stat(out);
    const start = [median(whole), median(atHand), Math.min(...atHand)];
    return { name, precision, size, ...times, start };
  } finally {
    await server?.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Labelled pairs, and all titles of the catalogue. */
async function readTexts({ labels, page }) {
  const columns = { fields: { query: 'query', title: 'title' } };
  const pairs = [];
  for await (const { fields } of readExamples(await openExamples([labels], columns))) {
    for (let row = 0; row < fields[0].length; row++) {
      if (pairs.length < NUM_PAIRS) pairs.push([fields[0][row], fields[1][row]]);
    }
  }
  const lines = (await readFile(join(page, 'catalogue.tsv'), 'utf8')).trimEnd().split('\n');
  return { pairs, titles: lines.slice(1).map((line) => line.split('\t')[0]) };
}

/** Microseconds a pair: one by one, in batches of 100, and for the prefixes of a query over the whole catalogue. */
async function measureScoring(browser, url, { pairs, titles }) {
  const page = await browser.newPage();
  await page.goto(url);
  const times = await page.evaluate(measureInPage, { pairs, titles, query: QUERY });
  await page.close();
  return times;
}

/** Runs in the page. */
async function measureInPage({ pairs, titles, query }) {
  const { loadStudent } = await import(new URL('student.min.js', location.href).href);
  const student = await loadStudent('model.b2d');
  const median = (values) => values.sort((left, right) => left - right)[values.length >> 1];
  const medianMs = (call, count) => {
    const times = [];
    call(0);
    for (let index = 0; index < count; index++) {
      const startMs = performance.now();
      call(index);
      times.push(performance.now() - startMs);
    }
    return median(times);
  };
  const inSlices = (examples, size) => {
    for (let at = 0; at < examples.length; at += size)
      student.logits(examples.slice(at, at + size));
  };
  const scoreAll = (examples) => {
    for (const example of examples) student.score(example);
  };
  const single = medianMs(() => scoreAll(pairs), 9);
  const batch = medianMs(() => inSlices(pairs, 100), 9);
  // As the demo page does: 64 pairs between two looks at the clock.
  const stroke = medianMs((index) => {
    const typed = query.slice(0, index + 1);
    inSlices(
      titles.map((title) => [typed, title]),
      64,
    );
  }, query.length);
  return {
    executor: student.executor,
    single: (single * 1000) / pairs.length,
    batch: (batch * 1000) / pairs.length,
    stroke: (stroke * 1000) / titles.length,
  };
}

/**
 * Milliseconds to a first score: from nothing, `loadStudent` of an address behind the module's import; or from the moment
 * when module and the model's bytes are there. The caches are empty and the page is at rest.
 */
async function coldStart(browser, url, { isAtHand }) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(url);
  await page.waitForTimeout(REST_MS);
  const took = await page.evaluate(
    async ({ query, isAtHand }) => {
      let startMs = performance.now();
      const { loadStudent } = await import(new URL('student.min.js', location.href).href);
      const source = isAtHand ? await (await fetch('model.b2d')).arrayBuffer() : 'model.b2d';
      if (isAtHand) startMs = performance.now();
      const student = await loadStudent(source);
      student.score([query, 'DeWalt 20V Max Drill']);
      return performance.now() - startMs;
    },
    { query: QUERY, isAtHand },
  );
  await context.close();
  return took;
}

/** What the page itself says it measured. */
async function measurePage(browser, url) {
  const page = await browser.newPage();
  await page.goto(url);
  const query = page.locator('#query');
  const ranked = page.locator('#results[aria-busy=false]');
  await ranked.waitFor();
  await query.fill('');
  for (const letter of QUERY) {
    await query.press(letter === ' ' ? 'Space' : letter);
    await ranked.waitFor();
  }
  const values = await page.locator('#speed dd').allTextContents();
  await page.close();
  const [first, all, pair, , median] = values;
  return [first, all, pair, median];
}

function printRows(rows) {
  printTable(
    [
      'student',
      'stored in',
      'model',
      'executor',
      'one pair',
      'batches of 100, a pair',
      `key stroke over ${NUM_PRODUCTS}, a pair`,
      'cold start',
      'without the transfers',
      'its best',
    ],
    rows.map((row) => [
      row.name,
      row.precision,
      `${(row.size / MEGABYTE).toFixed(1)} MB`,
      row.executor,
      ...[row.single, row.batch, row.stroke].map((microseconds) => `${microseconds.toFixed(1)} µs`),
      ...row.start.map((milliseconds) => `${milliseconds.toFixed(0)} ms`),
    ]),
  );
}

function median(values) {
  return values.sort((left, right) => left - right)[values.length >> 1];
}
