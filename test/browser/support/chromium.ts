import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium } from 'playwright-core';

const PLACES = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** The browser of this machine; none is downloaded. */
export const executable = PLACES.find((place) => place && existsSync(place));

/** How somebody sits before the page. */
export interface Seat {
  width?: number;
  height?: number;
  colorScheme?: 'light' | 'dark';
  locale?: string;
}

/** A browser that nothing was done with before, and that asks nobody but the service anything. */
export interface Browser {
  context: BrowserContext;
  close(): Promise<void>;
}

export async function openBrowser({
  width = 1280,
  height = 900,
  colorScheme = 'light',
  locale = 'en-GB',
}: Seat = {}): Promise<Browser> {
  const profile = mkdtempSync(join(tmpdir(), 'crm-browser-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: executable,
    viewport: { width, height },
    colorScheme,
    locale,
    timezoneId: 'Europe/Madrid',
    reducedMotion: 'reduce',
    acceptDownloads: true,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  return {
    context,
    close: async () => {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}
