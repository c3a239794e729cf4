// The starts of the student's README for browser and worker, run in Chromium as they stand.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { serializeModel } from '../../packages/student/src/index.js';
import { readmeCode } from '../../packages/student/test/readme-code.js';
import { fullStudent } from '../../packages/student/test/tiny-student.js';
import { CHROMIUM_MISSING } from '../../scripts/chromium.mjs';
import { openStudentSite, type StudentSite } from './student-site.js';

const TITLES = ['DeWalt 20V Max Drill', 'Garden hose', 'Drill bit set'];

describe("the student's README in Chromium", () => {
  const student = fullStudent();
  let site: StudentSite;
  let page: Page;

  beforeAll(async () => {
    if (CHROMIUM_MISSING !== undefined) return;
    site = await openStudentSite();
    page = site.page;
    await writeFile(join(site.folder, 'model.b2d'), await serializeModel(student));
    await writeFile(join(site.folder, 'index.html'), readmeCode('Browser'));
    await writeFile(join(site.folder, 'ranking.js'), readmeCode('Web worker'));
  });
  afterAll(() => site?.close());
  beforeEach((context) => context.skip(CHROMIUM_MISSING !== undefined, CHROMIUM_MISSING));

  it('starts on a page', async () => {
    await page.goto(site.url);
    await page.waitForFunction(() => document.body.textContent?.includes(', '));
    const logits = student.logits(TITLES.map((title) => ['cordless drill', title]));
    const expected = TITLES.map((title, index) => ({ title, logit: logits[index] }))
      .sort((left, right) => right.logit - left.logit)
      .slice(0, 2)
      .map(({ title }) => title);
    expect(await page.locator('body').innerText()).toBe(expected.join(', '));
  });

  it('starts in a worker', async () => {
    await page.goto(site.url);
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
