import { sql, type Sql } from '../../common/sql';

/** A value that fewer customers have is not shown to anybody who writes a rule: it may be an address, a number, a name. */
const SHARED_BY = 5;

/** More customers than this are sampled, and of their documents the most frequent so many are read; then nothing is counted. */
const CUSTOMERS = 1_000_000;
const DOCUMENTS = 100_000;

/** Characters of a key or a text; a number must be one that JavaScript does not round. */
const LONGEST = 100;
const LONGEST_NUMBER = 15;

/** Of what may be an object or a list, or something else: set-returning functions fail on what they are not for, and give nothing for NULL. */
const fieldsOf = (json: Sql): Sql => sql`jsonb_each(CASE jsonb_typeof(${json}) WHEN 'object' THEN ${json} END)`;
const itemsOf = (json: Sql): Sql => sql`jsonb_array_elements(CASE jsonb_typeof(${json}) WHEN 'array' THEN ${json} END)`;

/**
 * Texts, numbers and truths in preferences, and those in a list there, at the top and one level below: `{"diet": "vegan"}`,
 * `{"likes": ["tea"]}`, `{"address": {"city": "Reus"}}`, each as the fragment that asks for it, with the active customers whose
 * preferences contain it.
 *
 * By document and not by customer: a million customers have a few thousand documents, and 1M take 0.65 s, where unfolding each
 * customer's took 40. No condition on the document before it is grouped: the planner expects few of `jsonb_typeof(…) = …`, sorts a million
 * documents in one process, and takes 3 s. Where every document is another one (a name in each) reading all 1M takes 40 s and 500 MB of
 * temporary files: hence the two bounds. The samples are by hash, not by TABLESAMPLE, which a view has not.
 */
export const preferenceValues: Sql = sql`WITH crowd AS (
  SELECT greatest(count(*) / ${CUSTOMERS}::numeric, 1) AS times FROM users
), documents AS MATERIALIZED (
  SELECT u.preferences AS document, count(*) AS customers FROM users u
  WHERE u.is_active IS NOT FALSE AND (hashtextextended(u.id::text, 0) & 65535) * (SELECT times FROM crowd) < 65536
  GROUP BY 1 ORDER BY 2 DESC, hashtextextended(u.preferences::text, 0) LIMIT ${DOCUMENTS}
), top AS (
  SELECT NULL AS above, f.key, f.value, d.customers FROM documents d CROSS JOIN LATERAL ${fieldsOf(sql`d.document`)} f
), fields AS (
  SELECT above, key, value, customers FROM top
  UNION ALL
  SELECT t.key, f.key, f.value, t.customers FROM top t CROSS JOIN LATERAL ${fieldsOf(sql`t.value`)} f WHERE jsonb_typeof(t.value) = 'object'
), leaves AS (
  SELECT above, key, value, false AS listed, customers FROM fields
  UNION ALL
  SELECT f.above, f.key, i.value, true, f.customers
  FROM fields f CROSS JOIN LATERAL (SELECT DISTINCT value FROM ${itemsOf(sql`f.value`)}) i WHERE jsonb_typeof(f.value) = 'array'
), shared AS (
  SELECT above, jsonb_build_object(key, CASE WHEN listed THEN jsonb_build_array(value) ELSE value END) AS field, sum(customers) AS customers
  FROM leaves
  WHERE length(value #>> '{}') <= CASE jsonb_typeof(value) WHEN 'string' THEN ${LONGEST}::int WHEN 'number' THEN ${LONGEST_NUMBER}::int WHEN 'boolean' THEN 5 END
    AND length(key) <= ${LONGEST}::int AND (length(above) <= ${LONGEST}::int) IS NOT FALSE
  GROUP BY above, key, value, listed HAVING sum(customers) >= ${SHARED_BY}::int
)
SELECT CASE WHEN above IS NULL THEN field ELSE jsonb_build_object(above, field) END AS value,
  CASE WHEN (SELECT times FROM crowd) = 1 AND (SELECT count(*) FROM documents) < ${DOCUMENTS} THEN shared.customers END AS customers,
  NULL::bigint AS purchases
FROM shared ORDER BY shared.customers DESC, 1`;
