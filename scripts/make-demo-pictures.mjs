// docs/demo.png, a picture of the demo page; with `--out FOLDER` pictures of a desktop, of a phone, light and dark.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { CHROMIUM_MISSING, launchChromium } from './chromium.mjs';
import { makeShopPage } from './shop-page.mjs';

const PICTURE = fileURLToPath(new URL('../docs/demo.png', import.meta.url));
const DESKTOP = { viewport: { width: 1120, height: 760 } };
const PHONE = {
  viewport: { width: 360, height: 740 },
  deviceScaleFactor: 2,
  hasTouch: true,
  isMobile: true,
};
const VIEWS = {
  desktop: { ...DESKTOP, colorScheme: 'light' },
  'desktop-dark': { ...DESKTOP, colorScheme: 'dark' },
  phone: { ...PHONE, colorScheme: 'light' },
  'phone-dark': { ...PHONE, colorScheme: 'dark' },
};

/** The page as it is while a product is explained, with some key strokes measured. */
async function takePicture(browser, url, { view, path, withSheet = false }) {
  const page = await browser.newPage(view);
  await page.goto(url);
  const list = page.locator('#results[aria-busy=false]');
  await list.waitFor();
  await page.locator('#query').fill('');
  await page.locator('#query').pressSequentially('cordless drill', { delay: 150 });
  await list.waitFor();
  const row = page.locator('[role=option]').nth(2);
  if (withSheet) await row.tap();
  else if (!view.isMobile) await row.hover();
  if (withSheet || !view.isMobile) await page.locator('#why .words').first().waitFor();
  await page.waitForTimeout(800);
  await page.screenshot({ path });
  await page.close();
}

if (CHROMIUM_MISSING !== undefined) throw new Error(CHROMIUM_MISSING);
const { out } = parseArgs({ options: { out: { type: 'string' } } }).values;
const shop = await makeShopPage({ numLabels: 16_000, precision: 'int8' });
const browser = await launchChromium();
try {
  const { url } = shop.server;
  if (out === undefined) await takePicture(browser, url, { view: VIEWS.desktop, path: PICTURE });
  else {
    await mkdir(out, { recursive: true });
    for (const [name, view] of Object.entries(VIEWS)) {
      await takePicture(browser, url, { view, path: join(out, `${name}.png`) });
    }
    const path = join(out, 'phone-why.png');
    await takePicture(browser, url, { view: VIEWS.phone, path, withSheet: true });
  }
} finally {
  await browser.close();
  await shop.remove();
}
