import { join, raw, sql, type Sql } from '../common/sql';
import { inventory } from './inventory';

/** Where the words of people have a customer's id or address in them. */
export interface MentionRow {
  table: string;
  column: string;
  id: string;
}

/** In whatever case; whatever may hold words is read, so this is for a few calls a day. */
export const selectMentions = (texts: readonly string[], limit: number): Sql => {
  const places = inventory.flatMap(({ table, id, columns }) =>
    Object.keys(columns)
      .filter((column) => columns[column] === 'words')
      .map(
        (
          column,
        ) => sql`SELECT DISTINCT ${table}::text AS table, ${column}::text AS column, ${raw(id!)}::text AS id FROM ${raw(table)}
          WHERE EXISTS (SELECT FROM unnest(${texts}::text[]) AS t (mentioned) WHERE position(lower(mentioned) IN lower(${raw(column)}::text)) > 0)`,
      ),
  );
  return sql`SELECT * FROM (${join(places, ' UNION ALL ')}) places ORDER BY 1, 3, 2 LIMIT ${limit}`;
};

/** A dispatch whose frozen audience a customer is in. */
export interface AudienceRow {
  dispatch_id: string;
  campaign_id: string;
  reason: number;
  created_at: Date;
}

/** Newest first. A chunk has its customers in order, so one chunk of each dispatch is opened. */
export const selectAudiences = (userId: string): Sql => sql`
  SELECT a.dispatch_id, d.campaign_id, a.reasons[array_position(a.user_ids, ${userId}::uuid)] AS reason, d.created_at
  FROM dispatch_audience a JOIN dispatches d ON d.id = a.dispatch_id
  WHERE ${userId}::uuid BETWEEN a.first_user_id AND a.last_user_id AND a.user_ids @> ARRAY[${userId}::uuid]
  ORDER BY a.dispatch_id DESC`;
