// The student in a real Chromium: bytes of code, µs a pair, key strokes over a catalogue, cold start. One thread.
// `--beside DIR` has cold starts of another built checkout take turns with those of this one, and measures nothing else.
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { openExamples, readExamples } from 'bert2dnn';
import { CHROMIUM_MISSING, launchChromium } from '../scripts/chromium.mjs';
import { makeShopPage, NUM_PRODUCTS } from '../scripts/shop-page.mjs';
import { coldStart, compareStarts, FULL, QUERY, SMALL, servePage } from './browser-starts.mjs';
import { median, printTable } from './measure.mjs';

const VARIANTS = [
  { name: 'default sizes', options: FULL, precisions: ['float32', 'float16', 'int8'] },
  { name: 'at most 10 MB', options: SMALL, precisions: ['float32', 'int8'] },
];
const NUM_PAIRS = 2000;
const NUM_STARTS = 15;
const MEGABYTE = 1e6;
const MODULES = ['student.min.js', 'explain.min.js', 'reference.min.js'];
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BROWSER_MODULES = join(ROOT, 'packages/student/dist/browser');

/** Runs the benchmark. */
export async function run(args) {
  const { values } = parseArgs({ args, options: { beside: { type: 'string' } } });
  if (CHROMIUM_MISSING !== undefined) throw new Error(CHROMIUM_MISSING);
  const browser = await launchChromium();
  try {
    if (values.beside !== undefined) {
      await compareStarts(browser, [resolve(values.beside), ROOT]);
      return;
    }
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
  const served = await servePage(ROOT, shop.student, precision);
  try {
    const { url, size } = served;
    const times = await measureScoring(browser, url, await readTexts(shop));
    const [whole, atHand] = [[], []];
    for (let index = 0; index < NUM_STARTS; index++) {
      whole.push(await coldStart(browser, url, { isAtHand: false }));
      atHand.push(await coldStart(browser, url, { isAtHand: true }));
    }
    const start = [median(whole), median(atHand), Math.min(...atHand)];
    return { name, precision, size, ...times, start };
  } finally {
    await served.close();
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
