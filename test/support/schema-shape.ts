import type { FreshDatabase } from './database';

/** Everything that a schema is made of but its rows and who owns it, in lines that can be compared. */
export async function shapeOf(db: Pick<FreshDatabase, 'query'>, schema: string): Promise<string[]> {
  const found = await db.query<{ line: string }>(
    `SELECT concat_ws(' ', 'column', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated,
            a.attstorage, pg_get_expr(d.adbin, d.adrelid)) AS line
     FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
     LEFT JOIN pg_attrdef d ON (d.adrelid, d.adnum) = (c.oid, a.attnum) WHERE c.relnamespace = $1::regnamespace AND c.relkind IN ('r', 'p', 'v')
     UNION ALL SELECT concat_ws(' ', 'table', relname, relkind, reloptions::text, relrowsecurity, coalesce(relacl, acldefault('r', relowner))::text) FROM pg_class WHERE relnamespace = $1::regnamespace
     UNION ALL SELECT concat_ws(' ', 'constraint', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint WHERE connamespace = $1::regnamespace AND contype <> 'n'
     UNION ALL SELECT concat_ws(' ', 'index', indexdef) FROM pg_indexes WHERE schemaname::text = $1::regnamespace::text
     UNION ALL SELECT concat_ws(' ', 'function', pg_get_functiondef(p.oid), p.proacl::text) FROM pg_proc p WHERE pronamespace = $1::regnamespace AND prokind = 'f'
     UNION ALL SELECT concat_ws(' ', 'trigger', pg_get_triggerdef(t.oid), t.tgenabled) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
       WHERE c.relnamespace = $1::regnamespace AND NOT tgisinternal
     ORDER BY 1`,
    [schema],
  );
  return found.map(({ line }) => line);
}
