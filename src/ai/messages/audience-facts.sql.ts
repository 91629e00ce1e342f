import { sql, type Sql } from '../../common/sql';

/** What fewer customers share is told to nobody: it may say who they are. */
const SHARED_BY = 20;

/** Customers that are looked at: shares are then right to two percent. */
const SAMPLE = 2_000;
/** Of the purchases of each, the newest. */
const PURCHASES = 100;

const STORES = 10;
const SHARES = 20;
const FIELDS = 20;
/** Characters of a name or a value. */
const LONGEST = 60;

/** Of how many customers a figure is, as counts of the sample: bigint, in JSON a number. */
export interface AudienceRow {
  /** As text. */
  customers: string;
  sampled: string;
  stores: { name: string; customers: number }[];
  preferences: { field: string; value: string; customers: number }[];
  fields: string[];
}

/** What may be known of an audience by whoever writes for it. Percent are of its customers, rounded. */
export interface AudienceFacts {
  /** Rounded to two digits; null where they are fewer than 20: then nothing else is known of them. */
  customers: number | null;
  /** Where most of them bought. */
  stores: { name: string; percent: number }[];
  /** What most of them have in their preferences: a text, a number or a truth, alone or in a list. */
  preferences: { field: string; value: string; percent: number }[];
}

const keyOf = (json: Sql): Sql => sql`jsonb_each(CASE jsonb_typeof(${json}) WHEN 'object' THEN ${json} END)`;

/**
 * Size, stores and preferences of an audience, `ids` being a SELECT of `user_id`. Only what 20 customers of the sample share leaves the
 * database. The sample is by hash, which a view has too, and the same customers each time: asking again tells nothing more. The purchases
 * of each are looked up (LATERAL, with a LIMIT in it): left to join, the planner read all of them, ten seconds for ten million.
 *
 * A key that a placeholder cannot name is left out, as is what lies deeper than one level.
 */
export const selectAudienceFacts = (ids: Sql): Sql => sql`
  WITH audience AS MATERIALIZED (
    ${ids}
  ), size AS (
    SELECT count(*) AS customers FROM audience
  ), sampled AS MATERIALIZED (
    SELECT user_id FROM audience ORDER BY hashtextextended(user_id::text, 0) LIMIT ${SAMPLE}::int
  ), stores AS (
    SELECT b.name, count(DISTINCT s.user_id) AS customers FROM sampled s
    CROSS JOIN LATERAL (
      SELECT p.store_name::text AS name FROM purchase_history p
      WHERE p.user_id = s.user_id AND p.purchase_date <= now() ORDER BY p.purchase_date DESC LIMIT ${PURCHASES}::int
    ) b
    WHERE length(b.name) BETWEEN 1 AND ${LONGEST}::int
    GROUP BY 1 HAVING count(DISTINCT s.user_id) >= ${SHARED_BY}::int ORDER BY 2 DESC, 1 LIMIT ${STORES}::int
  ), top AS (
    SELECT s.user_id, f.key, f.value FROM sampled s JOIN users u ON u.id = s.user_id CROSS JOIN LATERAL ${keyOf(sql`u.preferences`)} f
    WHERE f.key ~ '^[A-Za-z0-9_-]{1,60}$'
  ), known AS (
    SELECT user_id, key AS field, value FROM top WHERE jsonb_typeof(value) <> 'object'
    UNION ALL
    SELECT t.user_id, t.key || '.' || f.key, f.value FROM top t CROSS JOIN LATERAL ${keyOf(sql`t.value`)} f WHERE f.key ~ '^[A-Za-z0-9_-]{1,60}$'
  ), fields AS (
    SELECT field, count(*) AS customers FROM known WHERE jsonb_typeof(value) IN ('string', 'number', 'boolean')
    GROUP BY 1 HAVING count(*) >= ${SHARED_BY}::int ORDER BY 2 DESC, 1 LIMIT ${FIELDS}::int
  ), said AS (
    SELECT user_id, field, value FROM known
    UNION
    SELECT k.user_id, k.field, i.value FROM known k
    CROSS JOIN LATERAL jsonb_array_elements(CASE jsonb_typeof(k.value) WHEN 'array' THEN k.value END) i
  ), shares AS (
    SELECT field, value #>> '{}' AS value, count(*) AS customers FROM said
    WHERE jsonb_typeof(value) IN ('string', 'number', 'boolean') AND length(value #>> '{}') BETWEEN 1 AND ${LONGEST}::int
    GROUP BY 1, 2 HAVING count(*) >= ${SHARED_BY}::int ORDER BY 3 DESC, 1, 2 LIMIT ${SHARES}::int
  )
  SELECT customers, (SELECT count(*) FROM sampled) AS sampled,
    coalesce((SELECT jsonb_agg(to_jsonb(stores)) FROM stores), '[]') AS stores,
    coalesce((SELECT jsonb_agg(to_jsonb(shares)) FROM shares), '[]') AS preferences,
    coalesce((SELECT jsonb_agg(field) FROM fields), '[]') AS fields
  FROM size`;

/** A figure of a few customers says nothing of any of them, a rounded one of many neither. */
export function toAudienceFacts({ customers, sampled, stores, preferences }: AudienceRow): AudienceFacts {
  const size = Number(customers);
  if (size < SHARED_BY) return { customers: null, stores: [], preferences: [] };
  const percent = (count: number) => Math.max(1, Math.round((100 * count) / Number(sampled)));
  return {
    customers: Number(size.toPrecision(2)),
    stores: stores.map((store) => ({ name: store.name, percent: percent(store.customers) })),
    preferences: preferences.map((one) => ({ field: one.field, value: one.value, percent: percent(one.customers) })),
  };
}
