import type { Page } from 'playwright-core';
import { eventually } from '../../support/eventually';

/** What a page says of a dispatch, by the names it gives: `Sent`, `Failed`, `With a sender`. */
async function figuresOf(page: Page): Promise<Record<string, number>> {
  const figures = await page
    .locator('dl > div')
    .evaluateAll((parts) =>
      parts.map((part) => [part.querySelector('dt')?.textContent ?? '', part.querySelector('dd')?.textContent ?? '']),
    );
  return Object.fromEntries(
    figures.filter(([, value]) => /^[\d,]+$/.test(value)).map(([name, value]) => [name, Number(value.replaceAll(',', ''))]),
  );
}

/** Waits until the page says these figures, by itself. */
export const showsFigures = (page: Page, wanted: Record<string, number>): Promise<void> =>
  eventually(async () => expect(await figuresOf(page)).toMatchObject(wanted));
