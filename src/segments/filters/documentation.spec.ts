import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { empty, raw, type Sql } from '../../common/sql';
import { filterList, type SegmentFilter } from './index';

const file = join(__dirname, '..', '..', '..', 'docs', 'segments.md');
const START = '<!-- written from src/segments/filters: UPDATE=1 npx jest filters/documentation -->';
const END = '<!-- end of what is written from src/segments/filters -->';

const sections: Record<SegmentFilter['asks'], string> = {
  scope: `### Which purchases count

Each narrows the scope; several narrow it together. The SQL is a condition on \`purchase_history p\`.`,
  total: `### What they come to

Each is asked of the purchases in scope together; the SQL is a condition on their aggregate.`,
  customer: `### The customer

Asked of the customer's own row; the SQL is a condition on \`users u\`.`,
  standing: `### Among the others

Asked of everybody at once; the SQL is a SELECT of those who have a standing.`,
};

/** Every filter of the list, as the list has it. */
const render = (): string =>
  (Object.keys(sections) as SegmentFilter['asks'][])
    .flatMap((asks) => [sections[asks], ...filterList.filter((filter) => filter.asks === asks).map(entry)])
    .join('\n\n');

function entry(filter: SegmentFilter): string {
  const { text, values } = sqlOf(filter);
  const parameters = values.map((value, i) => `$${i + 1} = ${JSON.stringify(value)}`);
  const edges = [
    ...filter.edges,
    ...(filter.asks === 'total' ? [`Without a purchase in scope ${noneOf(filter)}.`] : []),
    ...(filter.values
      ? [`Values to choose from, as the data has them: \`GET /segments/filters/${filter.key}/values\`.`]
      : []),
    ...('scan' in filter && filter.scan
      ? []
      : ['The column index does not hold what it asks: a rule with it is answered by PostgreSQL.']),
  ];
  return `#### \`${filter.key}\`

${filter.description} It takes ${valuesOf(filter.value.schema)}.

\`\`\`json
${JSON.stringify({ [filter.key]: filter.example })}
\`\`\`

\`\`\`sql
${[text.trim(), ...(parameters.length > 0 ? [`-- ${parameters.join(', ')}`] : [])].join('\n')}
\`\`\`

${edges.map((edge) => `- ${edge}`).join('\n')}`;
}

function sqlOf({ example, ...filter }: SegmentFilter): Sql {
  const asOf = raw('as_of');
  return filter.asks === 'total' ? filter.sql(example, filter.measure.sql(empty), asOf) : filter.sql(example, asOf);
}

function noneOf(filter: Extract<SegmentFilter, { asks: 'total' }>): string {
  const said = (holds: boolean) => (holds ? 'it holds' : 'it does not hold');
  const [now, atZero] = [filter.holdsForNone(filter.example), filter.holdsForNone(0)];
  return now === atZero ? said(now) : `${said(now)}; for 0 ${said(atZero)}`;
}

interface Schema {
  type?: string;
  format?: string;
  minimum?: number;
  exclusiveMinimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  maxLength?: number;
  items?: Schema;
  anyOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
}

const thousands = (n = 0) => n.toLocaleString('en');
const range = (from: number | undefined, to: number | undefined) =>
  from === to ? thousands(to) : `${thousands(from)}…${thousands(to)}`;

/** The values of a schema in words. */
function valuesOf(schema: Schema): string {
  const { type, format, minimum, exclusiveMinimum, maximum, minItems, maxItems, maxLength, items = {} } = schema;
  if (schema.anyOf) return 'a JSON array or object, not empty';
  if (type === 'integer') return `a whole number, ${range(minimum, maximum)}`;
  if (type === 'number' && exclusiveMinimum !== undefined)
    return `a number above ${exclusiveMinimum}, at most ${thousands(maximum)}`;
  if (type === 'number') return `an amount, ${range(minimum, maximum)}, with at most two decimals`;
  if (type === 'boolean') return '`true` or `false`';
  if (type === 'array') return `a list of ${range(minItems, maxItems)}: each ${valuesOf(items)}`;
  if (format === 'date-time') return 'an instant with a zone (ISO 8601, 1970 to 2200)';
  if (format) return `a ${format}`;
  if (type === 'string') return `a text of at most ${thousands(maxLength)} characters`;
  const { properties, required = [] } = schema;
  if (!properties) return 'a JSON object';
  const fields = Object.entries(properties).map(
    ([name, property]) => `\`${name}\`${required.includes(name) ? '' : ' (may be left out)'}, ${valuesOf(property)}`,
  );
  return `an object of ${fields.join('; ')}`;
}

it('of every filter stands in docs/segments.md (UPDATE=1 npx jest filters/documentation writes it anew)', () => {
  const [before, rest = ''] = readFileSync(file, 'utf8').split(START);
  const written = `${before}${START}\n\n${render()}\n\n${END}${rest.split(END)[1]}`;
  if (process.env.UPDATE) writeFileSync(file, written);
  expect(readFileSync(file, 'utf8')).toBe(written);
});
