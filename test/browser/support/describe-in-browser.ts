import { executable } from './chromium';

if (!executable)
  console.warn(
    'No Chromium or Chrome here: the tests of the dashboard are SKIPPED. Install one, or set CHROMIUM to where it is.',
  );

/** `describe`, where there is a browser. */
export const describeInBrowser = executable ? describe : describe.skip;
