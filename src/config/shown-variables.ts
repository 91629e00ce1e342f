import type { variables } from './variables';

/**
 * Whose values an admin is shown (`GET /settings`), addresses without user, password and query. Of every other one, and so of a new one,
 * only whether it is set: it may be a secret, as are the tokens, or hold one, as the address of a webhook does in its path.
 */
export const shownVariables: ReadonlySet<string> = new Set<keyof typeof variables>([
  ...(['HOST', 'PORT', 'LOG_LEVEL', 'CORS_ORIGINS', 'TRUSTED_PROXIES', 'ROLES', 'SHUTDOWN_SECONDS'] as const),
  ...(['SHUTDOWN_DELAY_SECONDS', 'ADMIN_REQUESTS_PER_SECOND', 'WORKER_REQUESTS_PER_SECOND', 'REFUSALS_PER_MINUTE'] as const),
  ...(['MAX_EVENT_LOOP_DELAY_MS', 'MAX_WAITING_FOR_DATABASE'] as const),
  ...(['DATABASE_URL', 'DATABASE_SCHEMA', 'CUSTOMERS_SCHEMA', 'DATABASE_POOL_SIZE', 'STATEMENT_TIMEOUT_SECONDS'] as const),
  ...(['RULES_AT_ONCE', 'DATABASE_REPLICA_URL', 'REPLICA_MAX_LAG_SECONDS'] as const),
  ...(['MIGRATE_ON_START', 'DATA_DIR', 'DEMO_DATA'] as const),
  ...(['AUTH_SERVICE_URL', 'JWKS_URL', 'JWT_ISSUER', 'JWT_AUDIENCE', 'EGRESS_ALLOW'] as const),
  ...(['DELIVER', 'SEND_RATE', 'SEND_CONCURRENCY', 'SEND_TIMEOUT_SECONDS', 'NOTIFICATION_SENDER_URL'] as const),
  ...(['SMTP_URL', 'MAIL_FROM', 'PUBLIC_URL'] as const),
  ...(['COLUMN_INDEX', 'COLUMN_INDEX_MEMORY_MB', 'COLUMN_INDEX_FROM_PURCHASES'] as const),
  ...(['OLLAMA_HOST', 'LLM_MODEL', 'LLM_TIMEOUT_SECONDS'] as const),
  ...(['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_SERVICE_NAME'] as const),
]);
