import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { sql, type Sql } from '../../src/common/sql';
import { filterList } from '../../src/segments/filters';
import { customerFigures } from '../../src/segments/queries/customer-figures.sql';
import { explainQuery } from '../../src/segments/queries/explain-query';
import { SegmentQueryBuilder } from '../../src/segments/queries/segment-query.builder';
import { TruthQuery } from '../../src/segments/queries/truth-query';
import { parseRule, type Rule, type RuleNode } from '../../src/segments/rules/rule';
import { selectAudienceFacts } from '../../src/ai/messages/audience-facts.sql';

/** A statement, by where it is made. */
export interface Named {
  name: string;
  statement: Sql;
}

const SRC = join(__dirname, '../../src');
const USER = '11111111-1111-4111-8111-111111111111';
const OTHER = '22222222-2222-4222-8222-222222222222';
const AT = '2026-11-20T12:00:00.000Z';

const request = {
  principal: 'admin',
  method: 'POST',
  route: '/segments',
  key: 'a-key-of-sixteen-',
  fingerprint: Buffer.from('x'),
};
const answer = { status: 200, headers: {}, body: '' };
const key = { dispatchId: '1', userId: USER };
const lane = { dispatch_id: '1', lane_no: 0 };
const held = { id: '1', lease: USER };
const suppression = { userId: USER, channel: '', reason: 'manual', source: '', expires_at: null };
const lines = { line: [1], customer: [USER], channel: [''], reason: ['manual'], source: [''], expires_at: [null] };
const everyone = sql`SELECT u.id AS user_id FROM users u WHERE u.is_active IS NOT FALSE`;
const buyers = sql`SELECT p.user_id FROM purchase_history p GROUP BY p.user_id HAVING count(*) >= 3`;
const settings = { frequency_cap: { max: 1, per_days: 7 }, holdout_percent: 5, once_per_customer: true };
const run = {
  campaignId: USER,
  kind: 'campaign',
  title: null,
  message: '',
  channel: 'email',
  not_after: null,
  rule: [],
  settings,
  asOf: AT,
  requestedBy: 'a',
};
const schedule = {
  campaign_id: USER,
  local_time: '',
  time_zone: '',
  recurrence: null,
  max_lateness_minutes: 1,
  next_at: null,
  created_by: '',
};
const occurrence = { due_at: new Date(AT), outcome: 'missed', dispatch_id: null, detail: '' };
const inferred = { user_id: USER, preferences: {}, evidence: [], model: '', inferred_at: AT };
const failed = { httpStatus: null, error: null, retryIn: 5 };

/**
 * What the statement builders of a file are called with, by their names: each list is one way to call one of them, and a way that makes another statement is another
 * list. A builder that is not named here takes nothing but texts and numbers.
 */
const ids = { first_id: '0', end_id: '1000000' };
const VOLUME = 'notifications_volume_0';

const ways: Record<string, readonly unknown[][]> = {
  'ai/messages/audience-facts selectAudienceFacts': [[everyone]],
  'ai/preferences/preferences storeInferred': [[inferred]],
  'ai/preferences/preferences selectStandings': [[[USER]]],
  'audit/audit insertEntry': [[{ actor: '', via: '', action: '', outcome: 'done', request_id: '' }]],
  'audit/audit selectPage': [
    [{}, 10],
    [{ actor: 'a', from: AT }, 10, '5'],
  ],
  'audit/audit countAll': [[{}]],
  'campaigns/audience/audience resolve': [
    [
      {
        dispatchId: '1',
        campaignId: USER,
        channel: 'email',
        settings: { ...settings, frequency_cap: null, once_per_customer: false },
        included: everyone,
      },
    ],
    [{ dispatchId: '1', campaignId: USER, channel: 'email', settings, included: everyone, excluded: buyers }],
  ],
  'campaigns/audience/audience closeResolving': [['1', 'writing']],
  'campaigns/audience/audience capChunk': [['1', 0, { max: 1, per_days: 7 }]],
  'campaigns/audience/audience selectAudience': [['1', 'holdout', 10, USER]],
  'campaigns/campaign-activity selectActivity': [[[USER]]],
  'campaigns/dispatch/dispatches insertDispatch': [[run]],
  'campaigns/dispatch/dispatches selectDispatches': [[{ campaignId: USER }, 10, '5']],
  'campaigns/dispatch/dispatches countDispatches': [[{ status: 'writing', kind: 'test' }]],
  'campaigns/dispatch/dispatches keepPreview': [['1', { segments: [], overlaps: [] }]],
  'campaigns/dispatch/dispatches failDispatch': [['1', 'expired', '']],
  'campaigns/retention/retention selectVolumeFacts': [[ids, 400]],
  'campaigns/retention/retention holdVolume': [[ids]],
  'campaigns/retention/retention archiveVolume': [[ids]],
  'campaigns/retention/retention selectSparing': [[ids, lane, 20]],
  'campaigns/retention/retention keepSpared': [[VOLUME, [lane]]],
  'campaigns/schedule/schedule putSchedule': [[schedule]],
  'campaigns/schedule/schedule takeDue': [[[USER]]],
  'campaigns/schedule/schedule insertOccurrences': [[USER, [occurrence]]],
  'customers/customers selectCustomers': [
    [undefined, 10],
    ['ada', 10, USER],
    [USER, 10],
  ],
  'customers/customers countCustomers': [[undefined], ['ada']],
  'customers/customers selectPurchases': [
    [USER, 10],
    [USER, 10, [AT, USER]],
  ],
  'idempotency/idempotency-keys tryLock': [[request]],
  'idempotency/idempotency-keys selectKey': [[request]],
  'idempotency/idempotency-keys insertKey': [[request, { effect: {} }]],
  'idempotency/idempotency-keys insertAnswer': [[request, answer]],
  'idempotency/idempotency-keys updateAnswer': [[request, answer]],
  'idempotency/idempotency-keys selectShowing': [[['a']]],
  'idempotency/idempotency-keys eraseShowing': [[['a']]],
  'notifications/customer-notifications lockLanes': [[[lane]]],
  'notifications/customer-notifications countWithheld': [[[lane]]],
  'notifications/customer-values selectCustomerValues': [[new Map([[USER, ['email', 'preferences.city']]])]],
  'notifications/delivery writeChunk': [[{ dispatchId: '1', chunkNo: 0 }]],
  'notifications/delivery settle': [
    [key, { as: 'sent', deliveryInfo: {} }, 'a'],
    [key, { as: 'failed', error: '' }, 'a'],
  ],
  'notifications/delivery addDeliveryInfo': [[key, { a: 1 }]],
  'notifications/delivery selectNotification': [[key]],
  'notifications/volumes/volumes selectIdsIn': [[VOLUME]],
  'notifications/volumes/volumes openVolume': [['1000001']],
  'notifications/volumes/volumes detachVolume': [[{ name: VOLUME, is_detaching: false }]],
  'notifications/volumes/volumes dropVolume': [[VOLUME]],
  'notifications/volumes/volumes keepVolume': [[VOLUME]],
  'notifications/volumes/volumes dropTraces': [[ids, 100]],
  'notifications/delivery selectPage': [
    [{}, 10],
    [{ userId: USER }, 10],
    [{ status: 'failed', campaignId: USER }, 10, key],
  ],
  'notifications/delivery countAll': [[{}], [{ userId: USER }], [{ status: 'failed' }]],
  'notifications/lease leaseNew': [[10, 60, 'email', 'a']],
  'notifications/lease settleLease': [[USER, [{ id: `1:${USER}` }], [{ id: `1:${OTHER}`, error: '' }]]],
  'notifications/lease selectAddresses': [[[USER, OTHER]]],
  'notifications/outcome/outcome redrive': [
    ['1', undefined, 'a'],
    ['1', 'bounced', 'a'],
  ],
  'notifications/outcome/outcome selectHistory': [[key]],
  'notifications/outcome/outcome selectRecipients': [['1'], ['1', 'failed']],
  'overview/overview claimable': [],
  'segments/history/segment-history insertSizes': [[[{ segmentId: USER, version: 1, total: 1 }], AT, 'database']],
  'segments/history/segment-history selectVersions': [[USER, 10, ['3']]],
  'segments/history/segment-history selectSizes': [[USER, 10, [AT, '1']]],
  'segments/segment-list selectTrends': [[[USER], 30]],
  'segments/segment-list selectUses': [[[USER], 3]],
  'subjects/subjects selectMentions': [[['a'], 10]],
  'suppressions/suppressions store': [
    [{ ...lines, by: 'user_id' }, 'a'],
    [{ ...lines, by: 'email' }, 'a'],
  ],
  'suppressions/suppressions selectSuppression': [[suppression]],
  'suppressions/suppressions hold': [[suppression, 'a']],
  'suppressions/suppressions deleteSuppression': [[suppression]],
  'suppressions/suppressions selectPage': [
    [{}, 10],
    [{ userId: USER }, 10, [AT, USER, '']],
  ],
  'suppressions/suppressions countAll': [[{}], [{ userId: USER }]],
  'webhooks/deliveries takeDue': [[{ here: 1, perWebhook: 1, leaseSeconds: 30 }]],
  'webhooks/deliveries giveBack': [[held]],
  'webhooks/deliveries markDelivered': [[held, 200]],
  'webhooks/deliveries markFailed': [[held, failed]],
  'webhooks/deliveries disable': [[USER, '']],
};

/** Parts of statements, and what is none. The segment queries are asked below, rule by rule. */
const isOther = (file: string, name: string): boolean =>
  file.startsWith('segments/queries/') ||
  ['overview/overview claimable', 'ai/messages/audience-facts toAudienceFacts'].includes(`${file} ${name}`);

/** Every exported statement and statement builder of every *.sql.ts. */
export function ofFiles(): Named[] {
  const files = (readdirSync(SRC, { recursive: true }) as string[]).filter((file) => file.endsWith('.sql.ts')).sort();
  return files.flatMap((path) => {
    const file = relative(SRC, join(SRC, path)).replace(/\.sql\.ts$/, '');
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- every file there is
    const exported = require(join(SRC, path)) as Record<string, unknown>;
    return Object.entries(exported).flatMap(([name, value]): Named[] => {
      if (isOther(file, name)) return [];
      if (typeof value !== 'function') return isSql(value) ? [{ name: `${file} ${name}`, statement: value }] : [];
      const build = value as (...given: unknown[]) => Sql;
      const called = ways[`${file} ${name}`] ?? [
        Array.from({ length: Math.max(build.length, 3) }, (_, i) => (i === 0 ? USER : 5)),
      ];
      return called.map((given, i) => ({
        name: `${file} ${name}${i > 0 ? ` (${i + 1})` : ''}`,
        statement: build(...given),
      }));
    });
  });
}

const isSql = (value: unknown): value is Sql =>
  typeof value === 'object' && value !== null && 'strings' in value && 'values' in value;

const builder = new SegmentQueryBuilder();
const parsed = (rule: Rule): RuleNode => parseRule(rule, () => ({}));

/** What rules become: each filter alone, and the ways in which a tree puts them together. */
export function ofRules(): Named[] {
  const rules: [string, Rule][] = [
    ['everybody', {}],
    ...filterList.map(({ key, example }): [string, Rule] => [key, { [key]: example }]),
    ['a preference and a sum', { preferences_contains: { vip: true }, min_total_spent: 5, last_days: 30 }],
    ['not a purchase', { not: { last_days: 30 } }],
    ['not a preference and a sum', { not: { preferences_contains: { vip: true }, min_total_spent: 5 } }],
    [
      'any',
      {
        any: [
          { last_days: 30 },
          { min_total_spent: 5 },
          { preferences_contains: { vip: true } },
          { all: [{ stores_in: ['a'] }, { last_days: 3 }] },
        ],
      },
    ],
    ['all', { all: [{ last_days: 30 }, { max_total_spent: 5 }, { rfm: { window_days: 30, recency: [1, 2] } }] }],
  ];
  return rules.flatMap(([name, rule]): Named[] => {
    const node = parsed(rule);
    const truth = new TruthQuery([node], AT);
    return [
      { name: `audience: ${name}`, statement: builder.audience([node], AT) },
      { name: `count: ${name}`, statement: builder.count([node], AT) },
      { name: `first page: ${name}`, statement: builder.page([node], AT, 10, USER) },
      { name: `counts of every node: ${name}`, statement: truth.counts() },
      { name: `of one customer: ${name}`, statement: truth.of(USER) },
      { name: `explained: ${name}`, statement: explainQuery(node, USER, AT) },
      { name: `figures of a page: ${name}`, statement: customerFigures(builder.page([node], AT, 10), node, AT) },
      { name: `facts for a message: ${name}`, statement: selectAudienceFacts(builder.audience([node], AT)) },
    ];
  });
}

/** Values to choose from, for the filters that have some. */
export const ofCatalogue = (): Named[] =>
  filterList.flatMap(({ key, values }) => (values ? [{ name: `values: ${key}`, statement: sql`${values} LIMIT 10` }] : []));
