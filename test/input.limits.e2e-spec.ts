import { refusalFault } from './support/refusal';
import { startWritableApp, type WritableApp } from './support/writable-app';
import { type BodyField, jsonWith, type Write, writes } from './support/writes';

let app: WritableApp;
beforeAll(async () => void (app = await startWritableApp()));
afterAll(() => app.close());

/** Values at the edge of what the document allows a field. */
interface Edges {
  inside: unknown[];
  outside: unknown[];
}

function edges(field: BodyField): Edges {
  const { inside, outside } = valueEdges(field);
  return field.nullable ? { inside: [...inside, null], outside } : { inside, outside };
}

function valueEdges({ pointer, type, schema }: BodyField): Edges {
  if (schema.enum) return { inside: schema.enum, outside: ['', `${String(schema.enum[0])}s`, schema.enum.join()] };
  if (schema.format && type === 'string') return { inside: [], outside: ['', 'x'.repeat((schema.maxLength ?? 100) + 1)] };
  if (type === 'string')
    return fitting(
      schema.pattern,
      textEdges(schema.minLength ?? 0, schema.maxLength, (text) => text),
    );
  if (type === 'array') return listEdges(pointer, schema as ListSchema);
  if (type !== 'integer' && type !== 'number') return { inside: [], outside: [] };
  const { minimum = -Infinity, maximum = Infinity } = schema;
  const step = type === 'integer' ? 1 : 0.01;
  const exact = (value: number) => Number(value.toFixed(2));
  return {
    inside: [minimum, minimum + step, maximum - step, maximum].map(exact),
    outside: [minimum - step, maximum + step].map(exact),
  };
}

/** Of texts with a pattern, those that do not have it are outside whatever their length. */
function fitting(pattern: string | undefined, { inside, outside }: Edges): Edges {
  if (pattern === undefined) return { inside, outside };
  const fits = (text: unknown) => new RegExp(pattern, 'u').test(text as string);
  return { inside: inside.filter(fits), outside: [...outside, ...inside.filter((text) => !fits(text))] };
}

/** Lengths are counted in characters, whether they take one UTF-16 unit or two. */
function textEdges(min: number, max: number | undefined, of: (text: string) => unknown): Edges {
  const texts = (length: number) => ['x', '😀', 'é'].map((character) => of(character.repeat(length)));
  return {
    inside: max === undefined ? [] : [min, max - 1, max].flatMap(texts),
    outside: [...(min > 0 ? texts(min - 1) : []), ...(max === undefined ? [] : texts(max + 1))],
  };
}

type ListSchema = BodyField['schema'] & { items: BodyField['schema']; maxItems: number };

/** A list of which the document does not say how much must be in it may be empty. */
function listEdges(pointer: string, { items, minItems = 0, maxItems }: ListSchema): Edges {
  const list = (length: number) => Array.from({ length }, (_, i) => itemOf(pointer, items, i));
  const isFreeText = items.type === 'string' && !items.format && !items.enum;
  const item = isFreeText ? textEdges(items.minLength ?? 0, items.maxLength, (text) => [text]) : { inside: [], outside: [] };
  const tooFew = minItems > 0 ? [list(minItems - 1)] : [];
  const lengths = [minItems, maxItems - 1, maxItems].filter((length) => length >= minItems);
  return {
    inside: [...lengths.map(list), ...item.inside],
    outside: [...tooFew, list(maxItems + 1), ...item.outside],
  };
}

/** Each item of a list another one; of ids those that exist, as far as there are enough. */
function itemOf(pointer: string, { $ref, format, type, enum: choices }: BodyField['schema'], i: number): unknown {
  if ($ref && /^\/(sent|failed)$/.test(pointer)) return { id: `1:00000000-0000-4000-8000-${String(i).padStart(12, '0')}` };
  if ($ref) return {};
  if (choices) return choices[i] ?? 'one.too.many';
  const known = pointer === '/user_ids' ? app.customers : app.segments;
  if (format === 'uuid') return known[i] ?? `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`;
  return type === 'string' ? `Store ${i}` : i + 1;
}

/** May be null, but not in a body that says nothing else of it: the suppressed customer is named by id or by address. */
const ONE_OF_TWO = ['POST /suppressions /user_id'];

/** Takes so long to be answered as it says. */
const WAITS = 'POST /notifications/claim /wait_seconds';

describe('the limits of the document are those of the service', () => {
  it('gives every text, number and list of every body its limits', () => {
    const boundless = writes.flatMap(({ operation, fields }) =>
      fields
        .filter(({ type, schema: { format, enum: choices, maxLength, minimum, maximum, maxItems, items } }) => {
          if (type === 'string') return !format && !choices && maxLength === undefined;
          if (type === 'array')
            return (
              maxItems === undefined ||
              (items?.type === 'string' && !items.format && !items.enum && items.maxLength === undefined)
            );
          return (type === 'integer' || type === 'number') && (minimum === undefined || maximum === undefined);
        })
        .map(({ pointer }) => `${operation} ${pointer}`),
    );
    expect(boundless).toEqual([]);
  });

  it.each(writes.map((one) => [[one.operation, one.form].join(' '), one] as const))('in %s', async (_, one) => {
    // what the model drafts of a prompt, of a message that is left empty, of a goal, of purchases
    const draft = { title: 'Autumn', message: 'See you at the market!' };
    const rule = { filters: { is_market_store: true }, unknowns: [] };
    const says: Partial<Record<string, object>> = {
      '/segments': rule,
      '/ai/segments': rule,
      '/ai/messages': { variants: [draft] },
      '/ai/preferences/{user_id}': { preferences: [] },
    };
    app.ollama.says(JSON.stringify(says[one.path] ?? draft.message));
    const wrong: string[] = [];
    const good = await app.write(one, JSON.stringify(app.goodBody(one)));
    if (good.status >= 300) wrong.push(`A good body answered ${good.status}: ${good.text}`);
    const sent = (field: BodyField, value: unknown) => app.write(one, jsonWith(app.goodBody(one), field.pointer, value));
    for (const field of one.fields) {
      const { inside, outside } = edges(field);
      for (const value of inside) {
        if (value === null && ONE_OF_TWO.includes(`${one.operation} ${field.pointer}`)) continue;
        if (`${one.operation} ${field.pointer}` === WAITS && Number(value) > 1) continue;
        const { status, text } = await sent(field, value);
        if (status >= 300) wrong.push(`${field.pointer} ${shown(value)} answered ${status}: ${text}`);
      }
      for (const value of outside) {
        const pointer = one.form ? '/filters' : field.pointer; // a tree that is too large is refused as a whole
        const fault = refusalFault(await sent(field, value), { status: 400, pointer });
        if (fault) wrong.push(`${field.pointer} ${shown(value)} ${fault}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('keeps 16 KB of delivery_info, counted in bytes', async () => {
    const markSent = writes.find(({ path }) => path.endsWith('/mark-sent')) as Write;
    const withNote = (note: string) => JSON.stringify({ delivery_info: { note } });
    const room = 16_384 - '{"note":""}'.length;
    const { body } = await app.write(markSent, withNote('x'.repeat(room))).expect(200);
    expect(body.meta.note).toHaveLength(room);
    for (const note of ['x'.repeat(room + 1), '😀'.repeat(room / 4 + 1)]) {
      const tooLong = await app.write(markSent, withNote(note));
      expect(refusalFault(tooLong, { status: 400, pointer: '/delivery_info' })).toBeUndefined();
    }
  });
});

const shown = (value: unknown) => JSON.stringify(value)?.slice(0, 40);
