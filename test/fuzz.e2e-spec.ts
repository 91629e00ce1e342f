import type { Answer } from './support/contract';
import { chanceOf } from './faults/chance';
import { operations } from './fuzz/document';
import { Memory } from './fuzz/memory';
import { oracles } from './fuzz/oracles';
import { Requests, type Sent } from './fuzz/requests';

// What the fuzzer would let pass it would never find: here it is shown answers of a service that is wrong.

const problem = (status: number, type: string, detail = 'No.') => ({
  status,
  headers: { 'content-type': 'application/problem+json', 'x-request-id': 'x' },
  body: { type: `urn:crm-service:problem:${type}`, title: 'No', status, detail, instance: '/me', request_id: 'x' },
});
const operation = (method: string, template: string) =>
  operations.find((one) => one.method === method && one.template === template)!;

type Facts = Partial<Omit<Sent, 'operation'>> & { answer: Partial<Answer> & { ms?: number } };

/** A minute ago. */
const REMOVED_AT = Date.now() - 60_000;

/** What the oracles find in an answer to this request. */
function findings(method: string, template: string, { answer, ...facts }: Facts, gone?: string): string[] {
  const memory = new Memory(chanceOf(1));
  if (gone) memory.remove(gone, { asked: REMOVED_AT - 10, answered: REMOVED_AT });
  const path = facts.path ?? template;
  const sent: Sent = {
    operation: operation(method, template),
    caller: 'admin',
    method,
    path,
    headers: {},
    isWhole: true,
    ...facts,
  };
  const whole = { method, pathname: path, status: 200, headers: {}, body: {}, ms: 1, ...answer };
  const asked = { sent, memory, answer: { text: JSON.stringify(whole.body), ...whole } };
  return Object.entries(oracles).flatMap(([name, fault]) => (fault(asked) === undefined ? [] : [name]));
}

const LOCKED = 'nobody gets in without a token, and a worker not where admins are';
const json = { 'content-type': 'application/json' };
const me = { status: 200, headers: json, body: { role: 'admin', via: 'token', name: null } };

it('finds nothing in an answer as it should be', () => {
  expect(findings('GET', '/me', { answer: me })).toEqual([]);
  expect(findings('GET', '/me', { caller: 'nobody', answer: problem(401, 'unauthenticated') })).toEqual([]);
});

it.each<[string, keyof typeof oracles, string[]]>([
  ['an error of the server', 'no server error', findings('GET', '/me', { answer: problem(500, 'internal-error') })],
  [
    'a field that is not documented',
    'answers as documented',
    findings('GET', '/me', { answer: { ...me, body: { ...me.body, password: 'x' } } }),
  ],
  [
    'a status that is not documented',
    'answers as documented',
    findings('GET', '/me', { answer: problem(418, 'bad-request') }),
  ],
  ['a door without a lock', LOCKED, findings('GET', '/me', { caller: 'stranger', answer: me })],
  [
    'a worker among admins',
    LOCKED,
    findings('GET', '/audit', { caller: 'worker', answer: { status: 200, headers: json, body: [] } }),
  ],
  [
    'words of the database',
    'says nothing of its inside',
    findings('GET', '/me', { answer: problem(400, 'bad-request', 'QueryFailedError: relation "users"') }),
  ],
  [
    'an endless error',
    'errors are short',
    findings('GET', '/me', { answer: problem(400, 'bad-request', 'x'.repeat(20_000)) }),
  ],
  ['an answer that took a while', 'answers in time', findings('GET', '/me', { answer: { ...me, ms: 20_000 } })],
])('is not content with %s', (_, name, found) => {
  expect(found).toContain(name);
});

it('sees that a body was taken which the document does not allow', () => {
  const found = findings('POST', '/segments', { headers: json, body: '{"name": 7}', answer: { status: 201 } });

  expect(found).toContain('what is wrong is refused');
});

it('sees what comes back after it was removed', () => {
  const path = '/webhooks/2f1a7c1e-6d0b-4c52-9a4e-0b6f6f1f2a10';

  expect(findings('GET', '/webhooks/{webhook_id}', { path, answer: {} }, path)).toContain('what is deleted stays deleted');
});

it('knows what was asked before the removal, and what was made again after it, from what comes back', () => {
  const path = '/suppressions/2f1a7c1e-6d0b-4c52-9a4e-0b6f6f1f2a10';
  const cameBack = (answer: Facts['answer']) =>
    findings('GET', '/suppressions/{suppression_id}', { path, answer }, path).includes('what is deleted stays deleted');
  const madeAt = (ms: number) => ({ body: { created_at: new Date(ms).toISOString() } });

  expect(cameBack(madeAt(REMOVED_AT - 1000))).toBe(true);
  expect(cameBack(madeAt(REMOVED_AT + 1000))).toBe(false);
  expect(cameBack({ ...madeAt(REMOVED_AT - 1000), ms: 120_000 })).toBe(false);
});

it('takes a refusal without a body for one that passes where it says when to come again, and for an error where not', () => {
  const refused = (headers: Record<string, string>) =>
    findings('GET', '/segments', { method: 'HEAD', answer: { status: 503, headers, text: '' } });

  expect(refused({ 'retry-after': '1' })).not.toContain('no server error');
  expect(refused({})).toContain('no server error');
});

it('asks for everything there is, and twice the same with the same seed', () => {
  const made = (seed: number) => {
    const chance = chanceOf(seed);
    const requests = new Requests(chance, new Memory(chance), seed);
    return Array.from({ length: 3000 }, () => requests.next());
  };

  const [once, again] = [made(7), made(7)];

  expect(again).toEqual(once);
  const asked = new Set(once.map(({ operation: { method, template } }) => `${method} ${template}`));
  expect(operations.map(({ method, template }) => `${method} ${template}`).filter((one) => !asked.has(one))).toEqual([]);
});
