import { stringify } from 'csv-stringify/sync';

/** Lines of CSV. A text that a spreadsheet would take for a formula gets an apostrophe before it; numbers are not texts. */
export const csv = (lines: unknown[][]): string => stringify(lines, { escape_formulas: true, cast: { number: String } });
