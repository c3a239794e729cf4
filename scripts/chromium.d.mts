// Types of chromium.mjs for the tests.
import type { Browser } from 'playwright-core';

export declare const CHROMIUM_PATH: string | undefined;
export declare const CHROMIUM_MISSING: string | undefined;
export declare function launchChromium(): Promise<Browser>;
