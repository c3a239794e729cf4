// The demo page in a real Chromium: ranking, keyboard, explanation, no network after load, a phone's width.
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadStudent } from '../../packages/student/src/node/index.js';
import { CHROMIUM_MISSING, launchChromium } from '../../scripts/chromium.mjs';
import { makeShopPage, NUM_PRODUCTS, type ShopPage } from '../../scripts/shop-page.mjs';

const OPTION = '[role=option]:visible';

describe('the demo page', () => {
  let site: ShopPage;
  let browser: Browser;
  let page: Page;
  /** What should not have happened: errors in the console, requests that failed. */
  let complaints: string[];
  let requests: string[];

  beforeAll(async () => {
    if (CHROMIUM_MISSING !== undefined) return;
    [site, browser] = await Promise.all([makeShopPage(), launchChromium()]);
  });
  afterAll(async () => {
    await browser?.close();
    await site?.remove();
  });
  beforeEach((context) => context.skip(CHROMIUM_MISSING !== undefined, CHROMIUM_MISSING));
  afterEach(async () => {
    await page?.context().close();
    expect(complaints).toEqual([]);
  });

  async function open(options: BrowserContextOptions = {}): Promise<void> {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      ...options,
    });
    page = await context.newPage();
    complaints = [];
    requests = [];
    context.on('request', (request) => requests.push(request.url()));
    context.on('requestfailed', (request) => complaints.push(`failed: ${request.url()}`));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning')
        complaints.push(message.text());
    });
    await page.goto(site.server.url);
    await finished('cordless drill');
  }

  /** Waits until all products are ranked for a query and the list says so. */
  async function finished(query: string): Promise<void> {
    await page.waitForFunction(
      (text) =>
        (document.getElementById('query') as HTMLInputElement).value === text &&
        document.getElementById('results')?.getAttribute('aria-busy') === 'false',
      query,
    );
    const count = NUM_PRODUCTS.toLocaleString('en');
    expect(await page.locator('#counts').textContent()).toContain(`${count} of ${count} products`);
  }

  const titles = () => page.locator(`${OPTION} .title`).allTextContents();
  const chosen = () => page.locator(`${OPTION}[aria-selected=true]`);

  it('opens with the first example ranked as Node ranks it', async () => {
    await open();
    expect(await page.title()).toContain('Shop search');
    const shown = await titles();
    expect(shown).toHaveLength(50);
    const student = await loadStudent(site.student);
    const catalogue = await page.evaluate(async () => (await fetch('catalogue.tsv')).text());
    const products = catalogue
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => line.split('\t')[0]);
    const logits = student.logits(products.map((title) => ['cordless drill', title]));
    const threshold = [...logits].sort((left, right) => right - left)[49];
    for (const title of shown) {
      expect(logits[products.indexOf(title)]).toBeGreaterThanOrEqual(threshold - 1e-4);
    }
    expect(logits[products.indexOf(shown[0])]).toBeCloseTo(Math.max(...logits), 4);
  });

  it('says what the model is, and what it measured', async () => {
    await open();
    const facts = await page.locator('#facts').innerText();
    expect(facts).toMatch(/pair student/);
    expect(facts).toMatch(/MB, float32/);
    expect(facts).toMatch(/executor\s+\S+/);
    const speed = await page.locator('#speed').innerText();
    expect(speed).toMatch(/first products\s+[\d.,]+ ms/);
    expect(speed).toMatch(/a pair\s+[\d.]+ µs/);
    expect(speed).toMatch(/median\s+[\d.,]+ ms/);
    expect(await page.getByRole('img').getAttribute('aria-label')).toMatch(
      /^[\d,]+ of 10,000 products score 0.5 or more$/,
    );
  });

  it('ranks anew while typing; the newest text wins', async () => {
    await open();
    const before = await titles();
    await page.keyboard.type('red shoes', { delay: 5 });
    await finished('red shoes');
    const after = await titles();
    expect(after).not.toEqual(before);
    await page.locator('#query').fill('cordless drill');
    await finished('cordless drill');
    expect(await titles()).toEqual(before);
    const [, strokes] = /key strokes\s+(\d+)/.exec(await page.locator('#speed').innerText()) ?? [];
    expect(Number(strokes)).toBeGreaterThanOrEqual(3);
  });

  it('needs no network once it is loaded', async () => {
    await open();
    const loaded = requests.length;
    expect(loaded).toBeGreaterThanOrEqual(6);
    expect(
      requests.filter((url) => !url.startsWith(site.server.url) && !url.startsWith('data:')),
    ).toEqual([]);
    await page.context().setOffline(true);
    await page.locator('#query').fill('red shoes');
    await finished('red shoes');
    await page.keyboard.press('ArrowDown');
    await page.locator('#why .words').first().waitFor();
    expect(requests.length).toBe(loaded);
  });

  it('is worked by the keyboard alone', async () => {
    await open();
    const input = page.locator('#query');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('query');
    expect(await chosen().count()).toBe(0);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowDown');
    await chosen().waitFor();
    const [, second] = await titles();
    expect(await chosen().locator('.title').textContent()).toBe(second);
    const active = await input.getAttribute('aria-activedescendant');
    expect(await chosen().getAttribute('id')).toBe(active);
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.activeElement?.id === 'why');
    await page.keyboard.press('Escape');
    await page.waitForFunction(() => document.activeElement?.id === 'query');
    await page.waitForFunction(
      () => !document.getElementById('query')?.hasAttribute('aria-activedescendant'),
    );
    await page.keyboard.press('Escape');
    expect(await input.inputValue()).toBe('');
    await page.waitForFunction(
      () => document.querySelector('[role=option]:not([hidden])') === null,
    );
    expect(await input.getAttribute('aria-expanded')).toBe('false');
  });

  it('explains the product under the pointer: words with sign, and a sum that adds up', async () => {
    await open();
    await page.locator(OPTION).nth(4).hover();
    const title = (await titles())[4];
    await page.waitForFunction(
      (expected) =>
        document.querySelectorAll('#why .words')[1]?.textContent?.replace(/[+−]\d+\.\d\d/g, '') ===
        expected,
      title,
    );
    const words = page.locator('#why .word.for, #why .word.against');
    expect(await words.count()).toBeGreaterThan(0);
    for (const word of await words.all()) {
      const sign = (await word.getAttribute('class'))?.includes('against') ? '−' : '+';
      expect(await word.locator('.amount').textContent()).toMatch(new RegExp(`^\\${sign}\\d`));
    }
    const row = await page.locator(OPTION).nth(4).locator('.score').textContent();
    expect(await page.locator('#why-title').textContent()).toBe(`Why ${row}`);
  });

  it('shows every product in the histogram, and none where nothing is asked', async () => {
    await open();
    const heights = () =>
      page.evaluate(() =>
        [...document.querySelectorAll('#histogram rect')].map((bar) =>
          Number(bar.getAttribute('height')),
        ),
      );
    const squares = (await heights()).map((height) => height ** 2);
    const sum = squares.reduce((total, square) => total + square, 0);
    expect(sum).toBeGreaterThan(0);
    const student = await loadStudent(site.student);
    const titles = await page.evaluate(async () => (await fetch('catalogue.tsv')).text());
    const pairs = titles
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => ['cordless drill', line.split('\t')[0]]);
    const counts = squares.map(() => 0);
    for (const { score } of student.scoreMany(pairs)) {
      counts[Math.min(counts.length - 1, Math.floor(score * counts.length))] += 1;
    }
    // A score beside an edge may fall into the next bar in another executor.
    for (const [bin, count] of counts.entries()) {
      expect(Math.abs((squares[bin] / sum) * NUM_PRODUCTS - count)).toBeLessThanOrEqual(3);
    }
    await page.locator('#query').fill('');
    await page.waitForFunction(
      () =>
        document.querySelector('#histogram svg')?.getAttribute('aria-label') === 'No scores yet',
    );
    expect((await heights()).every((height) => height === 0)).toBe(true);
    expect(await page.locator('#why').isVisible()).toBe(false);
  });

  it('has names, roles and spoken counts', async () => {
    await open();
    await page.getByRole('combobox', { name: 'Search 10,000 products' }).waitFor();
    await page.getByRole('listbox', { name: 'Products, best first' }).waitFor();
    expect(await page.getByRole('option').count()).toBe(50);
    await page.waitForFunction(() =>
      document
        .getElementById('announcement')
        ?.textContent?.startsWith('10,000 products ranked for cordless drill. Best: '),
    );
    const unnamed = await page.evaluate(() =>
      [...document.querySelectorAll('button, input, [role=img], [role=listbox], section')]
        .filter((element) => element.getClientRects().length > 0)
        .filter((element) => {
          const labels = (element as HTMLInputElement).labels?.length ?? 0;
          const named = element.matches('[aria-label], [aria-labelledby]');
          return !named && labels === 0 && element.textContent?.trim() === '';
        })
        .map((element) => element.outerHTML),
    );
    expect(unnamed).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('en');
    expect(await page.locator('h1').count()).toBe(1);
  });

  it('keeps a contrast of 4.5 between text and ground, light and dark', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await open({ colorScheme });
      await page.locator('#why .words').first().waitFor();
      expect(await page.evaluate(findFaintTexts)).toEqual([]);
      await page.context().close();
    }
  });

  it('fits a phone of 360 pixels; a tap opens the explanation, Close ends it', async () => {
    await open({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    const why = page.locator('#why');
    expect(await why.isVisible()).toBe(false);
    await page.locator(OPTION).nth(2).tap();
    await why.waitFor();
    const box = await page.locator(OPTION).nth(2).boundingBox();
    const sheet = await why.boundingBox();
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual((sheet?.y ?? 0) + 1);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    await page.locator('#why-close').tap();
    await why.waitFor({ state: 'hidden' });
  });

  it('takes what a finger types first in the place of the example', async () => {
    await open({ hasTouch: true, isMobile: true });
    const box = page.locator('#query');
    expect(await box.inputValue()).not.toBe('');
    await box.tap();
    await page.keyboard.type('a');
    await box.tap();
    await page.keyboard.type('b');
    expect(await box.inputValue()).toBe('ab');
  });

  it('says what is wrong where the model is missing', async () => {
    const context = await browser.newContext();
    page = await context.newPage();
    complaints = [];
    await page.route('**/model.b2d', (route) => route.fulfill({ status: 404, body: 'none' }));
    await page.goto(site.server.url);
    const problem = page.getByRole('alert');
    await problem.waitFor();
    expect(await problem.textContent()).toMatch(/model\.b2d.*404/);
  });
});

/** Visible texts whose contrast with the ground beneath is below 4.5 (WCAG 2.2, 1.4.3); runs in the page. */
function findFaintTexts(): string[] {
  type Colour = [number, number, number, number];
  const parse = (colour: string): Colour => {
    const numbers = (colour.match(/[\d.]+/g) ?? ['0', '0', '0', '0']).map(Number);
    return [numbers[0], numbers[1], numbers[2], numbers[3] ?? 1];
  };
  const over = (top: Colour, ground: Colour): Colour =>
    [0, 1, 2]
      .map((channel) => top[channel] * top[3] + ground[channel] * (1 - top[3]))
      .concat(1) as Colour;
  const luminance = ([red, green, blue]: Colour): number => {
    const [r, g, b] = [red, green, blue].map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const groundOf = (element: Element): Colour => {
    const parent = element.parentElement;
    const own = parse(getComputedStyle(element).backgroundColor);
    return parent === null ? over(own, [255, 255, 255, 1]) : over(own, groundOf(parent));
  };
  const faint: string[] = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const element = node.parentElement as Element;
    if (node.textContent?.trim() === '' || element.getClientRects().length === 0) continue;
    const ground = groundOf(element);
    const ink = over(parse(getComputedStyle(element).color), ground);
    const [light, dark] = [luminance(ink), luminance(ground)].sort((left, right) => right - left);
    const contrast = (light + 0.05) / (dark + 0.05);
    if (contrast < 4.5) faint.push(`${node.textContent?.trim()}: ${contrast.toFixed(2)}`);
  }
  return faint;
}
