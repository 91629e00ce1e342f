import type { Page } from 'playwright-core';
import { accessibilityProblems } from './axe';

const WIDTHS = [1280, 768, 360];
const HEIGHT = 900;
/** Two of six, where time is short (SEATS=few): each colour scheme, the widest and the narrowest. */
const FEW = ['1280 light', '360 dark'];
const isTaken = (seat: string): boolean => process.env.SEATS !== 'few' || FEW.includes(seat);

/**
 * What nobody should meet on what is open, light and dark, on a desk, a tablet and a telephone: what axe finds, and a page that has to be
 * pushed sideways to be read. The page stays open meanwhile: that costs a tenth of loading it for each.
 */
export async function problemsInEverySeat(page: Page, widths = WIDTHS): Promise<string[]> {
  const problems: string[] = [];
  for (const width of widths)
    for (const colorScheme of ['light', 'dark'] as const) {
      const seat = `${width} ${colorScheme}`;
      if (!isTaken(seat)) continue;
      await page.setViewportSize({ width, height: HEIGHT });
      await page.emulateMedia({ colorScheme });
      await settled(page);
      problems.push(...(await accessibilityProblems(page)).map((problem) => `${seat}: ${problem}`));
      const overhang = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      if (overhang > 0) problems.push(`${seat}: ${overhang} pixels stand over the edge`);
    }
  await page.setViewportSize({ width: WIDTHS[0], height: HEIGHT });
  return problems;
}

/** Once what fades or slides has done so: halfway, nothing has its own colour. */
const settled = (page: Page): Promise<void> =>
  page.evaluate(async () => {
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
    const ending = document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
    await Promise.all(ending.map(({ finished }) => finished.catch(() => undefined)));
  });
