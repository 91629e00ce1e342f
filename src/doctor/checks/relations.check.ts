import { row, sql } from '../../common/sql';
import { customerTables, customerTablesAreOurs } from '../../customers/customer-tables';
import type { CustomerRelation, RelationKind } from '../customer-relations';
import type { Check, Finding, Level, Patient } from '../finding';

/** Whether users and purchase_history are there, what they are, and what our role may do to them. */
export const checkRelations: Check = async (patient) => {
  const { relations, config, database } = patient;
  if (relations.length === 0) return [await neither(patient)];
  const missing = customerTables.filter((table) => !relations.some(({ name }) => name === table));
  const found = [
    ...missing.map((table): Finding => ({
      id: 'table-missing',
      level: 'error',
      subject: `${config.CUSTOMERS_SCHEMA}.${table}`,
      message: `is missing, though ${relations[0].name} is there`,
      remedy: 'Set CUSTOMERS_SCHEMA to the schema that has both',
    })),
    ...relations.map(kindOf),
    ...relations.filter(({ rowSecurity }) => rowSecurity).map(hidden),
  ];
  if (patient.embedded || (await customerTablesAreOurs(database, config.CUSTOMERS_SCHEMA))) return found;
  return [...found, ...(await tooMuch(patient))];
};

async function neither({ database, config, embedded }: Patient): Promise<Finding> {
  const schema = config.CUSTOMERS_SCHEMA;
  const { mayCreate } = await row<{ mayCreate: boolean }>(
    database,
    sql`SELECT coalesce((SELECT has_schema_privilege(oid, 'CREATE') FROM pg_namespace WHERE nspname = ${schema}),
                        has_database_privilege(current_database(), 'CREATE')) AS "mayCreate"`,
  );
  const message = 'has neither users nor purchase_history';
  const elsewhere = 'Set CUSTOMERS_SCHEMA to the schema that has them, and DATABASE_URL to the database';
  if (!mayCreate) return { id: 'table-missing', level: 'error', subject: schema, message, remedy: elsewhere };
  return {
    id: 'table-missing',
    level: embedded ? 'info' : 'warning',
    subject: schema,
    message: `${message}: the service makes both, empty, when it starts`,
    ...(!embedded && { remedy: elsewhere }),
  };
}

const kinds: Record<RelationKind, [Level, string]> = {
  table: ['ok', 'is a table'],
  'partitioned table': ['info', 'is a partitioned table: an index is made partition by partition'],
  view: ['info', 'is a view: indexes belong on the tables it reads, and none are proposed here'],
  'materialized view': ['warning', 'is a materialized view: segments see what it held when it was last refreshed'],
  'foreign table': ['warning', 'is a foreign table: every question goes to the other server, which needs the indexes'],
};

const subjectOf = ({ schema, name }: CustomerRelation) => `${schema}.${name}`;

function kindOf(relation: CustomerRelation): Finding {
  const [level, message] = kinds[relation.kind];
  return { id: 'table-kind', level, subject: subjectOf(relation), message };
}

const hidden = (relation: CustomerRelation): Finding => ({
  id: 'row-security',
  level: 'warning',
  subject: subjectOf(relation),
  message: 'has row security, which applies to our role: segments leave out the rows that its policies hide',
  remedy: 'Give our role a policy that shows all rows, or BYPASSRLS',
});

/** SELECT is all the service needs; what our role may do beyond it, a stolen password may too. */
async function tooMuch({ database, relations }: Patient): Promise<Finding[]> {
  const { superuser, role } = await row<{ superuser: boolean; role: string }>(
    database,
    sql`SELECT rolsuper AS superuser, rolname AS role FROM pg_roles WHERE rolname = current_user`,
  );
  const remedy = 'Use a role with SELECT on users and purchase_history and a schema of its own: docs/operations.md';
  if (superuser)
    return [
      {
        id: 'superuser',
        level: 'warning',
        subject: role,
        message: 'is a superuser: it may change or remove anything on this server',
        remedy,
      },
    ];
  return relations
    .filter(({ writable }) => writable)
    .map((relation) => ({
      id: 'may-write',
      level: 'warning',
      subject: subjectOf(relation),
      message: `may be changed by our role ${role}, which only needs to read it`,
      remedy,
    }));
}
