// Cold starts of a page with a student: from nothing to a first score.
import { copyFile, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { serveFolder } from '../packages/bert2dnn/dist/export/browser/static-server.js';
import { median, printTable } from './measure.mjs';

/** Layers, vectors and tables as `distill` has them by default; and as far smaller as 10 MB in float32 ask for. */
export const FULL = {
  numLabels: 8000,
  epochs: 1,
  hiddenLayers: undefined,
  embeddingSize: undefined,
};
export const SMALL = { ...FULL, maxSize: '10MB', precision: 'float32' };
export const QUERY = 'cordless drill';

const MODULE = 'student.min.js';
const MODEL = 'model.b2d';
/** A page that was just opened keeps the machine busy for about as long. */
const REST_MS = 300;
const NUM_TURNS = 30;

/** An empty page beside a student, as a checkout exports it, and its module. `size` is the model's in bytes. */
export async function servePage(root, student, precision) {
  const { exportModel } = await load(root, 'packages/bert2dnn/dist/library.js');
  const folder = await mkdtemp(join(tmpdir(), 'bert2dnn-browser-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    await exportModel({ model: student, precision, out: join(folder, MODEL) });
    await writeFile(join(folder, 'index.html'), '<!doctype html><title>bench</title>');
    await copyFile(join(root, 'packages/student/dist/browser', MODULE), join(folder, MODULE));
    const { size } = await stat(join(folder, MODEL));
    const server = await serveFolder(folder, 0);
    const close = async () => {
      await server.close();
      await remove();
    };
    return { url: server.url, size, close };
  } catch (error) {
    await remove();
    throw error;
  }
}

/**
 * Milliseconds to a first score: from nothing, `loadStudent` of an address behind the module's import; or from the moment
 * when module and the model's bytes are there. The caches are empty and the page is at rest.
 */
export async function coldStart(browser, url, { isAtHand }) {
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

/** Prints medians of cold starts of checkouts in turn, each with its module and a student of 10 MB that it trains. */
export async function compareStarts(browser, roots) {
  const pages = [];
  try {
    for (const root of roots) {
      const { makeShopPage } = await load(root, 'scripts/shop-page.mjs');
      const shop = await makeShopPage(SMALL);
      try {
        pages.push(await servePage(root, shop.student, SMALL.precision));
      } finally {
        await shop.remove();
      }
    }
    const rows = [];
    for (const isAtHand of [false, true]) {
      const times = pages.map(() => []);
      for (let turn = 0; turn < NUM_TURNS; turn++) {
        for (const [index, { url }] of pages.entries())
          times[index].push(await coldStart(browser, url, { isAtHand }));
      }
      const [there, here] = times.map(median);
      const name = isAtHand ? 'without the transfers' : 'from nothing';
      rows.push([name, there.toFixed(0), here.toFixed(0), (here / there).toFixed(2)]);
    }
    printTable(['cold start, ms', 'there', 'here', 'here / there'], rows);
  } finally {
    for (const { close } of pages) await close();
  }
}

function load(root, path) {
  return import(pathToFileURL(join(root, path)).href);
}
