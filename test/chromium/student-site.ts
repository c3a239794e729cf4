// A folder with the student module, served, and Chromium beside it: what the tests of the module stand on.
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { serveFolder } from '../../packages/bert2dnn/src/export/browser/static-server.js';
import { launchChromium } from '../../scripts/chromium.mjs';

const MODULES = fileURLToPath(new URL('../../packages/student/dist/browser/', import.meta.url));

/** A served folder, and an empty page of a browser of its own. */
export interface StudentSite {
  folder: string;
  url: string;
  browser: Browser;
  page: Page;
  close(): Promise<void>;
}

/** Serves a new folder with `student.min.js` and `explain.min.js`; tests add pages and models. */
export async function openStudentSite(): Promise<StudentSite> {
  const folder = await mkdtemp(join(tmpdir(), 'student-site-'));
  await cp(MODULES, folder, { recursive: true });
  const server = await serveFolder(folder, 0);
  const browser = await launchChromium();
  return {
    folder,
    url: server.url,
    browser,
    page: await browser.newPage(),
    async close() {
      await browser.close();
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
