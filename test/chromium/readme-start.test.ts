// The starts of the student's README for browser and worker, run in Chromium as they stand.
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type StaticServer,
  serveFolder,
} from '../../packages/bert2dnn/src/export/browser/static-server.js';
import { serializeModel } from '../../packages/student/src/index.js';
import { readmeCode } from '../../packages/student/test/readme-code.js';
import { fullStudent } from '../../packages/student/test/tiny-student.js';
import { CHROMIUM_MISSING, launchChromium } from '../../scripts/chromium.mjs';

const MODULE = fileURLToPath(
  new URL('../../packages/student/dist/browser/student.min.js', import.meta.url),
);
const TITLES = ['DeWalt 20V Max Drill', 'Garden hose', 'Drill bit set'];

describe("the student's README in Chromium", () => {
  const student = fullStudent();
  let folder: string;
  let server: StaticServer;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    if (CHROMIUM_MISSING !== undefined) return;
    folder = await mkdtemp(join(tmpdir(), 'readme-chromium-'));
    await cp(MODULE, join(folder, 'student.min.js'));
    await writeFile(join(folder, 'model.b2d'), await serializeModel(student));
    await writeFile(join(folder, 'index.html'), readmeCode('Browser'));
    await writeFile(join(folder, 'ranking.js'), readmeCode('Web worker'));
    server = await serveFolder(folder, 0);
    browser = await launchChromium();
    page = await browser.newPage();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });
  beforeEach((context) => context.skip(CHROMIUM_MISSING !== undefined, CHROMIUM_MISSING));

  it('starts on a page', async () => {
    await page.goto(server.url);
    await page.waitForFunction(() => document.body.textContent?.includes(', '));
    const logits = student.logits(TITLES.map((title) => ['cordless drill', title]));
    const expected = TITLES.map((title, index) => ({ title, logit: logits[index] }))
      .sort((left, right) => right.logit - left.logit)
      .slice(0, 2)
      .map(({ title }) => title);
    expect(await page.locator('body').innerText()).toBe(expected.join(', '));
  });

  it('starts in a worker', async () => {
    await page.goto(server.url);
    const scores = await page.evaluate(
      (titles) =>
        new Promise<{ index: number; logit: number }[]>((resolve, reject) => {
          const worker = new Worker('ranking.js', { type: 'module' });
          worker.onmessage = ({ data }) => resolve(data);
          worker.onerror = ({ message }) => reject(new Error(message));
          worker.postMessage({ query: 'cordless drill', titles });
        }),
      TITLES,
    );
    const logits = student.logits(TITLES.map((title) => ['cordless drill', title]));
    const order = [...logits.keys()].sort((left, right) => logits[right] - logits[left]);
    expect(scores).toMatchObject(
      order.map((index) => ({ index, logit: expect.closeTo(logits[index], 5) })),
    );
  });
});
