import { columnsOfFilters, columnsRead, customerColumns, type CustomerTable } from '../../customers/customer-tables';
import type { Check, Finding } from '../finding';

interface ColumnNeed {
  table: CustomerTable;
  column: string;
  /** Types that do as they are; every one where left out. */
  fits?: readonly string[];
  /** Types that do, and what is to be known of them. */
  works?: Readonly<Record<string, string>>;
  /** What cannot be asked without it; where it is left out, nothing can. */
  only?: string;
}

const text = {
  fits: ['character varying', 'text'],
  works: { character: 'is padded with blanks: they do not count when it is compared' },
};
const instant = {
  fits: ['timestamp with time zone'],
  works: {
    'timestamp without time zone': 'has no time zone: it is read as UTC',
    date: 'has no time of day: it is read as midnight UTC',
  },
};
const amount = {
  fits: ['numeric'],
  works: {
    'double precision':
      'is a float: each amount is read as the decimal number it is shown as, and sums are exact from there',
    real: 'is a float of about six digits: an amount above 9999.99 is not exact to the cent',
    integer: 'has no decimals: one is one of the currency',
    bigint: 'has no decimals: one is one of the currency',
  },
};

/** Of the columns whose type is not said where they are listed, those of which not every type will do. */
const kinds: Readonly<Record<string, Pick<ColumnNeed, 'fits' | 'works'>>> = {
  purchase_date: instant,
  registration_date: instant,
  store_name: text,
  total_amount: amount,
  products: { fits: ['jsonb'] },
};

const needs: readonly ColumnNeed[] = [
  ...columnsRead.map(([table, column, type]) => ({ table, column, ...(type ? { fits: [type] } : kinds[column]) })),
  ...columnsOfFilters.map(([table, column, filter]) => ({ table, column, ...kinds[column], only: `the filter ${filter}` })),
  { table: 'users', column: 'email', ...text, only: 'the e-mail address in lists of customers' },
  { table: 'purchase_history', column: 'id', fits: ['uuid'], only: 'the purchases in an explanation' },
];

/** Whether every column that is read is there, of a type that will do, and may be read. */
export const checkColumns: Check = async ({ database, config, relations }) => {
  const columns = await customerColumns(database, config.CUSTOMERS_SCHEMA);
  return needs
    .filter(({ table }) => relations.some(({ name }) => name === table))
    .map((need) => {
      const found = columns.find(({ name }) => name === `${need.table}.${need.column}`);
      return {
        subject: `${config.CUSTOMERS_SCHEMA}.${need.table}.${need.column}`,
        ...judge(need, config.CUSTOMERS_SCHEMA, found),
      };
    });
};

function judge(
  { table, fits, works, only }: ColumnNeed,
  schema: string,
  found: { type: string; readable: boolean } | undefined,
): Omit<Finding, 'subject'> {
  const lost = only ? `${only} cannot be used` : 'segments are asked of it, and the service does not start';
  const level = only ? 'warning' : 'error';
  if (!found) return { id: 'column-missing', level, message: `is missing: ${lost}` };
  if (!found.readable)
    return {
      id: 'column-not-readable',
      level,
      message: `may not be read by our role: ${lost}`,
      remedy: `GRANT USAGE ON SCHEMA ${schema} and SELECT ON ${schema}.${table} to it`,
    };
  if (!fits || fits.includes(found.type)) return { id: 'column', level: 'ok', message: found.type };
  const remark = works?.[found.type];
  if (remark) return { id: 'column-type', level: 'info', message: `(${found.type}) ${remark}` };
  return { id: 'column-type', level, message: `must be ${fits.join(' or ')}, and is ${found.type}: ${lost}` };
}
