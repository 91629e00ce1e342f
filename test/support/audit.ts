import { createHash } from 'node:crypto';
import type { AuditEntryView } from '../../src/audit/audit.dto';
import { canonical } from '../../src/common/canonical';
import type { TestApp } from './app';

/** The newest entries, oldest first. */
export const entriesOf = async ({ api }: Pick<TestApp, 'api'>, query = ''): Promise<AuditEntryView[]> =>
  ((await api.get(`/audit?limit=1000${query}`).expect(200)).body as AuditEntryView[]).reverse();

/** What the work adds to the log, oldest first. */
export async function added(to: TestApp, work: () => Promise<unknown>): Promise<AuditEntryView[]> {
  const before = (await entriesOf(to)).length;
  await work();
  return (await entriesOf(to)).slice(before);
}

export const actionsOf = (entries: { action: string }[]): string[] => entries.map(({ action }) => action);

/** What an entry must call a view that the API gave. */
export const hashOf = (view: unknown): string => createHash('sha256').update(canonical(view)).digest('hex');

/** As docs/audit.md says that anybody can compute it, out of nothing but what the API shows. */
export function hashOfEntry(entry: AuditEntryView): string {
  const { id, at, actor, via, action, target_type, target_id, outcome, detail, before_hash, after_hash, request_id, ip } =
    entry;
  const number = (text: string) => `@${text}@`;
  const values = [
    ...[number(id), number(String(Date.parse(at))), actor, via, action, target_type, target_id, outcome, detail],
    ...[before_hash, after_hash, request_id, ip],
  ];
  const text = spaced(values).replace(/"@(\d+)@"/g, '$1');
  return createHash('sha256').update(Buffer.from(entry.previous_hash, 'hex')).update(text).digest('hex');
}

/** JSON as PostgreSQL writes jsonb: a blank after each comma and colon; of an object the shorter keys first, then by bytes. */
function spaced(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const keys = Object.entries(value).sort(([a], [b]) => a.length - b.length || (a < b ? -1 : 1));
  return `{${keys.map(([key, of]) => `${JSON.stringify(key)}: ${spaced(of)}`).join(', ')}}`;
}
